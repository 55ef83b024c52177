"""What Ragtime was used for: questions and what became of them, by day and channel; documents; spending.

Without names: people count only as numbers, and all direct messages count as one channel.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, exists, select

from bot.tables import feedback, inbox, spending, turns

DIRECT = "direct messages"
LISTED = 10
# Rows that are held in memory at once.
AT_ONCE = 500
# What may fail as a question does; the others are buttons.
ASKED = ("message", "ask")


@dataclass(slots=True)
class Counts:
    """Questions, and what became of them. `seconds` are from being received to the complete reply."""

    answered: int = 0
    refused: int = 0
    failed: int = 0
    liked: int = 0
    disliked: int = 0
    dollars: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def questions(self) -> int:
        """All of them."""
        return self.answered + self.refused + self.failed

    @property
    def median(self) -> float | None:
        """Half of them were answered within so many seconds; None where that is not known."""
        return sorted(self.seconds)[len(self.seconds) // 2] if self.seconds else None

    def as_dict(self) -> dict[str, float | None]:
        """For JSON."""
        counted = {name: getattr(self, name) for name in ("questions", "answered", "refused", "failed")}
        judged = {"liked": self.liked, "disliked": self.disliked}
        return counted | judged | {"dollars": round(self.dollars, 6), "median_seconds": self.median}


@dataclass(frozen=True, slots=True)
class Slow:
    """A reply that took long."""

    event_id: str
    channel: str
    seconds: float


@dataclass(slots=True)
class Calls:
    """What one model was called for. `unpriced` counts the calls whose price is not known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    unpriced: int = 0
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """A period. Days are those of UTC; `people` is by Slack's id, most questions first."""

    total: Counts
    days: dict[str, Counts]
    channels: dict[str, Counts]
    people: dict[str, Counts]
    slowest: Sequence[Slow]
    documents: Sequence[tuple[str, int]]
    models: dict[str, Calls]


def usage(engine: Engine, since: datetime) -> Usage:
    """What happened since a moment, as far as it is still kept."""
    total = Counts()
    days: dict[str, Counts] = defaultdict(Counts)
    channels: dict[str, Counts] = defaultdict(Counts)
    people: dict[str, Counts] = defaultdict(Counts)
    documents: Counter[str] = Counter()
    slowest: list[Slow] = []

    def counted(when: datetime, channel: str, user: str) -> Iterable[Counts]:
        # Whose data were erased is nobody.
        named = (people[user],) if user else ()
        return (total, days[_day(when)], channels[_place(channel)], *named)

    with engine.connect() as connection:
        for row in _answered(connection, since):
            seconds = (row.finished_at - row.accepted_at).total_seconds() if row.finished_at else None
            for counts in counted(row.created_at, row.channel, row.user):
                counts.refused += row.refused
                counts.answered += not row.refused
                counts.liked += bool(row.liked)
                counts.disliked += bool(row.disliked)
                if seconds is not None:
                    counts.seconds.append(seconds)
            if not row.refused:
                documents.update({source["document"] for source in row.sources})
            if seconds is not None:
                slowest.append(Slow(row.event_id, _place(row.channel), seconds))
                slowest = sorted(slowest, key=lambda slow: -slow.seconds)[:LISTED]
        for row in _failed(connection, since):
            for counts in counted(row.accepted_at, row.channel, row.user):
                counts.failed += 1
        models: dict[str, Calls] = defaultdict(Calls)
        for row in connection.execute(select(spending).where(spending.c.spent_at >= since)):
            for counts in (total, days[_day(row.spent_at)], channels[_place(row.channel)]):
                counts.dollars += row.dollars or 0.0
            calls = models[row.model]
            calls.calls += 1
            calls.tokens_in += row.tokens_in
            calls.tokens_out += row.tokens_out
            calls.dollars += row.dollars or 0.0
            calls.unpriced += row.dollars is None
            calls.estimated += row.estimated
    most_asked = sorted(people.items(), key=lambda named: -named[1].questions)
    busiest = sorted(channels.items(), key=lambda named: -named[1].questions)
    return Usage(
        total,
        dict(sorted(days.items())),
        dict(busiest),
        dict(most_asked),
        slowest,
        documents.most_common(LISTED),
        dict(models),
    )


def _answered(connection: Connection, since: datetime) -> Iterable:
    """Each turn with the times of its event, and what people thought of it.

    An answer that is shared is the same question again: it does not count.
    """
    theirs = feedback.c.event_id == turns.c.event_id
    columns = (
        *(turns.c.event_id, turns.c.channel, turns.c.user, turns.c.refused, turns.c.sources),
        *(turns.c.created_at, inbox.c.accepted_at, inbox.c.finished_at),
        exists().where(theirs, feedback.c.helpful.is_(True)).label("liked"),
        exists().where(theirs, feedback.c.helpful.is_(False)).label("disliked"),
    )
    asked = (
        select(*columns)
        .join(inbox, inbox.c.event_id == turns.c.event_id)
        .where(turns.c.created_at >= since, inbox.c.kind != "share", inbox.c.state != "failed")
    )
    return connection.execution_options(yield_per=AT_ONCE).execute(asked)


def _failed(connection: Connection, since: datetime) -> Iterable:
    failed = select(inbox.c.accepted_at, inbox.c.channel, inbox.c.user).where(
        inbox.c.state == "failed", inbox.c.accepted_at >= since, inbox.c.kind.in_(ASKED)
    )
    return connection.execute(failed)


def _place(channel: str) -> str:
    """A direct message's channel is as good as a name."""
    return DIRECT if channel.startswith("D") else channel


def _day(when: datetime) -> str:
    """SQLite gives times back without their zone, which is UTC; PostgreSQL in the server's."""
    return (when.astimezone(UTC) if when.tzinfo else when).date().isoformat()
