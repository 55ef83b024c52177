"""What was said: the turns of each conversation, and what people thought of the replies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from sqlalchemy import Engine, Row, and_, delete, func, select

from bot.inbox import Incoming
from bot.tables import feedback, turns
from chains.contract import Source, Turn

TURNS_REMEMBERED = 10
STILL_IN_MIND = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its reply as they were shown; `rest` is what did not fit into the message."""

    event_id: str
    channel: str
    thread_ts: str | None
    user: str
    question: str
    reply: str
    refused: bool
    sources: tuple[Source, ...] = ()
    rest: str = ""


def record(engine: Engine, exchange: Exchange) -> None:
    """Writes an exchange down; the same event's earlier one (from before a crash) is replaced."""
    values = {**asdict(exchange), "created_at": datetime.now(UTC)}
    with engine.begin() as connection:
        connection.execute(delete(turns).where(turns.c.event_id == exchange.event_id))
        connection.execute(turns.insert().values(values))


def find(engine: Engine, event_id: str) -> Exchange | None:
    """The exchange that answered an event."""
    with engine.connect() as connection:
        row = connection.execute(select(turns).where(turns.c.event_id == event_id)).one_or_none()
    return _exchange(row) if row else None


def last(engine: Engine, incoming: Incoming) -> Exchange | None:
    """The newest exchange of the thread that an event belongs to."""
    here = and_(turns.c.channel == incoming.channel, turns.c.thread_ts == incoming.thread_ts)
    newest = select(turns).where(here).order_by(turns.c.id.desc()).limit(1)
    with engine.connect() as connection:
        row = connection.execute(newest).one_or_none()
    return _exchange(row) if row else None


def _exchange(row: Row) -> Exchange:
    return Exchange(
        event_id=row.event_id,
        channel=row.channel,
        thread_ts=row.thread_ts,
        user=row.user,
        question=row.question,
        reply=row.reply,
        refused=row.refused,
        sources=tuple(
            Source(**{**source, "heading_path": tuple(source["heading_path"])}) for source in row.sources
        ),
        rest=row.rest,
    )


def history(engine: Engine, incoming: Incoming) -> tuple[Turn, ...]:
    """The newest turns before this message, oldest first: those of its thread.

    In direct messages many write without threads: there, what begins a thread may follow up what was said
    lately, back to the last thread that went on. That one is a conversation of its own.
    """
    if incoming.thread_ts is None:
        return ()
    begins = incoming.ts == incoming.thread_ts
    if begins and incoming.channel_type != "im":
        return ()
    context = (
        turns.c.created_at >= datetime.now(UTC) - STILL_IN_MIND
        if begins
        else turns.c.thread_ts == incoming.thread_ts
    )
    same = turns.alias()
    in_thread = (
        select(func.count())
        .where(same.c.channel == turns.c.channel, same.c.thread_ts == turns.c.thread_ts)
        .scalar_subquery()
    )
    newest = (
        select(turns.c.question, turns.c.reply, in_thread.label("in_thread"))
        .where(turns.c.channel == incoming.channel, turns.c.event_id != incoming.event_id, context)
        # A command run in a direct message is no part of the conversation.
        .where(turns.c.thread_ts.is_not(None))
        .order_by(turns.c.id.desc())
        .limit(TURNS_REMEMBERED)
    )
    with engine.connect() as connection:
        rows = connection.execute(newest).all()
    if begins:
        rows = list(takewhile(lambda row: row.in_thread == 1, rows))
    return tuple(
        turn for row in reversed(rows) for turn in (Turn("user", row.question), Turn("assistant", row.reply))
    )


def rate(engine: Engine, event_id: str, user: str, *, helpful: bool) -> bool:
    """Notes what a person thinks of a reply; their last word counts. False where there is no such reply."""
    if find(engine, event_id) is None:
        return False
    with engine.begin() as connection:
        connection.execute(delete(feedback).where(feedback.c.event_id == event_id, feedback.c.user == user))
        connection.execute(
            feedback.insert().values(
                event_id=event_id, user=user, helpful=helpful, created_at=datetime.now(UTC)
            )
        )
    return True
