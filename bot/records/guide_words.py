"""What one person said in the guides of others: found in what is stored of them, and taken out of it."""

from __future__ import annotations

from collections import defaultdict
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
    wrote = select(guide_steps.c.guide, inbox.c.text).join(inbox, inbox.c.event_id == guide_steps.c.event_id)
    messages: dict[str, list[str]] = defaultdict(list)
    for guide, text in connection.execute(wrote.where(inbox.c.user == user)):
        messages[guide].append(text)
    for guide in connection.execute(select(guides.c.event_id, guides.c.state)).all():
        own, theirs = _quotes(guide.state, user)
        if not own and guide.event_id not in messages:
            continue
        steps = connection.execute(select(guide_steps).where(guide_steps.c.guide == guide.event_id)).all()
        # What was taken back since, and reasons, name nobody: such words are theirs if they wrote them.
        nameless = set[str]().union(*(_quotes(step.step, user)[1] for step in steps)) - theirs
        own |= {quote for quote in nameless if any(quote in text for text in messages[guide.event_id])}
        state = _without(guide.state, user, own)
        connection.execute(update(guides).where(guides.c.event_id == guide.event_id).values(state=state))
        for step in steps:
            values = {"step": _without(step.step, user, own), "above": _without(step.above, user, own)}
            connection.execute(update(guide_steps).where(guide_steps.c.id == step.id).values(values))


def _quotes(saved: Any, user: str) -> tuple[set[str], set[str]]:
    """The words that stand with this person's id, and those of others or without an id."""
    own: set[str] = set()
    others: set[str] = set()
    for quote, whose in _quoted(saved):
        (own if whose == user else others).add(quote)
    return own, others - own


def _quoted(saved: Any) -> Iterator[tuple[str, str]]:
    """All words that are quoted, each with the id of whoever said them, as far as that is kept."""
    if isinstance(saved, Mapping) and saved.get("quote"):
        yield saved["quote"], saved.get("user", "")
    parts = saved.values() if isinstance(saved, Mapping) else saved if isinstance(saved, list) else ()
    for part in parts:
        yield from _quoted(part)


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
