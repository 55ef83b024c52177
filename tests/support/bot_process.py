"""A bot in a process of its own, for tests that end it: `python -m tests.support.bot_process`.

It reads the settings from the environment, and answers slowly enough to be interrupted.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from bot.config import load_settings
from bot.serve import run, work
from chains.contract import Question
from knowledge.database import open_database
from tests.support.answerer import FakeAnswerer


def told(line: str) -> None:
    """Where the bot is, for whoever started it."""
    print(line, file=sys.stderr, flush=True)


def serve(role: str, environment: Mapping[str, str], told: Callable[[str], None]) -> None:
    """Serves as the whole bot ("run"), or as one of several processes ("web", "worker")."""
    settings = load_settings(environment)
    settings.ragtime_home.mkdir(parents=True, exist_ok=True)
    slowness = float(environment.get("SLOWNESS", "0"))

    def slowly(_: Question) -> None:
        """Takes its time, as a model does."""
        time.sleep(slowness)

    answerer = FakeAnswerer(before=slowly, between=slowly)
    parts = (settings, answerer, open_database(settings.database), told, Future())
    if role == "worker":
        work(*parts)
    else:
        run(*parts, answers=role != "web")


if __name__ == "__main__":
    serve("run", os.environ, told)
