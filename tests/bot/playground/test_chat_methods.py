"""chat.* through slack_sdk's own client."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground import people
from bot.playground.cast import TOMAS, YOU, Channel
from tests.support.slack import LocalSlack

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}]


def error_of(action: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        action(**arguments)
    return refused.value.response["error"]


def test_a_posted_message_is_the_bots_with_blocks_and_metadata(slack: LocalSlack):
    metadata = {"event_type": "kind", "event_payload": {"a": "b"}}
    posted = slack.client().chat_postMessage(
        channel="C0GENERAL", text="hello", blocks=BLOCKS, metadata=metadata, unfurl_links=False
    )
    message = slack.workspace.message("C0GENERAL", posted["ts"])
    assert message is not None
    assert (message["user"], message["bot_id"], message["text"]) == ("U0RAGTIME", "B0RAGTIME", "hello")
    assert message["metadata"] == metadata
    assert message["blocks"][0]["block_id"]


def test_a_reply_lands_in_its_thread_and_a_reply_to_a_reply_too(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    client = slack.client()
    first = client.chat_postMessage(channel="C0GENERAL", text="one", thread_ts=question["ts"])
    client.chat_postMessage(channel="C0GENERAL", text="two", thread_ts=first["ts"])
    assert len(slack.messages_in("C0GENERAL", question["ts"])) == 2


def test_a_reply_to_a_deleted_question_lands_at_the_channels_root(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    people.delete_as_user(slack.workspace, YOU.id, "C0GENERAL", question["ts"])
    posted = slack.client().chat_postMessage(channel="C0GENERAL", text="late", thread_ts=question["ts"])
    assert "thread_ts" not in posted["message"]


def test_a_users_id_stands_for_the_conversation_with_them(slack: LocalSlack):
    assert slack.client().chat_postMessage(channel=TOMAS.id, text="hi")["channel"] == "D0TOMAS"


def test_markdown_text_is_kept_and_given_back_as_a_block(slack: LocalSlack):
    posted = slack.client().chat_postMessage(
        channel="C0GENERAL", markdown_text="# T\n- **a** [b](https://c.d)"
    )
    assert posted["message"]["text"] == "T\n• *a* <https://c.d|b>"
    assert posted["message"]["blocks"][0]["type"] == "markdown"


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0SECRET", "text": "x"}, "channel_not_found"),
        ({"channel": "C0OTHERS", "text": "x"}, "not_in_channel"),
        ({"channel": "C0GENERAL", "text": "", "blocks": []}, "no_text"),
        ({"channel": "C0GENERAL", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0GENERAL", "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": "C0GENERAL", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": "C0GENERAL", "text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"channel": "C0GENERAL", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        ({"channel": "C0GENERAL", "text": "x", "colour": "red"}, "invalid_arg_name"),
    ],
)
def test_a_post_that_slack_refuses_is_refused(slack: LocalSlack, arguments: dict[str, Any], code: str):
    slack.workspace.add_channel(Channel("C0SECRET", "secret", "private", [YOU.id]))
    slack.workspace.add_channel(Channel("C0OTHERS", "others", "public", [YOU.id]))
    assert error_of(slack.client().chat_postMessage, **arguments) == code


def test_an_update_keeps_metadata_and_blocks_where_none_are_sent(slack: LocalSlack):
    client = slack.client()
    metadata = {"event_type": "kind", "event_payload": {}}
    posted = client.chat_postMessage(channel="C0GENERAL", text="a", blocks=BLOCKS, metadata=metadata)
    client.chat_update(channel="C0GENERAL", ts=posted["ts"], text="b")
    message = slack.workspace.message("C0GENERAL", posted["ts"])
    assert message is not None
    assert message["text"] == "b"
    assert message["metadata"] == metadata
    assert message["blocks"][0]["text"]["text"] == "*hello*"


def test_only_the_apps_own_messages_change(slack: LocalSlack):
    question = slack.say("mine", "C0GENERAL")
    client = slack.client()
    where = {"channel": "C0GENERAL", "ts": question["ts"]}
    assert error_of(client.chat_update, **where, text="x") == "cant_update_message"
    assert error_of(client.chat_delete, **where) == "cant_delete_message"
    gone = {"channel": "C0GENERAL", "ts": "1.000001"}
    assert error_of(client.chat_update, **gone, text="x") == "message_not_found"
    own = client.chat_postMessage(channel="C0GENERAL", text="x")
    assert error_of(client.chat_update, channel="C0GENERAL", ts=own["ts"], text="x" * 4001) == "msg_too_long"
    client.chat_delete(channel="C0GENERAL", ts=own["ts"])
    assert slack.workspace.message("C0GENERAL", own["ts"]) is None


def test_an_ephemeral_message_is_for_one_member_and_takes_no_metadata(slack: LocalSlack):
    client = slack.client()
    client.chat_postEphemeral(channel="C0GENERAL", user=YOU.id, text="psst")
    assert slack.wait_for_private()[0]["text"] == "psst"
    assert client.conversations_history(channel="C0GENERAL")["messages"] == []
    assert (
        error_of(client.chat_postEphemeral, channel="C0PARTNER", user="U0MARA", text="x")
        == "user_not_in_channel"
    )
    assert (
        error_of(client.chat_postEphemeral, channel="C0GENERAL", user=YOU.id, text="x", metadata={})
        == "invalid_arg_name"
    )


def test_a_permalink_names_channel_and_message(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    link = slack.client().chat_getPermalink(channel="C0GENERAL", message_ts=question["ts"])["permalink"]
    assert link == f"{slack.url}/archives/C0GENERAL/p{question['ts'].replace('.', '')}"
