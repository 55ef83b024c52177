"""Which messages are for us: a table of what Slack sends."""

from __future__ import annotations

from typing import Any

import pytest

from bot.inbox import Incoming
from bot.relevance import deleted_message, relevant

BOT = "UBOT"
MENTION: dict[str, Any] = {
    "type": "app_mention",
    "user": "U1",
    "text": f"<@{BOT}> who is on call?",
    "channel": "C1",
    "ts": "10.1",
    "team": "T1",
}
MESSAGE: dict[str, Any] = {**MENTION, "type": "message", "channel_type": "channel", "text": "who is on call?"}
IN_OUR_THREAD = {"thread_ts": "5.0", "ts": "11.1"}
IN_ANOTHER_THREAD = {"thread_ts": "6.0", "ts": "11.1"}


def _read(event: dict[str, Any]) -> Incoming | None:
    return relevant(
        "Ev1",
        event,
        team="T1",
        bot_user=BOT,
        follows=lambda channel, ts: (channel, ts) == ("C1", "5.0"),
        unasked=lambda channel: channel == "C0HELP",
    )


def test_where_we_answer_unasked_what_begins_a_thread_is_taken_and_nothing_else() -> None:
    help_channel = MESSAGE | {"channel": "C0HELP"}
    taken = _read(help_channel)
    assert taken is not None
    assert taken.unasked
    mentioned = _read(help_channel | {"text": f"<@{BOT}> who is on call?"})
    assert mentioned is not None
    assert not mentioned.unasked
    for other in (
        {"text": "<@U2> who is on call?"},
        IN_ANOTHER_THREAD,
        {"bot_id": "B1"},
        {"subtype": "channel_join"},
    ):
        assert _read(help_channel | other) is None


@pytest.mark.parametrize(
    "event",
    [
        MENTION,
        MENTION | IN_ANOTHER_THREAD,
        MENTION | {"edited": {"user": "U1", "ts": "12.0"}},
        MESSAGE | {"text": f"hello <@{BOT}>"},
        MESSAGE | {"channel_type": "im", "channel": "D1"},
        MESSAGE | {"channel_type": "im", "channel": "D1", "text": "what does <@U2> do?"},
        MESSAGE | {"channel_type": "im", "channel": "D1", "subtype": "file_share"},
        MESSAGE | {"channel_type": "mpim", "text": f"<@{BOT}> hello"},
        MESSAGE | IN_OUR_THREAD,
        MESSAGE | IN_OUR_THREAD | {"subtype": "thread_broadcast"},
        MESSAGE | IN_OUR_THREAD | {"text": f"<@U2> asks <@{BOT}>"},
    ],
)
def test_what_turns_to_us_is_taken(event: dict[str, Any]) -> None:
    taken = _read(event)
    assert taken is not None
    assert (taken.channel, taken.ts, taken.thread_ts) == (
        event["channel"],
        event["ts"],
        event.get("thread_ts", event["ts"]),
    )


@pytest.mark.parametrize(
    "event",
    [
        MESSAGE,
        MESSAGE | IN_ANOTHER_THREAD,
        MESSAGE | IN_OUR_THREAD | {"text": "<@U2> what do you think?"},
        MESSAGE | IN_OUR_THREAD | {"text": "", "subtype": "file_share", "files": [{"id": "F1"}]},
        MESSAGE | {"text": "", "subtype": "file_share", "channel": "C0HELP"},
        MESSAGE | {"channel_type": "mpim"},
        MENTION | {"user": BOT},
        MENTION | {"bot_id": "B9"},
        MENTION | {"user": "USLACKBOT"},
        MENTION | {"user": None},
        MESSAGE | {"channel_type": "im", "channel": "D1", "subtype": "bot_message"},
        MESSAGE | IN_OUR_THREAD | {"subtype": "message_changed"},
        MESSAGE | IN_OUR_THREAD | {"subtype": "channel_join"},
        MESSAGE | {"channel_type": "im", "channel": "D1", "subtype": "message_deleted"},
    ],
)
def test_all_else_is_left_alone(event: dict[str, Any]) -> None:
    assert _read(event) is None


def test_what_comes_with_a_message_is_noted() -> None:
    for with_it in ({"files": [{"id": "F1"}]}, {"attachments": [{"text": "A forwarded message."}]}):
        taken = _read(MENTION | with_it)
        assert taken is not None
        assert taken.attached
    taken = _read(MENTION)
    assert taken is not None
    assert not taken.attached


def test_the_question_is_read_without_our_mention_and_unescaped() -> None:
    taken = _read(MENTION | {"text": f"<@{BOT}> is a &lt; b?"})
    assert taken is not None
    assert taken.text == "is a < b?"


def test_a_direct_message_shows_by_its_id_where_slack_does_not_say() -> None:
    taken = _read(MENTION | {"channel": "D1"})
    assert taken is not None
    assert taken.channel_type == "im"


def test_the_askers_own_team_is_kept_in_a_shared_channel() -> None:
    taken = _read(MENTION | {"user_team": "T2"})
    assert taken is not None
    assert taken.team == "T2"


def test_deletions_are_read_in_both_their_forms() -> None:
    deleted = {"type": "message", "subtype": "message_deleted", "channel": "C1", "deleted_ts": "10.1"}
    tombstone = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "message": {"subtype": "tombstone", "ts": "10.1"},
    }
    assert deleted_message(deleted) == ("C1", "10.1")
    assert deleted_message(tombstone) == ("C1", "10.1")
    assert deleted_message(MESSAGE) is None
    assert deleted_message({**tombstone, "message": {"ts": "10.1", "text": "edited"}}) is None
