"""A question that reaches us late, and what was said below it meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assembly import Assembly
from bot.playground import people
from bot.playground.envelope import Outgoing
from bot.playground.workspace import Message
from bot.replies import late
from bot.tables import inbox
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

HELP = "[channel.C0ONCALL]\nmention = false\n"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    # When Slack tries the last time is up to the test.
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS, retry_delays=(0.0, 600.0)) as slack:
        yield slack


@pytest.fixture(autouse=True)
def bot(slack: LocalSlack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assembly]:
    monkeypatch.setattr("knowledge.database.BUSY_TIMEOUT_MS", 20)
    with running_bot(slack, tmp_path, FakeAnswerer(), channels=HELP) as bot:
        yield bot


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The least delay counts as late."""
    monkeypatch.setattr(late, "LATE_SECONDS", 0.0)


def say_while_all_is_down(slack: LocalSlack, folder: Path, text: str, channel: str = "C0GENERAL") -> Message:
    """Writes a message; all that tells of it is refused, and refused once more."""
    # A mention comes as a message, too.
    expected = 4 if "@Ragtime" in text else 2
    with closing(sqlite3.connect(folder / "ragtime.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        question = slack.say(text, channel)
        slack.wait_until(lambda: len(refused(slack, question)) == expected, poll=0.02)
        other.execute("ROLLBACK")
    return question


def refused(slack: LocalSlack, message: Message) -> list[Outgoing]:
    """What told of a message and was refused, as often as it was."""
    return [
        attempt.outgoing
        for attempt in slack.attempts()
        if attempt.ack.reason and attempt.outgoing.payload["event"]["ts"] == message["ts"]
    ]


def say_below(slack: LocalSlack, question: Message, text: str, user: str = "U0YOU") -> Message:
    """Writes a message into a question's thread, and waits until it is acked."""
    message = slack.say(text, question["channel"], user, thread_ts=question["ts"])
    slack.wait_until(
        lambda: any(
            attempt.outgoing.payload["event"].get("ts") == message["ts"] and attempt.ack.ok
            for attempt in slack.attempts("message")
        ),
        poll=0.02,
    )
    return message


def deliver_at_last(slack: LocalSlack, question: Message) -> None:
    slack.deliver(refused(slack, question)[0])


@pytest.mark.usefixtures("at_once")
def test_what_was_said_below_a_question_before_it_reached_us_is_answered_after_it_once(
    slack: LocalSlack, tmp_path: Path
) -> None:
    question = say_while_all_is_down(slack, tmp_path, "@Ragtime who is on call?")
    follow_up = say_below(slack, question, "and how much leave?")
    to_others = say_below(slack, question, "<@U0MARA> do you know about leave?")
    by_another = say_below(slack, question, "on call is me", "U0MARA")
    deliver_at_last(slack, question)
    asked = [question, follow_up, by_another]
    replies = [slack.wait_for_reply(each) for each in asked]
    assert "Leave is answered." in replies[1]["markdown"]
    assert [reply["ts"] for reply in replies] == sorted(reply["ts"] for reply in replies)
    later = say_below(slack, question, "leave, again?")
    # What is late may be delivered more than once, too, and by both its events.
    for attempt in slack.attempts():
        slack.deliver(attempt.outgoing)
    slack.wait_for_reply(later)
    slack.wait_for_reply(slack.say("@Ragtime leave?", "C0PEOPLE"))
    slack.assert_one_reply_each([*asked, later])
    assert slack.replies_to("C0GENERAL", to_others["ts"]) == []


@pytest.mark.usefixtures("at_once")
def test_what_was_said_before_a_mention_was_added_by_editing_was_not_said_to_us(slack: LocalSlack) -> None:
    question = slack.say("who is on call?", "C0GENERAL")
    before = say_below(slack, question, "not me, I am on leave", "U0MARA")
    mention = f"<@{slack.workspace.bot.user.id}>"
    people.edit_as_user(slack.workspace, "U0YOU", "C0GENERAL", question["ts"], f"{mention} who is on call?")
    slack.wait_for_reply(question)
    after = say_below(slack, question, "leave?")
    slack.wait_for_reply(after)
    slack.assert_one_reply_each([question, after])
    assert slack.replies_to("C0GENERAL", before["ts"]) == []


@pytest.mark.usefixtures("at_once")
def test_what_is_said_among_people_below_a_question_that_nobody_put_to_us_is_left_alone(
    slack: LocalSlack, bot: Assembly, tmp_path: Path
) -> None:
    question = say_while_all_is_down(slack, tmp_path, "who is on call?", "C0ONCALL")
    say_below(slack, question, "on call is me", "U0MARA")
    deliver_at_last(slack, question)
    slack.wait_for_reply(question)
    with bot.services.engine.connect() as connection:
        assert list(connection.scalars(select(inbox.c.text))) == ["who is on call?"]


@pytest.mark.usefixtures("at_once")
def test_a_thread_that_cannot_be_read_keeps_no_question_from_its_answer(
    slack: LocalSlack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail_next("conversations.replies", error="missing_scope")
    question = say_while_all_is_down(slack, tmp_path, "@Ragtime who is on call?")
    deliver_at_last(slack, question)
    slack.wait_for_reply(question)
    assert "its thread cannot be read: missing_scope" in caplog.text


def test_for_a_question_that_is_not_late_no_thread_is_read(slack: LocalSlack) -> None:
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    slack.wait_for_reply(question)
    assert slack.calls("conversations.replies") == []
