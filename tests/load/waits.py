"""Holds the waits that people were told of against those that they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import Engine, select

from bot.pressure import FROM_SECONDS
from bot.tables import inbox

# What is told is right where it is no less than half of what it took, and no more than twice as much.
FACTOR = 2.0
# To say nothing of a wait that is longer is wrong by that factor.
LONG_SECONDS = FACTOR * FROM_SECONDS


@dataclass(frozen=True, slots=True)
class Told:
    """What a person read about a question: so many seconds, at this time (seconds since 1970)."""

    channel: str
    ts: str
    seconds: int
    at: float


@dataclass(frozen=True, slots=True)
class Wait:
    """When a question was accepted, and when its reply was complete (seconds since 1970)."""

    accepted: float
    finished: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.finished - self.accepted


@dataclass(frozen=True, slots=True)
class Telling:
    """How many questions waited for `LONG_SECONDS` or more, and the share of these that were `told` so.

    Of all that were told anything, `right` is the share that were told so to a factor of two, and `ratio`
    what the median one was told by what it took. None: there was none to be told, or none was.
    """

    long: int
    told: float | None
    right: float | None
    ratio: float | None


def waits(engine: Engine) -> dict[tuple[str, str], Wait]:
    """How long each question waited that has its reply, by its channel and ts."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(inbox.c.channel, inbox.c.ts, inbox.c.accepted_at, inbox.c.finished_at).where(
                inbox.c.finished_at.is_not(None)
            )
        ).all()
    return {(row.channel, row.ts): Wait(_epoch(row.accepted_at), _epoch(row.finished_at)) for row in rows}


def compare(waited: Mapping[tuple[str, str], Wait], told: Sequence[Told]) -> Telling:
    """How well people were told. What was told counts from when it was said."""
    heard = {(each.channel, each.ts) for each in told}
    long = [where for where, wait in waited.items() if wait.seconds >= LONG_SECONDS]
    ratios = [
        each.seconds / max(waited[each.channel, each.ts].finished - each.at, 0.001)
        for each in told
        if (each.channel, each.ts) in waited
    ]
    return Telling(
        long=len(long),
        told=len(heard.intersection(long)) / len(long) if long else None,
        right=sum(1 / FACTOR <= ratio <= FACTOR for ratio in ratios) / len(ratios) if ratios else None,
        ratio=median(ratios) if ratios else None,
    )


def _epoch(moment: datetime) -> float:
    """SQLite gives times back without their zone, which is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
