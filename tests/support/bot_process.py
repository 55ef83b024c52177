"""A bot in a process of its own, for tests that end it; it answers slowly enough to be interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from bot.config import load_settings
from bot.ending import Ending
from bot.serve import run, work
from chains.contract import Question
from knowledge.database import open_database
from tests.support.answerer import FakeAnswerer
from tests.support.forks import FORKS


def serve(role: str, environment: Mapping[str, str], told: Callable[[str], None]) -> None:
    """Serves as the whole bot ("run"), or as one of several processes ("web", "worker")."""
    settings = load_settings(environment)
    settings.ragtime_home.mkdir(parents=True, exist_ok=True)
    slowness = float(environment.get("SLOWNESS", "0"))

    def slowly(_: Question) -> None:
        """Takes its time, as a model does."""
        time.sleep(slowness)

    answerer = FakeAnswerer(before=slowly, between=slowly)
    opened: Future[None] = Future()
    opened.set_result(None)
    parts = (settings, answerer, open_database(settings.database), told, opened, Ending())
    if role == "worker":
        work(*parts)
    else:
        run(*parts, answers=role != "web")


def start_bot(role: str, environment: Mapping[str, str]) -> tuple[ForkServerProcess, Connection]:
    """Starts a bot in such a role; what it is told to announce comes out of the connection, line by line."""
    ours, its = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=serve, args=(role, environment, its.send), daemon=True)
    process.start()
    # So that the end of the process is the end of what it says.
    its.close()
    return process, ours
