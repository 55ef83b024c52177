"""Streams: what they take, what they refuse in which state, what stands there afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks.block_elements import UrlSourceElement
from slack_sdk.models.messages.chunk import MarkdownTextChunk, TaskUpdateChunk

from bot.playground.cast import YOU
from bot.playground.workspace import Message, Workspace
from tests.support.slack import LocalSlack

RECIPIENT = {"recipient_user_id": YOU.id, "recipient_team_id": "T0PLAYGROUND"}


def error_of(action: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        action(**arguments)
    return refused.value.response["error"]


def started(slack: LocalSlack, **arguments: Any) -> dict[str, str]:
    question = slack.say("?")
    answer = slack.client().chat_startStream(channel="D0YOU", thread_ts=question["ts"], **arguments)
    return {"channel": answer["channel"], "ts": answer["ts"]}


def stored(slack: LocalSlack, where: dict[str, str]) -> Message:
    message = slack.workspace.message(where["channel"], where["ts"])
    assert message is not None
    return message


def test_slack_sdks_stream_grows_one_message_and_ends_with_blocks_and_metadata(slack: LocalSlack):
    question = slack.say("@Ragtime ?", "C0GENERAL")
    stream = slack.client().chat_stream(
        channel="C0GENERAL", thread_ts=question["ts"], buffer_size=1, **RECIPIENT
    )
    stream.append(markdown_text="**Hello**")
    stream.append(markdown_text=" world")
    (growing,) = [m for m in slack.workspace.messages("C0GENERAL") if m.get("bot_id")]
    assert growing["streaming"]
    assert growing["markdown"] == "**Hello** world"
    metadata = {"event_type": "kind", "event_payload": {}}
    stream.stop(markdown_text="!", blocks=[{"type": "divider"}], metadata=metadata)
    (message,) = slack.wait_for_messages("C0GENERAL", question["ts"])
    assert message["markdown"] == "**Hello** world!"
    assert message["text"] == "*Hello* world!"
    assert [block["type"] for block in message["blocks"]] == ["divider"]
    assert message["metadata"] == metadata


def test_a_streamed_message_reads_back_with_its_state_and_all_its_blocks(slack: LocalSlack):
    where = started(slack, markdown_text="a")
    thread_ts = stored(slack, where)["thread_ts"]
    client = slack.client()
    open_ = client.conversations_replies(channel="D0YOU", ts=thread_ts)["messages"][1]
    assert open_["streaming_state"] == "in_progress"
    client.chat_stopStream(**where, blocks=[{"type": "divider"}])
    done = client.conversations_replies(channel="D0YOU", ts=thread_ts)["messages"][1]
    assert done["streaming_state"] == "completed"
    assert [block["type"] for block in done["blocks"]] == ["markdown", "divider"]


def test_an_open_stream_can_be_neither_updated_nor_deleted(slack: LocalSlack):
    where = started(slack, markdown_text="a")
    client = slack.client()
    assert error_of(client.chat_update, **where, text="x") == "streaming_state_conflict"
    assert error_of(client.chat_delete, **where) == "cant_delete_message"
    client.chat_stopStream(**where)
    client.chat_update(**where, text="x", blocks=[{"type": "divider"}])
    assert stored(slack, where)["markdown"] == ""


def test_a_stopped_stream_takes_no_more(slack: LocalSlack):
    where = started(slack, markdown_text="a")
    client = slack.client()
    client.chat_stopStream(**where)
    assert error_of(client.chat_appendStream, **where, markdown_text="b") == "message_not_in_streaming_state"
    assert error_of(client.chat_stopStream, **where) == "message_not_in_streaming_state"


def test_a_stream_ends_by_itself_after_its_lifetime():
    now = [1_700_000_000.0]
    with LocalSlack(workspace=Workspace(clock=lambda: now[0])) as slack:
        where = started(slack, markdown_text="kept")
        now[0] += 307
        assert (
            error_of(slack.client().chat_appendStream, **where, markdown_text="b")
            == "message_not_in_streaming_state"
        )
        assert stored(slack, where)["markdown"] == "kept"
        assert not stored(slack, where)["streaming"]


def test_outside_a_dm_a_stream_needs_its_recipient(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    start = slack.client().chat_startStream
    where = {"channel": "C0GENERAL", "thread_ts": question["ts"]}
    assert error_of(start, **where) == "missing_recipient_user_id"
    assert error_of(start, **where, recipient_user_id=YOU.id) == "missing_recipient_team_id"
    start(**where, **RECIPIENT)


def test_a_stream_takes_no_metadata_at_its_start(slack: LocalSlack):
    question = slack.say("?")
    start = slack.client().chat_startStream
    where = {"channel": "D0YOU", "thread_ts": question["ts"]}
    assert error_of(start, **where, metadata={"event_type": "a", "event_payload": {}}) == "invalid_arg_name"


def test_text_and_chunks_are_not_mixed(slack: LocalSlack):
    client = slack.client()
    chunk = MarkdownTextChunk(text="b")
    where = started(slack, markdown_text="a")
    assert (
        error_of(client.chat_appendStream, **where, markdown_text="b", chunks=[chunk])
        == "cannot_provide_both_markdown_text_and_chunks"
    )
    assert error_of(client.chat_appendStream, **where, chunks=[chunk]) == "streaming_mode_mismatch"


def test_tasks_are_updated_by_id_and_those_left_running_count_as_failed(slack: LocalSlack):
    source = UrlSourceElement(url="https://example.com", text="Handbook")
    where = started(
        slack,
        task_display_mode="plan",
        chunks=[
            TaskUpdateChunk(id="1", title="Searching", status="in_progress"),
            TaskUpdateChunk(id="2", title="Writing", status="in_progress"),
        ],
    )
    client = slack.client()
    done = TaskUpdateChunk(id="1", title="Searched", status="complete", sources=[source])
    client.chat_appendStream(**where, chunks=[done, MarkdownTextChunk(text="Here")])
    client.chat_stopStream(**where)
    message = stored(slack, where)
    assert [(task["title"], task["status"]) for task in message["tasks"]] == [
        ("Searched", "complete"),
        ("Writing", "error"),
    ]
    read = client.conversations_replies(channel="D0YOU", ts=message["thread_ts"])["messages"][1]
    assert [block["type"] for block in read["blocks"]] == ["plan", "markdown"]


def test_one_append_takes_twelve_thousand_characters(slack: LocalSlack):
    where = started(slack, markdown_text="x" * 12_000)
    client = slack.client()
    client.chat_appendStream(**where, markdown_text="x" * 12_000)
    assert error_of(client.chat_appendStream, **where, markdown_text="x" * 12_001) == "msg_too_long"
    assert len(stored(slack, where)["markdown"]) == 24_000
