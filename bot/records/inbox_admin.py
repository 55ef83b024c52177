"""The inbox as an admin sees it: what stands in it, what failed and why; trying again, and dropping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, Row, or_, select, update

from bot.inbox import OPEN, PRIVATE_COMMANDS
from bot.tables import inbox
from knowledge.errors import AdminError

# Slack takes private replies for half an hour.
PRIVATE_REPLY_TIME = timedelta(minutes=30)
NEVER_RETRIED = {
    "answered": "it is answered",
    "withdrawn": "its message was deleted, or it was dropped",
    "answering": "it is being answered",
}


class NotPossible(AdminError):
    """An event cannot be retried or dropped; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the inbox, without what was said. `error` is why the last try failed, empty if none did.

    `not_before` is when it is tried again.
    """

    event_id: str
    kind: str
    channel: str
    state: str
    failures: int
    interruptions: int
    error: str
    accepted_at: datetime
    not_before: datetime | None
    finished_at: datetime | None


def entries(engine: Engine, *, also_done: bool, limit: int) -> Sequence[Entry]:
    """The newest events, oldest first: those that are open or failed, or all with `also_done`."""
    unsettled = or_(inbox.c.state.in_(OPEN), inbox.c.state == "failed")
    newest = select(inbox).order_by(inbox.c.id.desc()).limit(limit)
    with engine.connect() as connection:
        rows = connection.execute(newest if also_done else newest.where(unsettled)).all()
    return [_entry(row) for row in reversed(rows)]


def retry(engine: Engine, event_id: str) -> None:
    """Opens an event that failed, or waits for another try, so that it is answered now.

    An apology that was posted is overwritten by the answer.

    Raises:
        NotPossible: there is no such event, it needs no retry, or Slack would not take the reply.
    """
    row = _row(engine, event_id)
    if why_not := NEVER_RETRIED.get(row.state):
        raise NotPossible(f"{event_id} cannot be tried again: {why_not}")
    private = row.kind in PRIVATE_COMMANDS or (row.action or {}).get("private")
    if private and datetime.now(UTC) - _aware(row.accepted_at) > PRIVATE_REPLY_TIME:
        raise NotPossible(
            f"{event_id} cannot be tried again: Slack takes a private reply for half an hour only. The "
            "person has to ask again"
        )
    # A reply that had failed before is replaced, in the second try as in the third.
    apology = row.reply_ts if row.state == "failed" else row.replaces_ts
    with engine.begin() as connection:
        reopened = connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id, inbox.c.state.in_(("failed", "accepted")))
            .values(
                state="accepted",
                failures=0,
                interruptions=0,
                reply_ts=None,
                replaces_ts=apology,
                # Its age decides how long Slack's own failures are borne with.
                accepted_at=row.accepted_at if private else datetime.now(UTC),
                not_before=None,
                finished_at=None,
            )
        )
    if not reopened.rowcount:
        raise NotPossible(f"{event_id} cannot be tried again: {NEVER_RETRIED['answering']}")


def drop(engine: Engine, event_id: str) -> None:
    """Gives an event up for good, without a word to whoever asked; what was said is deleted.

    Raises:
        NotPossible: there is no such event, or it is answered.
    """
    row = _row(engine, event_id)
    with engine.begin() as connection:
        dropped = connection.execute(
            update(inbox)
            .where(inbox.c.id == row.id, or_(inbox.c.state.in_(OPEN), inbox.c.state == "failed"))
            .values(state="withdrawn", text="", action=None, response_url=None, finished_at=datetime.now(UTC))
        )
    if not dropped.rowcount:
        raise NotPossible(f"{event_id} cannot be dropped: it is {row.state} already")


def _row(engine: Engine, event_id: str) -> Row:
    with engine.connect() as connection:
        row = connection.execute(select(inbox).where(inbox.c.event_id == event_id)).one_or_none()
    if row is None:
        raise NotPossible(
            f"There is no event {event_id} in the inbox: `ragtime inbox list --all` shows what there is"
        )
    return row


def _entry(row: Row) -> Entry:
    return Entry(
        event_id=row.event_id,
        kind=row.kind,
        channel=row.channel,
        state=row.state,
        failures=row.failures,
        interruptions=row.interruptions,
        error=row.error or "",
        accepted_at=_aware(row.accepted_at),
        not_before=_aware(row.not_before) if row.not_before else None,
        finished_at=_aware(row.finished_at) if row.finished_at else None,
    )


def _aware(moment: datetime) -> datetime:
    """SQLite gives times back without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
