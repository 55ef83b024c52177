"""The local Slack's own promises to the tests that use it: faults, records, counting."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import Message
from tests.support.slack import LocalSlack


@pytest.fixture
def slack():
    with LocalSlack() as running:
        yield running


def reply(slack: LocalSlack, question: Message, **fields: Any) -> None:
    payload = {"event_id": "Ev1", "channel": question["channel"], "ts": question["ts"]}
    slack.client().chat_postMessage(
        channel=question["channel"],
        thread_ts=question["ts"],
        text="answer",
        metadata={"event_type": "ragtime_reply", "event_payload": payload},
        **fields,
    )


def test_calls_are_recorded_with_arguments_and_answers(slack: LocalSlack):
    slack.client().chat_postMessage(channel="C0GENERAL", text="hello")
    (call,) = slack.calls("chat.postMessage")
    assert call.arguments["text"] == "hello"
    assert call.response["ok"] is True


def test_a_fault_fails_so_many_calls_and_changes_nothing(slack: LocalSlack):
    slack.fail_next("chat.postMessage", error="ratelimited", retry_after=2, times=2)
    client = slack.client()
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel="C0GENERAL", text="x")
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["retry-after"] == "2"
    assert slack.workspace.messages("C0GENERAL") == []
    client.chat_postMessage(channel="C0GENERAL", text="x")


def test_a_lost_answer_still_posts(slack: LocalSlack):
    slack.do_but_lose_answer("chat.postMessage", status=500)
    with pytest.raises(SlackApiError):
        slack.client().chat_postMessage(channel="C0GENERAL", text="stored")
    slack.post_but_time_out(silent=5.0)
    with pytest.raises(TimeoutError):
        slack.client(timeout=1).chat_postMessage(channel="C0GENERAL", text="stored too")
    assert [message["text"] for message in slack.workspace.messages("C0GENERAL")] == ["stored", "stored too"]


def test_rate_limits_can_be_switched_on(slack: LocalSlack):
    slack.limit_rates()
    client = slack.client()
    client.chat_postMessage(channel="C0GENERAL", text="one")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="C0GENERAL", text="two")
    assert refused.value.response["error"] == "ratelimited"


def test_one_reply_to_each_question_is_as_it_should_be(slack: LocalSlack):
    questions = [slack.say("one?"), slack.say("two?", "C0GENERAL")]
    for question in questions:
        reply(slack, question)
        slack.wait_for_reply(question)
    slack.assert_one_reply_each(questions)


@pytest.mark.parametrize("count", [0, 2])
def test_no_reply_and_two_replies_are_both_wrong(slack: LocalSlack, count: int):
    question = slack.say("?")
    for _ in range(count):
        reply(slack, question)
    with pytest.raises(AssertionError, match=f"{count} replies"):
        slack.assert_one_reply_each([question])


def test_a_message_that_answers_nothing_is_wrong(slack: LocalSlack):
    question = slack.say("?")
    reply(slack, question)
    slack.client().chat_postMessage(channel="D0YOU", text="by the way")
    with pytest.raises(AssertionError, match="answers no question"):
        slack.assert_one_reply_each([question])


def test_waiting_in_vain_says_what_was_called(slack: LocalSlack):
    slack.client().auth_test()
    with pytest.raises(AssertionError, match=r"auth\.test"):
        slack.wait_until(lambda: False, timeout=0.05)
