"""The guides in the database: where each stands, and what every event made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.inbox import Incoming
from bot.tables import guide_steps, guides
from chains.guide.contract import State, Step
from chains.guide.saved import state_from_json, state_to_json, step_from_json, step_to_json

# A direct message that begins no thread of its own goes on with a guide that asked this lately.
STILL_IN_MIND = timedelta(minutes=20)


class Overtaken(Exception):
    """Another event moved the guide in the meantime: read it again."""


class GuideGone(Exception):
    """The guide that an event is about was deleted."""


@dataclass(frozen=True, slots=True)
class StoredGuide:
    """A guide as it stands. `event_id` is the event that began it, and its name; `moves` counts events."""

    event_id: str
    channel: str
    thread_ts: str | None
    user: str
    private: bool
    moves: int
    state: State
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """What one event made of a guide, its `moves`-th.

    `above` is what stands above a question that was asked again below something else: the Markdown,
    blocks and text of a message.
    """

    guide: str
    moves: int
    step: Step
    above: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AskedMessage:
    """A message in which a question may still look open."""

    event_id: str
    question: str
    ts: str
    above: Mapping[str, Any] | None


def find(engine: Engine, event_id: str) -> StoredGuide | None:
    """The guide that an event began."""
    return _newest(engine, guides.c.event_id == event_id)


def in_thread(engine: Engine, incoming: Incoming) -> StoredGuide | None:
    """The guide of the thread that an event belongs to.

    In a direct message, what begins a thread goes on with a guide that asked a moment ago.
    """
    here = and_(guides.c.channel == incoming.channel, guides.c.private.is_(False))
    found = _newest(engine, and_(here, guides.c.thread_ts == incoming.thread_ts))
    if found or not incoming.direct or incoming.ts != incoming.thread_ts:
        return found
    lately = _newest(engine, and_(here, guides.c.updated_at >= datetime.now(UTC) - STILL_IN_MIND))
    return lately if lately and lately.state.pending else None


def private(engine: Engine, channel: str, user: str) -> StoredGuide | None:
    """The guide that a person has to themselves in a channel."""
    own = and_(guides.c.channel == channel, guides.c.user == user, guides.c.private.is_(True))
    return _newest(engine, own)


def move_of(engine: Engine, event_id: str) -> Move | None:
    """What an event made of a guide; None where it made nothing (yet)."""
    return _move(engine, guide_steps.c.event_id == event_id)


def move_shown(engine: Engine, guide: str, moves: int) -> Move | None:
    """What a guide showed at its `moves`-th move."""
    return _move(engine, and_(guide_steps.c.guide == guide, guide_steps.c.moves == moves))


def last_verdict(engine: Engine, guide: str) -> Move | None:
    """The newest move that ended in a recommendation."""
    return _move(engine, and_(guide_steps.c.guide == guide, guide_steps.c.concludes.is_(True)))


def begin(engine: Engine, incoming: Incoming, state: State, step: Step) -> Move:
    """Writes down a guide that this event begins, with its first step.

    Raises:
        Overtaken: the event has begun it already.
    """
    values = {
        "event_id": incoming.event_id,
        "channel": incoming.channel,
        "thread_ts": None if incoming.private else incoming.thread_ts,
        "user": incoming.user,
        "private": incoming.private,
        "moves": 1,
        "state": state_to_json(state),
        "updated_at": datetime.now(UTC),
    }
    move = Move(incoming.event_id, 1, step)
    try:
        with engine.begin() as connection:
            connection.execute(guides.insert().values(values))
            connection.execute(guide_steps.insert().values(_row(incoming.event_id, move)))
    except IntegrityError as error:
        raise Overtaken from error
    return move


def go_on(engine: Engine, guide: StoredGuide, incoming: Incoming, state: State, step: Step) -> Move:
    """Writes down how an event moved a guide: its new state and its step, both or neither.

    A guide goes where it is answered: in a direct message that may be another thread.

    Raises:
        Overtaken: another event was quicker, or this one has moved it already.
    """
    move = Move(guide.event_id, guide.moves + 1, step)
    where = {} if incoming.private or not incoming.direct else {"thread_ts": incoming.thread_ts}
    values = {"state": state_to_json(state), "moves": move.moves, "updated_at": datetime.now(UTC), **where}
    as_read = and_(guides.c.event_id == guide.event_id, guides.c.moves == guide.moves)
    try:
        with engine.begin() as connection:
            if not connection.execute(update(guides).where(as_read).values(values)).rowcount:
                raise Overtaken
            connection.execute(guide_steps.insert().values(_row(incoming.event_id, move)))
    except IntegrityError as error:
        raise Overtaken from error
    return move


def put_back(engine: Engine, guide: StoredGuide, state: State) -> StoredGuide:
    """Gives a guide another state, without an event that it answers; counts as a move.

    Raises:
        Overtaken: an event was quicker.
    """
    as_read = and_(guides.c.event_id == guide.event_id, guides.c.moves == guide.moves)
    values = {"state": state_to_json(state), "moves": guide.moves + 1}
    with engine.begin() as connection:
        if not connection.execute(update(guides).where(as_read).values(values)).rowcount:
            raise Overtaken
    return replace(guide, state=state, moves=guide.moves + 1)


def show_again(
    engine: Engine, guide: StoredGuide, incoming: Incoming, step: Step, above: Mapping[str, Any] | None = None
) -> Move:
    """Writes down that an event's reply asks a guide's question again, maybe below something else."""
    move = Move(guide.event_id, guide.moves, step, above)
    with engine.begin() as connection:
        connection.execute(delete(guide_steps).where(guide_steps.c.event_id == incoming.event_id))
        connection.execute(guide_steps.insert().values(_row(incoming.event_id, move)))
    return move


def note_message(engine: Engine, event_id: str, ts: str) -> str | None:
    """Remembers the message that shows an event's step; returns the step's guide, None without a step."""
    own = guide_steps.c.event_id == event_id
    # Most replies show none: these are not to wait until they may write.
    with engine.connect() as connection:
        guide = connection.scalar(select(guide_steps.c.guide).where(own))
    if guide is not None:
        with engine.begin() as connection:
            connection.execute(update(guide_steps).where(own).values(ts=ts))
    return guide


def asked_messages(engine: Engine, guide: str) -> Sequence[AskedMessage]:
    """The messages with a question of this guide that were not collapsed, oldest first."""
    columns = (guide_steps.c.event_id, guide_steps.c.question, guide_steps.c.ts, guide_steps.c.above)
    asked = and_(
        guide_steps.c.guide == guide,
        guide_steps.c.question.is_not(None),
        guide_steps.c.ts.is_not(None),
        guide_steps.c.collapsed.is_(False),
    )
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(asked).order_by(guide_steps.c.id)).all()
    return [AskedMessage(row.event_id, row.question, row.ts, row.above) for row in rows]


def note_collapsed(engine: Engine, event_id: str) -> None:
    """Remembers that an event's question is one line now."""
    own = guide_steps.c.event_id == event_id
    with engine.begin() as connection:
        connection.execute(update(guide_steps).where(own).values(collapsed=True))


def end(engine: Engine, event_id: str) -> None:
    """Forgets a guide, with its steps."""
    with engine.begin() as connection:
        connection.execute(delete(guides).where(guides.c.event_id == event_id))


def _newest(engine: Engine, which: ColumnElement[bool]) -> StoredGuide | None:
    with engine.connect() as connection:
        row = connection.execute(
            select(guides).where(which).order_by(guides.c.updated_at.desc(), guides.c.id.desc()).limit(1)
        ).one_or_none()
    if row is None:
        return None
    updated_at = row.updated_at
    return StoredGuide(
        event_id=row.event_id,
        channel=row.channel,
        thread_ts=row.thread_ts,
        user=row.user,
        private=row.private,
        moves=row.moves,
        state=state_from_json(row.state),
        updated_at=updated_at if updated_at.tzinfo else updated_at.replace(tzinfo=UTC),
    )


def _move(engine: Engine, which: ColumnElement[bool]) -> Move | None:
    with engine.connect() as connection:
        row = connection.execute(
            select(guide_steps).where(which).order_by(guide_steps.c.id.desc()).limit(1)
        ).one_or_none()
    return Move(row.guide, row.moves, step_from_json(row.step), row.above) if row else None


def _row(event_id: str, move: Move) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "guide": move.guide,
        "moves": move.moves,
        "step": step_to_json(move.step),
        "question": move.step.ask.id if move.step.ask else None,
        "above": dict(move.above) if move.above is not None else None,
        "collapsed": False,
        "concludes": move.step.recommendation is not None,
    }
