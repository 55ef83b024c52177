"""What one person said in the guides of others: found in what is stored of them, and taken out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from bot.tables import guide_steps, guides, inbox
from chains.guide.words import shortened

# Shorter words occur by chance in what a guide says itself.
TELLING = 8
GONE = "…"


def said(connection: Connection, user: str) -> list[dict[str, str]]:
    """A person's words in the guides of others, each with the guide, the factor and its value."""
    others = select(guides.c.event_id, guides.c.state).where(guides.c.user != user)
    return [
        {"guide": row.event_id, "factor": factor, "value": known["value"], "quote": known["quote"]}
        for row in connection.execute(others)
        for factor, known in row.state.get("known", {}).items()
        if known.get("user") == user
    ]


def erase(connection: Connection, user: str) -> None:
    """Takes a person's words and id out of the guides of others; what they stand for stays."""
    events = select(inbox.c.event_id).where(inbox.c.user == user)
    moved = set(connection.scalars(select(guide_steps.c.guide).where(guide_steps.c.event_id.in_(events))))
    own_steps = set(connection.scalars(select(guide_steps.c.id).where(guide_steps.c.event_id.in_(events))))
    for guide in connection.execute(select(guides.c.event_id, guides.c.state)).all():
        quotes = set(_quotes(guide.state, user))
        if not quotes and guide.event_id not in moved:
            continue
        steps = connection.execute(select(guide_steps).where(guide_steps.c.guide == guide.event_id)).all()
        for step in steps:
            quotes |= set(_quotes(step.step, None if step.id in own_steps else user))
        state = _without(guide.state, user, quotes)
        connection.execute(update(guides).where(guides.c.event_id == guide.event_id).values(state=state))
        for step in steps:
            values = {"step": _without(step.step, user, quotes), "above": _without(step.above, user, quotes)}
            connection.execute(update(guide_steps).where(guide_steps.c.id == step.id).values(values))


def _quotes(saved: Any, user: str | None) -> Iterator[str]:
    """The words that stand with this person's id; all that are quoted where no person is given."""
    if isinstance(saved, Mapping):
        if saved.get("quote") and (user is None or saved.get("user") == user):
            yield saved["quote"]
        for value in saved.values():
            yield from _quotes(value, user)
    elif isinstance(saved, list):
        for value in saved:
            yield from _quotes(value, user)


def _without(saved: Any, user: str, quotes: set[str]) -> Any:
    if isinstance(saved, Mapping):
        erased = {name: _without(value, user, quotes) for name, value in saved.items()}
        if saved.get("quote") in quotes:
            erased["quote"] = ""
        if saved.get("user") == user:
            erased["user"] = ""
        return erased
    if isinstance(saved, list):
        return [_without(value, user, quotes) for value in saved]
    if isinstance(saved, str):
        for quote in sorted((quote for quote in quotes if len(quote) >= TELLING), key=len, reverse=True):
            for shown in (quote, shortened(quote).rstrip(GONE)):
                saved = saved.replace(shown, GONE)
    return saved
