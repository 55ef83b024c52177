"""The inbox: every event that is to be answered, written down before Slack is told that we have it.

An event's state goes accepted -> answering -> answered, failed or withdrawn (its message was deleted,
or an admin dropped it).
The table is the truth: whatever is `accepted` is owed a reply, after any crash. Each taking of an event
is a claim with a number: only the last one may post and finish, whoever else still believes to be at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    ScalarSelect,
    and_,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.tables import inbox

# `message` is what a person wrote; `ask`, `docs` and `guide` are commands (or a modal's words to a private
# guide); `press` is a button of a guide, `share` one that shows something to a channel, `switch` one that
# says that something else was meant, `forget` one that deletes a person's history.
Kind = Literal["message", "ask", "docs", "guide", "press", "share", "switch", "forget"]
PRIVATE_COMMANDS = ("ask", "docs", "guide")
ChannelType = Literal["channel", "group", "im", "mpim"]
OPEN = ("accepted", "answering")
# In a message's `action`: nobody asked us, but we answer if we can; and there is a file or another message
# with it, which we do not read.
UNASKED = "unasked"
ATTACHED = "attached"
LONG_WAIT = timedelta(minutes=1)
# Nothing is put off for longer. What seems to be was put off before the clock was set back, and is due.
LONGEST_RETRY = timedelta(minutes=1)
# More than one, because other workers may be quicker.
CANDIDATES = 8
# For each event that a person has open, so many that come later may go before the next one of theirs: many
# enough to let others pass, and no more, or where there is always too much to do it would never be its turn.
LETS_PASS = 50


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event that is for us, as it is written to the inbox.

    `event_id` is Slack's (for a command, its trigger_id). `thread_ts` is the thread that the reply goes
    into; `ts` is the message that is answered, None for commands and buttons. `text` is plain text
    without our own mention. `action` says what was pressed (see `bot.blocks.actions`).
    """

    event_id: str
    kind: Kind
    channel: str
    channel_type: ChannelType
    user: str
    team: str
    text: str
    ts: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    action: Mapping[str, Any] | None = None

    @property
    def private(self) -> bool:
        """Whether the reply is read by this person alone."""
        return self.kind in PRIVATE_COMMANDS or bool(self.action and self.action.get("private"))

    @property
    def unasked(self) -> bool:
        """Whether nobody turned to us: it is answered where there is an answer, else left alone."""
        return bool(self.action and self.action.get(UNASKED))

    @property
    def attached(self) -> bool:
        """Whether more came with its text than that."""
        return bool(self.action and self.action.get(ATTACHED))

    @property
    def direct(self) -> bool:
        """Whether it came in a direct message."""
        return self.channel_type == "im"


@dataclass(frozen=True, slots=True)
class Item:
    """An event in the inbox, taken by a worker. `resumed` says that it was begun before.

    `claim` is the number of this taking; `replaces_ts` is an apology that the reply is to take the place of.
    """

    id: int
    claim: int
    incoming: Incoming
    accepted_at: datetime
    failures: int
    interruptions: int
    draft_ts: str | None
    replaces_ts: str | None
    resumed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits for an answer, as a queue needs to know it. `behind` is as in the table."""

    id: int
    channel: str
    thread_ts: str | None
    behind: int

    @property
    def turn(self) -> int:
        """Its place in the order in which events are taken: the lower, the sooner."""
        return self.id + LETS_PASS * self.behind


# Puts an event into a queue, in the transaction that writes the event down.
Put = Callable[[Connection, Waiting], None]


class ClaimLost(Exception):
    """The event was taken from this worker, which was thought dead: somebody else answers it."""


def in_no_queue(_connection: Connection, _waiting: Waiting) -> None:
    """Where the workers look at the inbox itself."""


def try_to_write(engine: Engine) -> None:
    """Writes an event down and takes it back. Errors pass through: the same would keep a real one out."""
    nothing = dict.fromkeys(("kind", "channel", "channel_type", "user", "team", "text"), "")
    with engine.connect() as connection:
        connection.execute(
            inbox.insert().values(id=0, event_id="", state="accepted", accepted_at=_now(), **nothing)
        )
        connection.rollback()


def accept(engine: Engine, incoming: Incoming, put: Put = in_no_queue) -> bool:
    """Writes an event down, and puts it into the queue; False where it, or its message, is already there.

    When this returns, the event is on disk. Database errors pass through: Slack must not get its ack.
    """
    values = {
        "event_id": incoming.event_id,
        "kind": incoming.kind,
        "channel": incoming.channel,
        "channel_type": incoming.channel_type,
        "ts": incoming.ts,
        "thread_ts": incoming.thread_ts,
        "user": incoming.user,
        "team": incoming.team,
        "text": incoming.text,
        "response_url": incoming.response_url,
        "action": dict(incoming.action) if incoming.action is not None else None,
        "state": "accepted",
        "accepted_at": _now(),
        "behind": _behind(incoming),
    }
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    # A mention comes as two events: the second one as an error would stand in PostgreSQL’s log each time.
    unless_known = dialect.insert(inbox).values(values).on_conflict_do_nothing()
    with engine.begin() as connection:
        row = connection.execute(unless_known.returning(inbox.c.id, inbox.c.behind)).one_or_none()
        if row:
            put(connection, Waiting(row.id, incoming.channel, incoming.thread_ts, row.behind))
    return row is not None


def accept_again(engine: Engine, incoming: Incoming, put: Put = in_no_queue) -> bool:
    """Opens an event that failed once more, because the person asked again; False where it had not."""
    with engine.begin() as connection:
        reopened = connection.execute(
            update(inbox)
            .where(inbox.c.event_id == incoming.event_id, inbox.c.state == "failed")
            .values(
                state="accepted",
                failures=0,
                interruptions=0,
                response_url=incoming.response_url,
                accepted_at=_now(),
                not_before=None,
            )
            .returning(*_WAITING)
        ).one_or_none()
        if reopened:
            put(connection, Waiting(*reopened))
    return bool(reopened)


_WAITING = (inbox.c.id, inbox.c.channel, inbox.c.thread_ts, inbox.c.behind)


def turn(events: FromClause = inbox) -> ColumnElement[int]:
    """`Waiting.turn` of each row of the table, or of an alias of it."""
    return events.c.id + LETS_PASS * events.c.behind


def _behind(incoming: Incoming) -> ScalarSelect[int]:
    """How many open events of the same person there are; in a thread no fewer than of those before it."""
    own = select(func.count().label("number")).where(inbox.c.user == incoming.user, inbox.c.state.in_(OPEN))
    before = select(inbox.c.behind).where(
        inbox.c.channel == incoming.channel,
        inbox.c.thread_ts == incoming.thread_ts,
        inbox.c.state.in_(OPEN),
    )
    numbers = union_all(own, before).subquery()
    return select(func.max(numbers.c.number)).scalar_subquery()


def find(engine: Engine, event_id: str) -> Incoming | None:
    """An event as it was accepted."""
    with engine.connect() as connection:
        row = connection.execute(select(inbox).where(inbox.c.event_id == event_id)).one_or_none()
    return _incoming(row) if row else None


def reply_to(engine: Engine, event_id: str) -> str | None:
    """The ts of an event's reply; empty where it was answered in private, None where it is not answered."""
    with engine.connect() as connection:
        answered = select(inbox.c.reply_ts).where(inbox.c.event_id == event_id, inbox.c.state == "answered")
        row = connection.execute(answered).one_or_none()
    return (row.reply_ts or "") if row else None


def follows(engine: Engine, channel: str, thread_ts: str) -> bool:
    """Whether we are in this thread: something in it was accepted for an answer, and not left alone."""
    with engine.connect() as connection:
        here = and_(inbox.c.channel == channel, inbox.c.thread_ts == thread_ts, inbox.c.state != "withdrawn")
        return bool(connection.scalar(select(exists().where(here))))


def withdraw(engine: Engine, channel: str, ts: str) -> None:
    """Notes that a message was deleted: where it is not answered yet, it need not be."""
    with engine.begin() as connection:
        connection.execute(
            update(inbox)
            .where(inbox.c.channel == channel, inbox.c.ts == ts, inbox.c.state.in_(OPEN))
            .values(state="withdrawn", finished_at=_now())
        )


def is_wanted(engine: Engine, item: Item) -> bool:
    """Whether a reply is still to be posted: the message was not deleted since it was taken.

    Raises:
        ClaimLost: somebody else answers it meanwhile, or has answered it.
    """
    with engine.connect() as connection:
        row = connection.execute(select(inbox.c.state, inbox.c.claims).where(inbox.c.id == item.id)).one()
    if row.state == "withdrawn":
        return False
    if (row.state, row.claims) != ("answering", item.claim):
        raise ClaimLost
    return True


def reopen_interrupted(engine: Engine) -> int:
    """Opens what was being answered when the process ended; returns how many. Call once, at start.

    All that waits counts as begun: in a database that was restored from a backup, it may be answered.
    """
    with engine.begin() as connection:
        connection.execute(
            update(inbox)
            .where(inbox.c.state == "accepted", inbox.c.started_at.is_(None))
            .values(started_at=inbox.c.accepted_at)
        )
        return connection.execute(
            update(inbox)
            .where(inbox.c.state == "answering")
            .values(state="accepted", interruptions=inbox.c.interruptions + 1)
        ).rowcount


def take(engine: Engine) -> Item | None:
    """Takes the oldest event whose turn has come, for answering.

    In a thread one event is answered at a time, oldest first: nothing is taken while an older one there
    is still open. What belongs to no thread stands alone. Who has asked much and is still waiting lets
    others pass (`turn`): so that nobody waits for all that one person wants.
    """
    earlier = inbox.alias("earlier")
    waits_for_another = exists().where(
        earlier.c.channel == inbox.c.channel,
        earlier.c.thread_ts == inbox.c.thread_ts,
        earlier.c.state.in_(OPEN),
        earlier.c.id < inbox.c.id,
    )
    candidates = (
        select(inbox)
        .where(
            _is_due(),
            ~waits_for_another,
        )
        .order_by(turn())
        .limit(CANDIDATES)
    )
    # Read first, then write in a transaction of its own: SQLite refuses at once, without waiting, to let
    # a transaction write that has read what another one changed since.
    with engine.connect() as connection:
        rows = connection.execute(candidates).all()
    for row in rows:
        if item := _claim(engine, row):
            return item
    return None


def claim(engine: Engine, waiting_id: int, began: datetime | None = None) -> Item | None:
    """Takes this event for answering; None where it is not open, or is not to be tried again yet.

    The order in its thread is the caller's affair. What came in before whoever takes it `began` to work, or
    has waited for long, counts as begun: in a database that was restored from a backup, it may be answered.
    """
    with engine.connect() as connection:
        row = connection.execute(select(inbox).where(inbox.c.id == waiting_id, _is_due())).one_or_none()
    item = _claim(engine, row) if row else None
    before = _now() - LONG_WAIT
    if item and item.accepted_at < max(before, began or before):
        return replace(item, resumed=True)
    return item


def due(engine: Engine, waiting_id: int) -> datetime | None:
    """When this event is to be taken (again); None where it is settled, or being answered."""
    with engine.connect() as connection:
        row = connection.execute(
            select(inbox.c.not_before).where(inbox.c.id == waiting_id, inbox.c.state == "accepted")
        ).one_or_none()
    if row is None:
        return None
    now = _now()
    at = _aware(row.not_before) if row.not_before else now
    return now if at > now + LONGEST_RETRY else at


def _is_due() -> ColumnElement[bool]:
    now, at = _now(), inbox.c.not_before
    return and_(inbox.c.state == "accepted", or_(at.is_(None), at <= now, at > now + LONGEST_RETRY))


def _claim(engine: Engine, row: Row) -> Item | None:
    """Takes what was read, unless somebody took it in between, be it that they handed it back already."""
    with engine.begin() as connection:
        taken = connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id, inbox.c.state == "accepted", inbox.c.claims == row.claims)
            .values(state="answering", started_at=_now(), claims=row.claims + 1)
        )
    return _item(row) if taken.rowcount else None


def _incoming(row: Row) -> Incoming:
    return Incoming(
        event_id=row.event_id,
        kind=row.kind,
        channel=row.channel,
        channel_type=row.channel_type,
        user=row.user,
        team=row.team,
        text=row.text,
        ts=row.ts,
        thread_ts=row.thread_ts,
        response_url=row.response_url,
        action=row.action,
    )


def _item(row: Row) -> Item:
    return Item(
        id=row.id,
        claim=row.claims + 1,
        incoming=_incoming(row),
        accepted_at=_aware(row.accepted_at),
        failures=row.failures,
        interruptions=row.interruptions,
        draft_ts=row.draft_ts,
        replaces_ts=row.replaces_ts,
        resumed=row.started_at is not None,
    )


def next_due(engine: Engine) -> datetime | None:
    """When the first event that waits for another try may be taken; None where none waits."""
    with engine.connect() as connection:
        due = connection.scalar(
            select(inbox.c.not_before)
            .where(inbox.c.state == "accepted", inbox.c.not_before.is_not(None))
            .order_by(inbox.c.not_before)
            .limit(1)
        )
    return _aware(due) if due else None


def note_draft(engine: Engine, item: Item, ts: str | None) -> None:
    """Remembers the message that is being written, so that a restart can find it; None: it is gone."""
    _set(engine, item, draft_ts=ts)


def finish(engine: Engine, item: Item, reply_ts: str | None) -> None:
    """The reply is complete (`reply_ts` is None for private replies, which have no address)."""
    _set(
        engine,
        item,
        state="answered",
        reply_ts=reply_ts,
        draft_ts=None,
        replaces_ts=None,
        error=None,
        # Whoever has this address can write to the person: it is kept no longer than it is needed.
        response_url=None,
        finished_at=_now(),
    )


def fail(engine: Engine, item: Item, reply_ts: str | None, why: str | None = None) -> None:
    """It is given up; `reply_ts` is the apology, None where not even that could be said.

    `why` is for the admin; without it, the last try's stands.
    """
    because = {"error": why} if why else {}
    _set(engine, item, state="failed", reply_ts=reply_ts, finished_at=_now(), **because)


def hand_back(engine: Engine, item: Item) -> None:
    """Opens it again: the process ends before it was answered."""
    _set(engine, item, state="accepted")


def retry_later(engine: Engine, item: Item, after: timedelta, *, failed: bool, why: str = "") -> None:
    """Opens it again, not before `after` has passed; `failed` counts this try as a failure of ours.

    `why` is for the admin, without anything that was said.
    """
    _set(
        engine,
        item,
        state="accepted",
        not_before=_now() + after,
        error=why or None,
        failures=inbox.c.failures + (1 if failed else 0),
    )


def _set(engine: Engine, item: Item, **values: object) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(inbox)
            .where(inbox.c.id == item.id, inbox.c.state == "answering", inbox.c.claims == item.claim)
            .values(values)
        )


def _aware(moment: datetime) -> datetime:
    """SQLite gives times back without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)
