"""Questions in Slack, end to end: the real Bolt app, by signed HTTP and by Socket Mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from bot.assembly import Assembly
from bot.playground import people
from bot.playground.workspace import Message
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    # Slack tries again for minutes; here for as long as a connection takes to be renewed.
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS, retry_delays=(0.1,) * 100) as slack:
        yield slack


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture(params=["http", "sockets"])
def bot(
    request: pytest.FixtureRequest, slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path
) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer, by_sockets=request.param == "sockets") as bot:
        yield bot


def _text(message: Message) -> str:
    """All that a reader sees."""
    return message["markdown"] + str(message.get("blocks", ""))


@pytest.mark.usefixtures("bot")
class TestByEitherTransport:
    def test_a_mention_is_answered_once_in_its_thread(self, slack: LocalSlack) -> None:
        question = slack.say("@Ragtime who is on call?", "C0GENERAL")
        reply = slack.wait_for_reply(question)
        slack.wait_for_quiet()
        assert reply["thread_ts"] == question["ts"]
        assert "On call is answered. [1]" in reply["markdown"]
        quoted = "The%20whole%20passage%20of%20On%20call."
        assert f"<https://docs.example/on-call#:~:text={quoted}|[1] On call › Facts>" in _text(reply)
        slack.assert_one_reply_each([question])

    def test_a_direct_message_is_answered_once(self, slack: LocalSlack) -> None:
        question = slack.say("how much leave do I have?")
        slack.wait_for_reply(question)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])

    def test_a_private_answer_is_seen_by_the_asker_alone(self, slack: LocalSlack) -> None:
        people.run_command(slack.workspace, "U0YOU", "C0GENERAL", "/ask", "who is on call?")
        (answer,) = slack.wait_for_private()
        assert "On call is answered." in _text(answer)
        assert not any(
            m.get("bot_id") and not m["ephemeral_to"] for m in slack.workspace.messages("C0GENERAL")
        )


@pytest.fixture
def http_bot(slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer) as bot:
        yield bot


@pytest.mark.usefixtures("http_bot")
class TestWhatIsAnswered:
    def test_a_follow_up_in_the_thread_needs_no_mention_and_knows_what_was_said(
        self, slack: LocalSlack, answerer: FakeAnswerer
    ) -> None:
        first = slack.say("@Ragtime who is on call?", "C0GENERAL")
        slack.wait_for_reply(first)
        second = slack.say("and leave?", "C0GENERAL", thread_ts=first["ts"])
        slack.wait_for_reply(second)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([first, second])
        assert [turn.content for turn in answerer.questions[-1].history] == [
            "who is on call?",
            "On call is answered.",
        ]

    def test_what_is_not_for_us_is_left_alone(self, slack: LocalSlack) -> None:
        ours = slack.say("@Ragtime on call?", "C0GENERAL")
        slack.wait_for_reply(ours)
        slack.say("who is on call?", "C0GENERAL")
        other = slack.say("<@U0MARA> on call?", "C0GENERAL")
        slack.say("leave?", "C0GENERAL", thread_ts=other["ts"])
        slack.say("<@U0MARA> what do you think of leave?", "C0GENERAL", thread_ts=ours["ts"])
        last = slack.say("@Ragtime leave?", "C0ONCALL")
        slack.wait_for_reply(last)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([ours, last])

    def test_a_mention_added_by_editing_is_answered_once(self, slack: LocalSlack) -> None:
        question = slack.say("who is on call?", "C0GENERAL")
        slack.wait_for_quiet()
        mention = f"<@{slack.workspace.bot.user.id}>"
        people.edit_as_user(
            slack.workspace, "U0YOU", "C0GENERAL", question["ts"], f"{mention} who is on call?"
        )
        slack.wait_for_reply(question)
        people.edit_as_user(
            slack.workspace, "U0YOU", "C0GENERAL", question["ts"], f"{mention} on call, please?"
        )
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])

    def test_a_mention_without_words_gets_help(self, slack: LocalSlack) -> None:
        question = slack.say("@Ragtime", "C0GENERAL")
        assert words.EXAMPLES[0] in _text(slack.wait_for_reply(question))
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])

    def test_an_event_that_is_delivered_again_is_answered_once(self, slack: LocalSlack) -> None:
        question = slack.say("@Ragtime who is on call?", "C0GENERAL")
        slack.wait_for_reply(question)
        for attempt in slack.attempts():
            slack.deliver(attempt.outgoing)
        last = slack.say("@Ragtime leave?", "C0GENERAL")
        slack.wait_for_reply(last)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question, last])

    def test_what_is_not_known_is_refused(self, slack: LocalSlack) -> None:
        question = slack.say("@Ragtime what about cats?", "C0GENERAL")
        assert words.REFUSAL in _text(slack.wait_for_reply(question))

    def test_many_questions_at_once_get_one_reply_each(self, slack: LocalSlack) -> None:
        questions = [slack.say(f"@Ragtime on call, number {number}?", "C0GENERAL") for number in range(12)]
        questions += [slack.say(f"leave, number {number}?") for number in range(6)]
        # What is said in a thread before its mention has reached us is not said to us.
        slack.wait_for_quiet()
        thread = questions[0]["ts"]
        questions += [slack.say(f"leave {number}?", "C0GENERAL", thread_ts=thread) for number in range(4)]
        for question in questions:
            slack.wait_for_reply(question)
        slack.wait_for_quiet()
        slack.assert_one_reply_each(questions)


def test_a_renewed_connection_loses_nothing(
    slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path
) -> None:
    with running_bot(slack, tmp_path, answerer, by_sockets=True):
        slack.refresh_sockets()
        question = slack.say("who is on call?")
        slack.wait_for_reply(question)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])
