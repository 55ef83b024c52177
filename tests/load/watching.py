"""Watches a bot under load: the memory of its processes, and how much of its inbox is open."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Self

import psutil
from sqlalchemy import Engine, func, select

from bot.inbox import OPEN
from bot.tables import inbox

EVERY_SECONDS = 1.0
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: MiB resident of each process with what it started, and events not answered yet."""

    mebibytes: Mapping[str, float]
    open: int


class Watch:
    """`with Watch(processes, engine) as watch:` looks once a second; `looks` is what it saw.

    `processes` are the ids of the bot's processes by what they are, `engine` reads its database.
    """

    def __init__(self, processes: Mapping[str, int], engine: Engine) -> None:
        self.looks: list[Look] = []
        self._processes = {name: psutil.Process(pid) for name, pid in processes.items()}
        self._engine = engine
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            resident = {name: _resident(process) for name, process in self._processes.items()}
            self.looks.append(Look(resident, open_events(self._engine)))


def _resident(process: psutil.Process) -> float:
    """MiB of a process and all below it."""
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / MIB


def open_events(engine: Engine) -> int:
    """How many events are accepted or being answered."""
    with engine.connect() as connection:
        still = select(func.count()).where(inbox.c.state.in_(OPEN))
        return connection.execute(still).scalar_one()


def growth(mebibytes: Sequence[float]) -> float:
    """How many times the memory of the watch's first third its last third had, by their medians.

    What is loaded with the first answers is no growth, so the first tenth is left out.
    """
    settled = mebibytes[len(mebibytes) // 10 :]
    third = max(1, len(settled) // 3)
    return median(settled[-third:]) / median(settled[:third])
