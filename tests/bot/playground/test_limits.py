"""Slack's limits: what is refused, with which code, and where it says the fault lies."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.errors import SlackError
from bot.playground.limits import (
    check_attachments,
    check_blocks,
    check_chunks,
    check_metadata,
    check_prompts,
    check_text,
    check_view,
    completed,
)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(text: str = "Go", **fields: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": plain(text), **fields}


def cell(text: str = "x") -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": plain("Good"), "value": "up"},
    "negative_button": {"text": plain("Bad"), "value": "down"},
}
SECTION = {"type": "section", "text": mrkdwn("*hello*")}
OPTION = {"text": plain("A"), "value": "a"}
GOOD_BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Title")},
    SECTION,
    {"type": "section", "fields": [mrkdwn("a"), plain("b")], "accessory": button(style="danger")},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("small"), plain("print")]},
    {"type": "context", "elements": [{"type": "image", "image_url": "https://e.com/a.png", "alt_text": "a"}]},
    {"type": "image", "image_url": "https://e.com/a.png", "alt_text": "a", "title": plain("A")},
    {"type": "actions", "elements": [button(url="https://e.com", value="1")]},
    {
        "type": "actions",
        "elements": [
            {"type": "static_select", "action_id": "s", "placeholder": plain("Choose"), "options": [OPTION]},
            {"type": "checkboxes", "action_id": "c", "options": [OPTION]},
            {"type": "radio_buttons", "action_id": "r", "options": [OPTION], "initial_option": OPTION},
            {"type": "overflow", "action_id": "o", "options": [OPTION]},
        ],
    },
    {"type": "markdown", "text": "**bold**"},
    {"type": "context_actions", "elements": [FEEDBACK]},
    {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "action_id": "i", "icon": "trash", "text": plain("Delete")}],
    },
    {"type": "table", "rows": [[cell(), cell()]], "column_settings": [{"is_wrapped": True}]},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "b", "style": {"bold": True}}],
            },
        ],
    },
    {
        "type": "input",
        "label": plain("Name"),
        "element": {"type": "plain_text_input", "action_id": "n", "multiline": True},
    },
    {"type": "plan", "title": "Plan", "tasks": [{"type": "task_card", "task_id": "1", "title": "One"}]},
]


def refusal(check: Any, *arguments: Any) -> SlackError:
    with pytest.raises(SlackError) as refused:
        check(*arguments)
    return refused.value


@pytest.mark.parametrize("block", GOOD_BLOCKS, ids=lambda block: block["type"])
def test_blocks_that_slack_takes_pass(block: dict[str, Any]):
    check_blocks([block])


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"type": "banner"}, "unsupported type: banner [json-pointer:/blocks/0/type]"),
        ({"text": mrkdwn("x")}, "missing required field: type [json-pointer:/blocks/0]"),
        ({**SECTION, "color": "red"}, "invalid additional property: color [json-pointer:/blocks/0]"),
        ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0/type]"),
        (
            {"type": "section", "text": mrkdwn("x" * 3001)},
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "text": mrkdwn("")},
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section", "fields": [mrkdwn("x" * 2001)]},
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
        ),
        (
            {"type": "section", "fields": [mrkdwn("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "header", "text": plain("x" * 151)},
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "header", "text": mrkdwn("x")},
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            {"type": "actions", "elements": [button("x" * 76)]},
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            {"type": "actions", "elements": [button(action_id="x" * 256)]},
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            {"type": "actions", "elements": [button(value="x" * 2001)]},
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            {"type": "actions", "elements": [button(style="blue")]},
            "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
        ),
        (
            {"type": "actions", "elements": [button(action_id=f"a{n}") for n in range(26)]},
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [button(), button()]},
            "action_id already exists: go [json-pointer:/blocks/0]",
        ),
        (
            {"type": "context", "elements": [mrkdwn("x")] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context_actions", "elements": [FEEDBACK] * 6},
            "no more than 5 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context_actions", "elements": [button()]},
            "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
        ),
        (
            {"type": "actions", "elements": [{"type": "static_select", "options": [OPTION] * 101}]},
            "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
        ),
        (
            {"type": "markdown", "text": "x" * 12_001},
            "must be less than 12001 characters [json-pointer:/blocks/0/text]",
        ),
        (
            {"type": "table", "rows": [[cell()] * 21]},
            "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            {"type": "table", "rows": [[cell()]] * 101},
            "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
        ),
        (
            {"type": "table", "rows": [[cell("x" * 10_001)]]},
            "tables hold more than 10000 characters [json-pointer:/blocks]",
        ),
    ],
)  # fmt: skip
def test_a_block_that_slack_refuses_is_refused_at_its_place(block: dict[str, Any], message: str):
    error = refusal(check_blocks, [block])
    assert error.code == "invalid_blocks"
    assert message in error.messages
    assert f"[ERROR] {message}" in error.body()["response_metadata"]["messages"]


def test_a_message_holds_fifty_blocks():
    check_blocks([{"type": "divider"}] * 50)
    error = refusal(check_blocks, [{"type": "divider"}] * 51)
    assert error.messages == ("no more than 50 items allowed [json-pointer:/blocks]",)


def test_markdown_blocks_share_one_limit():
    half = {"type": "markdown", "text": "x" * 6000}
    check_blocks([half, half])
    assert refusal(check_blocks, [half, half, half]).code == "invalid_blocks"


def test_a_message_holds_one_table():
    table = {"type": "table", "rows": [[cell()]]}
    assert "only_one_table_allowed" in refusal(check_blocks, [table, table]).messages[0]


def test_block_ids_are_unique_within_a_message():
    twice = [{"type": "divider", "block_id": "same"}] * 2
    assert refusal(check_blocks, twice).messages == (
        "block_id already exists: same [json-pointer:/blocks/1/block_id]",
    )


@pytest.mark.parametrize("kind", ["markdown", "table", "context_actions"])
def test_some_blocks_are_for_messages_alone(kind: str):
    block = next(block for block in GOOD_BLOCKS if block["type"] == kind)
    error = refusal(check_blocks, [block], "modal", "/view/blocks")
    assert error.messages == (f"unsupported type: {kind} [json-pointer:/view/blocks/0/type]",)


def test_text_is_too_long_after_forty_thousand_characters():
    check_text("x" * 40_000)
    assert refusal(check_text, "x" * 40_001).code == "msg_too_long"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("text", "invalid_metadata_format"),
        ({"event_type": "a"}, "invalid_metadata_schema"),
        ({"event_type": "a", "event_payload": "b"}, "invalid_metadata_schema"),
        ({"event_type": "a", "event_payload": {}, "more": 1}, "invalid_metadata_schema"),
        ({"event_type": "a", "event_payload": {"b": "x" * 16_000}}, "metadata_too_large"),
    ],
)
def test_metadata_of_the_wrong_shape_is_refused(metadata: Any, code: str):
    assert refusal(check_metadata, metadata).code == code


def test_attachments_are_checked_with_their_blocks():
    check_attachments([{"color": "#fff", "blocks": [SECTION]}])
    assert refusal(check_attachments, "x").code == "invalid_attachments"
    assert refusal(check_attachments, [{}] * 101).code == "too_many_attachments"
    bad = refusal(check_attachments, [{"blocks": [{"type": "banner"}]}])
    assert bad.messages == ("unsupported type: banner [json-pointer:/attachments/0/blocks/0/type]",)


def test_chunks_are_of_the_known_kinds():
    source = {"type": "url", "url": "https://e.com", "text": "Source"}
    task = {"type": "task_update", "id": "1", "title": "Search", "status": "complete", "sources": [source]}
    check_chunks([{"type": "markdown_text", "text": "hi"}, task, {"type": "plan_update", "title": "Plan"}])
    assert refusal(check_chunks, [{"type": "thought"}]).code == "invalid_chunks"
    assert refusal(check_chunks, [{**task, "title": "x" * 257}]).code == "invalid_chunks"
    assert refusal(check_chunks, [{"type": "markdown_text", "text": "x" * 12_001}]).code == "msg_too_long"


def test_a_view_has_a_short_title_and_a_submit_button_where_it_has_inputs():
    view = {"type": "modal", "title": plain("Passage"), "blocks": [SECTION]}
    check_view(view)
    long_title = refusal(check_view, {**view, "title": plain("x" * 25)})
    assert long_title.messages == ("must be less than 25 characters [json-pointer:/view/title/text]",)
    with_input = {**view, "blocks": [block for block in GOOD_BLOCKS if block["type"] == "input"]}
    assert "submit" in refusal(check_view, with_input).messages[0]
    check_view({**with_input, "submit": plain("Send")})
    assert refusal(check_view, {**view, "private_metadata": "x" * 3001}).code == "invalid_arguments"
    assert refusal(check_view, {**view, "type": "page"}).code == "invalid_arguments"


def test_at_most_four_prompts_are_suggested():
    prompt = {"title": "t", "message": "m"}
    check_prompts([prompt] * 4)
    assert refusal(check_prompts, [prompt] * 5).code == "invalid_arguments"


def test_missing_ids_are_made_up_and_given_ones_kept():
    blocks = completed(
        [{"type": "actions", "elements": [{"type": "button"}, button()]}, {**SECTION, "block_id": "s"}]
    )
    assert blocks[0]["block_id"]
    assert blocks[0]["elements"][0]["action_id"]
    assert blocks[0]["elements"][1]["action_id"] == "go"
    assert blocks[1]["block_id"] == "s"
