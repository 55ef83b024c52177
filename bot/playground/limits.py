"""Slack's documented limits on messages, metadata and views, as pure checks with Slack's error codes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any
from uuid import uuid4

from bot.playground.blockkit import BLOCKS, CHUNK, Surface, text_object
from bot.playground.elements import interactive_elements
from bot.playground.errors import SlackError
from bot.playground.schema import anything, array, boolean, one_of, problem, record, string

MAX_TEXT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_MARKDOWN = 12_000
MAX_ATTACHMENTS = 100
MAX_METADATA = 16_000
MAX_TABLE_CHARACTERS = 10_000
MAX_PROMPTS = 4
STREAM_LIFETIME = 306.0

_INTERACTIVE = {
    "button",
    "icon_button",
    "feedback_buttons",
    "overflow",
    "static_select",
    "multi_static_select",
    "users_select",
    "channels_select",
    "conversations_select",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
}

_VIEW_FIELDS = {
    "callback_id": string(255, 0),
    "private_metadata": string(3000, 0),
    "external_id": string(255, 0),
}
_VIEWS = {
    "modal": record(
        {"type": anything, "title": text_object(24), "blocks": anything},
        _VIEW_FIELDS
        | {
            "submit": text_object(24),
            "close": text_object(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": record({"type": anything, "blocks": anything}, _VIEW_FIELDS),
}
_METADATA = record({"event_type": string(255), "event_payload": anything})
_PROMPTS = array(record({"title": string(), "message": string()}), MAX_PROMPTS)


def check_blocks(blocks: Any, surface: Surface = "message", pointer: str = "/blocks") -> None:
    """Refuses blocks that Slack would refuse.

    Raises:
        SlackError: invalid_blocks (in a view invalid_arguments), with what is wrong where.
    """
    problems = list(BLOCKS[surface](blocks, pointer))
    if not problems:
        problems = [*_repeated_ids(blocks, pointer), *_totals(blocks, pointer)]
    if problems:
        raise SlackError("invalid_blocks" if surface == "message" else "invalid_arguments", problems)


def check_text(text: Any, longest: int = MAX_TEXT) -> None:
    """Refuses text that is too long for its field.

    Raises:
        SlackError: msg_too_long, or invalid_arguments where it is no text.
    """
    if not isinstance(text, str):
        raise SlackError("invalid_arguments", [problem("must be a string", "/text")])
    if len(text) > longest:
        raise SlackError("msg_too_long")


def check_metadata(metadata: Any) -> None:
    """Refuses message metadata that Slack would refuse.

    Raises:
        SlackError: invalid_metadata_format, invalid_metadata_schema or metadata_too_large.
    """
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if list(_METADATA(metadata, "/metadata")) or not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_schema", _METADATA(metadata, "/metadata"))
    if len(json.dumps(metadata)) > MAX_METADATA:
        raise SlackError("metadata_too_large")


def check_attachments(attachments: Any) -> None:
    """Refuses attachments of the wrong shape, too many, or with blocks that are not valid.

    Raises:
        SlackError: invalid_attachments, too_many_attachments or invalid_blocks.
    """
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for index, attachment in enumerate(attachments):
        if "blocks" in attachment:
            check_blocks(attachment["blocks"], pointer=f"/attachments/{index}/blocks")


def check_chunks(chunks: Any) -> None:
    """Refuses a stream's chunks that Slack would refuse.

    Raises:
        SlackError: invalid_chunks or msg_too_long.
    """
    problems = list(array(CHUNK, fewest=0)(chunks, "/chunks"))
    if problems:
        raise SlackError("invalid_chunks", problems)
    if any(len(chunk["text"]) > MAX_MARKDOWN for chunk in chunks if chunk["type"] == "markdown_text"):
        raise SlackError("msg_too_long")


def check_view(view: Any) -> None:
    """Refuses a view that Slack would refuse.

    Raises:
        SlackError: invalid_arguments, with what is wrong where.
    """
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in _VIEWS:
        raise SlackError("invalid_arguments", one_of("modal", "home")(kind, "/view/type"))
    problems = list(_VIEWS[kind](view, "/view"))
    if problems:
        raise SlackError("invalid_arguments", problems)
    check_blocks(view["blocks"], kind, "/view/blocks")
    if kind == "modal" and "submit" not in view and any(b["type"] == "input" for b in view["blocks"]):
        raise SlackError("invalid_arguments", [problem("missing required field: submit", "/view")])


def check_prompts(prompts: Any) -> None:
    """Refuses suggested prompts that Slack would refuse.

    Raises:
        SlackError: invalid_arguments.
    """
    problems = list(_PROMPTS(prompts, "/prompts"))
    if problems:
        raise SlackError("invalid_arguments", problems)


def completed(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks with the ids that Slack makes up where the app gave none."""
    blocks = deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", uuid4().hex[:5])
        for element in (block.get("accessory"), block.get("element"), *_elements(block)):
            if isinstance(element, dict) and element.get("type") in _INTERACTIVE:
                element.setdefault("action_id", uuid4().hex[:5])
    return blocks


def _elements(block: Mapping[str, Any]) -> list[Any]:
    return block["elements"] if block["type"] in ("actions", "context_actions") else []


def _repeated_ids(blocks: list[dict[str, Any]], pointer: str) -> Iterator[str]:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in seen:
            yield problem(f"block_id already exists: {block_id}", f"{pointer}/{index}/block_id")
        seen |= {block_id} if block_id else set()
        actions = [element["action_id"] for _, element in interactive_elements([block])]
        for action_id in sorted({each for each in actions if actions.count(each) > 1}):
            yield problem(f"action_id already exists: {action_id}", f"{pointer}/{index}")


def _totals(blocks: list[dict[str, Any]], pointer: str) -> Iterator[str]:
    """Limits on all of a message's blocks of one kind together."""
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MAX_MARKDOWN:
        yield problem(f"markdown blocks hold more than {MAX_MARKDOWN} characters", pointer)
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        yield problem("only_one_table_allowed", pointer)
    if sum(_characters(table["rows"]) for table in tables) > MAX_TABLE_CHARACTERS:
        yield problem(f"tables hold more than {MAX_TABLE_CHARACTERS} characters", pointer)


def _characters(value: Any) -> int:
    """How many characters all `text` within hold."""
    if isinstance(value, list):
        return sum(_characters(each) for each in value)
    if isinstance(value, dict):
        own = value.get("text")
        return len(own) if isinstance(own, str) else sum(_characters(each) for each in value.values())
    return 0
