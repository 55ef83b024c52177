"""Deletes what was said: a thread, all of one person, or what is older than some day.

Events of late stay in the inbox, without their words: by them what Slack delivers again is told from
what is new. What is deleted is overwritten, in SQLite's file too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, and_, delete, or_, select, update

from bot.inbox import OPEN
from bot.records import guide_words
from bot.tables import feedback, guides, inbox, turns
from knowledge.database import BUSY_TIMEOUT_MS

# Rows that are deleted in one transaction: what comes in meanwhile is to be written down without delay.
AT_ONCE = 500
SETTLE_MS = 250


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted. `still_open` is how many events are being answered, and thus are still there."""

    turns: int
    guides: int
    events: int
    still_open: int = 0


def forget_thread(engine: Engine, channel: str, thread_ts: str) -> int:
    """Deletes a thread's turns and guide; returns how many turns there were."""
    with _overwriting(engine) as connection:
        count = connection.execute(
            delete(turns).where(turns.c.channel == channel, turns.c.thread_ts == thread_ts)
        ).rowcount
        here = and_(guides.c.channel == channel, guides.c.thread_ts == thread_ts, guides.c.private.is_(False))
        connection.execute(delete(guides).where(here))
        _without_words(connection, and_(inbox.c.channel == channel, inbox.c.thread_ts == thread_ts))
    return count


def forget_person(engine: Engine, user: str) -> Forgotten:
    """Deletes all of one person: turns, feedback, guides, and their words and name in what stays."""
    with _overwriting(engine) as connection:
        connection.execute(delete(feedback).where(feedback.c.user == user))
        asked = connection.execute(delete(turns).where(turns.c.user == user)).rowcount
        begun = connection.execute(delete(guides).where(guides.c.user == user)).rowcount
        guide_words.erase(connection, user)
        theirs = inbox.c.user == user
        events = _without_words(connection, theirs)
        still_open = len(connection.execute(select(inbox.c.id).where(theirs, inbox.c.state.in_(OPEN))).all())
        connection.execute(update(inbox).where(theirs, inbox.c.state.not_in(OPEN)).values(user=""))
    return Forgotten(asked, begun, events, still_open)


def forget_older(engine: Engine, than: datetime) -> Forgotten:
    """Deletes turns, guides and settled events that are older, a few at a time."""
    settled = inbox.c.state.not_in(OPEN)
    return Forgotten(
        turns=_delete_older(engine, turns, turns.c.created_at < than),
        guides=_delete_older(engine, guides, guides.c.updated_at < than),
        events=_delete_older(engine, inbox, and_(settled, inbox.c.finished_at < than)),
    )


def _delete_older(engine: Engine, table: Table, which: ColumnElement[bool]) -> int:
    key: Column[int] = table.c.id
    deleted = 0
    while True:
        with engine.connect() as connection:
            ids = connection.scalars(select(key).where(which).limit(AT_ONCE)).all()
        if not ids:
            return deleted
        with _overwriting(engine) as connection:
            deleted += connection.execute(delete(table).where(key.in_(ids))).rowcount


def _without_words(connection: Connection, which: ColumnElement[bool]) -> int:
    done = and_(which, inbox.c.state.not_in(OPEN))
    held = or_(inbox.c.text != "", inbox.c.response_url.is_not(None))
    emptied = update(inbox).where(done, held).values(text="", action=None, response_url=None, error=None)
    return connection.execute(emptied).rowcount


@contextmanager
def _overwriting(engine: Engine) -> Iterator[Connection]:
    """A transaction; SQLite writes zeros over what it deletes."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        yield connection
    _settle(engine)


def _settle(engine: Engine) -> None:
    """Empties SQLite's write-ahead log, which still has what was there; another time where it is in use."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        # While it waits for readers, nobody can write.
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {SETTLE_MS}")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
