"""Whether everything that an answer needs can be reached now: what /readyz says."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

from sqlalchemy import Engine, select

from bot import disk
from bot.inbox import try_to_write
from bot.tables import inbox
from bot.telemetry.reasons import reason

log = logging.getLogger(__name__)

# Who asks /readyz waits for a few seconds at most.
PATIENCE_SECONDS = 2.0

OK = "ok"
FAILED = "failed"
SILENT = "no answer"

Check = Callable[[], None]


class NotReady(Exception):
    """A part cannot be used now; the message says why, for the log."""


class Readiness:
    """Looks at parts side by side. Each is a check by its name, which raises where the part is not ready.

    A check that hangs is not begun a second time: however often one looks, it costs one thread.
    """

    def __init__(self, parts: Mapping[str, Check], patience: float = PATIENCE_SECONDS) -> None:
        self._parts = [_Part(name, check) for name, check in parts.items()]
        self._patience = patience

    def look(self) -> dict[str, str]:
        """What each part is: `ok`, `failed`, or `no answer`. Why, the log tells whenever it changes."""
        deadline = time.monotonic() + self._patience
        for part in self._parts:
            part.begin()
        return {part.name: part.result(max(0.0, deadline - time.monotonic())) for part in self._parts}


class _Part:
    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self._check = check
        self._lock = threading.Lock()
        self._future: Future[None] | None = None
        self._before = OK

    def begin(self) -> None:
        """Begins to look, unless that is going on already."""
        with self._lock:
            if self._future is None or self._future.done():
                self._future = Future()
                threading.Thread(
                    target=self._run, args=(self._future,), name=f"readiness-{self.name}", daemon=True
                ).start()

    def result(self, within: float) -> str:
        """What the look came to, within so many seconds."""
        assert self._future
        try:
            self._future.result(within)
        except TimeoutError:
            return self._told(SILENT, SILENT)
        except Exception as error:
            return self._told(FAILED, reason(error))
        return self._told(OK, OK)

    def _run(self, future: Future[None]) -> None:
        try:
            self._check()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(None)

    def _told(self, state: str, why: str) -> str:
        with self._lock:
            before, self._before = self._before, state
        if state != before:
            log.log(logging.INFO if state == OK else logging.WARNING, "readiness: %s: %s", self.name, why)
        return state


def database(engine: Engine) -> Check:
    """Whether an event could be written down; of SQLite, whether its file is there, and room on its disk."""

    def check_file() -> None:
        if not file.is_file():
            raise NotReady(f"{file} is gone")
        # To write and take it back, as elsewhere, would not reach the disk.
        if (left := disk.free(file)) < disk.FULL:
            raise NotReady(f"the disk of {file} is full: {left // disk.MIB} MB are free")
        with engine.connect() as connection:
            connection.execute(select(inbox.c.id).limit(1)).all()

    if engine.dialect.name != "sqlite":
        return lambda: try_to_write(engine)
    file = Path(engine.url.database or "")
    return check_file


def workers(hands: Callable[[], int]) -> Check:
    """Whether anybody answers: `hands` is how many events can be answered at a time."""

    def check() -> None:
        if not hands():
            raise NotReady("no worker gives a sign of life")

    return check


def connection(connected: Callable[[], bool]) -> Check:
    """Whether events can come in over Socket Mode."""

    def check() -> None:
        if not connected():
            raise NotReady("there is no connection to Slack")

    return check
