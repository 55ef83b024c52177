"""All that is kept of one person, as JSON: what they asked, what was replied, what they thought of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select

from bot.records import guide_words
from bot.tables import feedback, guide_steps, guides, inbox, turns

# An address by which the person can be written to, for half an hour: it says nothing about them.
KEPT_BACK = {"id", "response_url"}


def all_of(engine: Engine, user: str) -> dict[str, Any]:
    """What the database holds of a person, by their Slack id.

    `events` is what was received from them (messages, commands, pressed buttons), `questions` what was
    answered from documents, `guides` the guides that they began, with every step; what they said in the
    guides of others is in `said_in_guides_of_others`.
    """
    with engine.connect() as connection:
        begun = _rows(connection, select(guides).where(guides.c.user == user).order_by(guides.c.id))
        for guide in begun:
            own = guide_steps.c.guide == guide["event_id"]
            guide["steps"] = _rows(connection, select(guide_steps).where(own).order_by(guide_steps.c.id))
        return {
            "person": user,
            "exported_at": datetime.now(UTC).isoformat(),
            "events": _rows(connection, select(inbox).where(inbox.c.user == user).order_by(inbox.c.id)),
            "questions": _rows(connection, select(turns).where(turns.c.user == user).order_by(turns.c.id)),
            "feedback": _rows(connection, select(feedback).where(feedback.c.user == user)),
            "guides": begun,
            "said_in_guides_of_others": guide_words.said(connection, user),
        }


def is_nothing(found: Mapping[str, Any]) -> bool:
    """Whether nothing is kept of a person, by what `all_of` found."""
    return not any(isinstance(part, list) and part for part in found.values())


def _rows(connection: Connection, query: Select) -> list[dict[str, Any]]:
    rows: Sequence[Row] = connection.execute(query).all()
    return [{name: _plain(value) for name, value in _kept(row).items()} for row in rows]


def _kept(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in KEPT_BACK}


def _plain(value: Any) -> Any:
    """SQLite gives times back without their zone, which is UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value
