"""The smallest pieces of Block Kit that several messages and views are made of."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]

SECTION_LIMIT = 3_000


def plain(text: str) -> Block:
    """A plain text object."""
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn, with an element beside it."""
    block: Block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return block | ({"accessory": accessory} if accessory else {})


def context_line(text: str) -> Block:
    """A small line of mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def button(action_id: str, label: str, value: str = "", style: str = "") -> Block:
    """A button; `style` is "primary" or "danger"."""
    block: Block = {"type": "button", "action_id": action_id, "text": plain(label)}
    return block | ({"value": value} if value else {}) | ({"style": style} if style else {})


def shorten(text: str, limit: int) -> str:
    """The text within a limit; what was cut shows."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
