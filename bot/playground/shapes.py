"""The workspace's messages and views as Slack's API and events show them, without our own keys."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.workspace import Message, View

_OUR_KEYS = {
    "channel",
    "streaming",
    "markdown",
    "ephemeral_to",
    "recipient",
    "tasks",
    "plan_title",
    "task_display_mode",
    "metadata",
    "opened_at",
    "stream_mode",
}
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_ESCAPES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


def message_as_slack(message: Message, with_metadata: bool = True) -> dict[str, Any]:
    """A message as `conversations.history` or an event's `message` holds it."""
    shown = {key: value for key, value in message.items() if key not in _OUR_KEYS}
    blocks = [*_task_blocks(message), *_text_blocks(message), *message.get("blocks", [])]
    if blocks:
        shown["blocks"] = blocks
    if message.get("metadata") and with_metadata:
        shown["metadata"] = message["metadata"]
    return shown


def view_as_slack(view: View) -> dict[str, Any]:
    """A view as the API and interaction payloads hold it."""
    return {key: value for key, value in view.items() if key != "opened_by"}


def markdown_as_text(markdown: str) -> str:
    """A message's `text` as Slack derives it from Markdown: mrkdwn, headings without their marks."""
    text = re.sub(r"\[([^\]]*)\]\(([^)\s]*)\)", r"<\2|\1>", markdown)
    text = re.sub(r"\*\*(.+?)\*\*", r"*\1*", text)
    text = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
    return re.sub(r"^[-*] ", "• ", text, flags=re.MULTILINE)


def unescaped(text: str) -> str:
    """Message text with Slack's three escapes undone."""
    return re.sub("|".join(_ESCAPES), lambda found: _ESCAPES[found.group()], text)


def _text_blocks(message: Message) -> list[dict[str, Any]]:
    """Markdown as a block; what a person typed as the rich text that Slack's composer makes."""
    block_id = f"t{message['ts'].replace('.', '')}"
    if message["markdown"]:
        return [{"type": "markdown", "block_id": block_id, "text": message["markdown"]}]
    if message.get("bot_id") or not message["text"]:
        return []
    elements: list[dict[str, Any]] = []
    for index, part in enumerate(_MENTION.split(message["text"])):
        if index % 2:
            elements.append({"type": "user", "user_id": part})
        elif part:
            elements.append({"type": "text", "text": unescaped(part)})
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _task_blocks(message: Message) -> list[dict[str, Any]]:
    """A stream's tasks: one plan, or a card for each."""
    cards = [
        {
            "type": "task_card",
            "block_id": f"task-{task['id']}",
            "task_id": task["id"],
            **{key: task[key] for key in ("title", "status", "sources") if key in task},
        }
        for task in message.get("tasks", [])
    ]
    if cards and message.get("task_display_mode") == "plan":
        return [{"type": "plan", "title": message.get("plan_title", ""), "tasks": cards}]
    return cards
