"""What runs in the processes that are killed: the real bot, whole or in parts, and a Chroma server."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

# Imported once, in the server that forks: a process that is started again begins at once.
import chromadb.cli.cli
import langchain_core.runnables  # noqa: F401
import onnxruntime  # noqa: F401

from bot import processes, running, serve  # noqa: F401
from bot.cli import main  # noqa: F401
from bot.config import Settings, load_settings

ROLES: Mapping[str, Callable[[Settings], None]] = {
    "web": processes.web,
    "worker": processes.work,
    "run": running.run,
}


def run(role: str, environment: Mapping[str, str], log: Path) -> None:
    """Runs one part of the bot until it is killed; what it says goes to the end of a file."""
    _say_into(log)
    os.environ.clear()
    os.environ.update(environment)
    from bot.telemetry import logs

    settings = load_settings(environment)
    logs.set_up("json", settings.secrets)
    ROLES[role](settings)


def run_chroma(folder: Path, port: int, log: Path) -> None:
    """Runs a Chroma server until it is killed."""
    _say_into(log)
    sys.argv = ["chroma", "run", "--path", str(folder), "--port", str(port)]
    chromadb.cli.cli.app()


def _say_into(log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
