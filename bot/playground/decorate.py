"""Adds `html` beside every text in messages, views and changes, for the page to show."""

from __future__ import annotations

from typing import Any

from bot.playground.markdown import markdown_html
from bot.playground.markup import Names, mrkdwn_html, plain_html
from bot.playground.typed import Mentionable


def decorated(value: Any, names: Names, mentionable: Mentionable) -> Any:
    """A copy of the value with `html` on text objects, Markdown blocks and messages.

    A message also gets `markdown_html` where it has Markdown, and `typed`: its text for editing.
    """
    if isinstance(value, list):
        return [decorated(item, names, mentionable) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: decorated(item, names, mentionable) for key, item in value.items()}
    for reaction in copy.get("reactions", ()):
        reaction["html"] = plain_html(f":{reaction['name']}:")
    text = copy.get("text")
    if not isinstance(text, str):
        return copy
    match copy.get("type"):
        case "mrkdwn" | "message":
            copy["html"] = mrkdwn_html(text, names)
        case "plain_text" | "raw_text":
            copy["html"] = plain_html(text)
        case "markdown":
            copy["html"] = markdown_html(text, names)
    if copy.get("type") == "message":
        copy["typed"] = mentionable.to_typed(text)
        if copy.get("markdown"):
            copy["markdown_html"] = markdown_html(copy["markdown"], names)
    return copy
