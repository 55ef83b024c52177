"""Deletes what was said, when people ask for it: a thread's turns, or all that one person asked.

Events stay in the inbox, without their words: by them what Slack delivers again is told from what is new.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, or_, update

from bot.inbox import OPEN
from bot.tables import feedback, guides, inbox, turns


def forget_thread(engine: Engine, channel: str, thread_ts: str) -> int:
    """Deletes a thread's turns and guide; returns how many turns there were."""
    with engine.begin() as connection:
        count = connection.execute(
            delete(turns).where(turns.c.channel == channel, turns.c.thread_ts == thread_ts)
        ).rowcount
        here = and_(guides.c.channel == channel, guides.c.thread_ts == thread_ts, guides.c.private.is_(False))
        connection.execute(delete(guides).where(here))
        _without_words(connection, and_(inbox.c.channel == channel, inbox.c.thread_ts == thread_ts))
    return count


def forget_person(engine: Engine, user: str) -> int:
    """Deletes a person's turns, feedback and guides, everywhere; returns how many turns there were."""
    with engine.begin() as connection:
        connection.execute(delete(feedback).where(feedback.c.user == user))
        count = connection.execute(delete(turns).where(turns.c.user == user)).rowcount
        connection.execute(delete(guides).where(guides.c.user == user))
        _without_words(connection, inbox.c.user == user)
    return count


def _without_words(connection: Connection, which: ColumnElement[bool]) -> None:
    done = and_(which, inbox.c.state.not_in(OPEN))
    held = or_(inbox.c.text != "", inbox.c.response_url.is_not(None))
    connection.execute(update(inbox).where(done, held).values(text="", action=None, response_url=None))
