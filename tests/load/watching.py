"""Watches a bot under load: the memory of its processes, and how much of its inbox is open."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

import psutil
from sqlalchemy import Engine, create_engine, func, select

from bot.inbox import OPEN
from bot.tables import inbox

EVERY_SECONDS = 1.0
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: seconds since the watch began, MiB resident, events not answered yet."""

    at: float
    mebibytes: float
    open: int


class Watch:
    """`with Watch(pid, database) as watch:` looks once a second; `looks` is what it saw.

    `engine` reads the bot's database; dispose of it.
    """

    def __init__(self, pid: int, database: Path) -> None:
        self.looks: list[Look] = []
        self._process = psutil.Process(pid)
        self.engine = create_engine(f"sqlite:///{database}")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        began = time.monotonic()
        while not self._ended.wait(EVERY_SECONDS):
            processes = [self._process, *self._process.children(recursive=True)]
            resident = sum(process.memory_info().rss for process in processes)
            self.looks.append(Look(time.monotonic() - began, resident / MIB, open_events(self.engine)))


def open_events(engine: Engine) -> int:
    """How many events are accepted or being answered."""
    with engine.connect() as connection:
        still = select(func.count()).where(inbox.c.state.in_(OPEN))
        return connection.execute(still).scalar_one()


def seconds_to_answer(engine: Engine) -> list[float]:
    """Seconds from acceptance to the complete reply, of what was answered."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(inbox.c.accepted_at, inbox.c.finished_at).where(inbox.c.finished_at.is_not(None))
        ).all()
    return [(row.finished_at - row.accepted_at).total_seconds() for row in rows]


def growth(looks: Sequence[Look]) -> float:
    """How many times the memory of the watch's first third its last third had, by their medians.

    What is loaded with the first answers is no growth, so the first tenth is left out.
    """
    settled = [look.mebibytes for look in looks[len(looks) // 10 :]]
    third = max(1, len(settled) // 3)
    return median(settled[-third:]) / median(settled[:third])
