"""When things go wrong on the way: still exactly one reply for each question, with nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import inbox, words
from bot.assembly import Assembly
from bot.inbox import Incoming
from bot.playground import people
from bot.playground.workspace import Message
from bot.records.inbox_admin import retry
from bot.replies.reply import metadata
from bot.tables import inbox as table
from chains.contract import Answer, Question
from tests.support.answerer import FakeAnswerer
from tests.support.bot import build_bot, running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def bot(slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer) as bot:
        yield bot


def _shown(message: Message) -> str:
    return message["markdown"] + str(message.get("blocks", ""))


def _states(bot: Assembly) -> list[str]:
    with bot.services.engine.connect() as connection:
        return list(connection.scalars(select(table.c.state).order_by(table.c.id)))


@pytest.mark.parametrize("method", ["chat.startStream", "chat.stopStream"])
@pytest.mark.usefixtures("bot")
def test_a_stream_call_that_worked_although_its_answer_is_lost_is_not_repeated(
    slack: LocalSlack, method: str
) -> None:
    slack.do_but_lose_answer(method)
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    assert "On call is answered." in _shown(slack.wait_for_reply(question))
    slack.wait_for_quiet()
    slack.assert_one_reply_each([question])


@pytest.mark.usefixtures("bot")
def test_a_post_that_worked_although_its_answer_is_lost_is_not_repeated(slack: LocalSlack) -> None:
    slack.do_but_lose_answer("chat.postMessage")
    question = slack.say("@Ragtime what about cats?", "C0GENERAL")
    slack.wait_for_reply(question)
    follow_up = slack.say("and dogs?", "C0GENERAL", thread_ts=question["ts"])
    slack.wait_for_reply(follow_up)
    slack.assert_one_reply_each([question, follow_up])


@pytest.mark.usefixtures("bot")
def test_where_streams_are_not_offered_one_message_carries_the_answer(slack: LocalSlack) -> None:
    slack.fail_next("chat.startStream", error="unknown_method")
    questions = [slack.say("@Ragtime who is on call?", "C0GENERAL"), slack.say("leave?")]
    for question in questions:
        assert "is answered. [1]" in _shown(slack.wait_for_reply(question))
    slack.assert_one_reply_each(questions)


@pytest.mark.usefixtures("bot")
def test_a_stream_that_ends_by_itself_loses_no_text(slack: LocalSlack, answerer: FakeAnswerer) -> None:
    def end_the_stream(_: Question) -> None:
        for message in slack.workspace.messages("C0GENERAL"):
            if message["streaming"]:
                slack.expire_stream("C0GENERAL", message["ts"])

    answerer.between = end_the_stream
    question = slack.say("@Ragtime who is on call, and leave?", "C0GENERAL")
    reply = slack.wait_for_reply(question)
    assert "On call is answered. [1]" in _shown(reply)
    assert "Leave is answered. [2]" in _shown(reply)
    slack.assert_one_reply_each([question])


@pytest.mark.usefixtures("bot")
def test_an_answer_that_turns_out_otherwise_replaces_what_was_streamed(
    slack: LocalSlack, answerer: FakeAnswerer
) -> None:
    def otherwise(answer: Answer) -> Answer:
        statement = replace(answer.statements[0], text="It is Ann.")
        return replace(answer, statements=(statement,), notice="The model broke off.")

    answerer.final = otherwise
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    reply = slack.wait_for_reply(question)
    assert "It is Ann. [1]" in _shown(reply)
    assert "The model broke off." in _shown(reply)
    assert "On call is answered." not in _shown(reply)
    slack.assert_one_reply_each([question])


@pytest.mark.usefixtures("bot")
def test_slacks_rate_limit_is_waited_for(slack: LocalSlack) -> None:
    slack.fail_next("chat.postMessage", error="ratelimited", retry_after=1)
    question = slack.say("@Ragtime what about cats?", "C0GENERAL")
    slack.wait_for_reply(question)
    slack.assert_one_reply_each([question])


@pytest.mark.usefixtures("bot")
def test_an_outage_of_slack_delays_the_reply(slack: LocalSlack) -> None:
    slack.fail_next("chat.startStream", status=503, times=2)
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    slack.wait_for_reply(question)
    slack.assert_one_reply_each([question])


@pytest.mark.usefixtures("bot")
def test_the_status_line_is_no_condition(slack: LocalSlack) -> None:
    slack.fail_next("assistant.threads.setStatus", error="missing_scope")
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    slack.wait_for_reply(question)
    slack.assert_one_reply_each([question])


def test_a_failure_that_passes_is_not_noticed(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly
) -> None:
    failures = iter([OSError("disk"), None])

    def fail_once(_: Question) -> None:
        if error := next(failures):
            raise error

    answerer.before = fail_once
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    assert "On call is answered." in _shown(slack.wait_for_reply(question))
    slack.assert_one_reply_each([question])


def test_what_fails_again_and_again_gets_one_apology_and_blocks_nothing(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly
) -> None:
    def poison(question: Question) -> None:
        if "poison" in question.text:
            raise ValueError("a bug")

    answerer.between = poison
    question = slack.say("@Ragtime on call, with poison", "C0GENERAL")
    slack.wait_until(lambda: _states(bot))
    follow_up = slack.say("leave?", "C0GENERAL", thread_ts=question["ts"])
    other = slack.say("leave?")
    slack.wait_for_reply(other)
    reply = slack.wait_for_reply(question)
    assert words.SORRY in _shown(reply)
    assert "On call is answered." not in _shown(reply)
    slack.wait_for_reply(follow_up)
    slack.assert_one_reply_each([question, follow_up, other])
    slack.wait_until(lambda: sorted(_states(bot)) == ["answered", "answered", "failed"], poll=0.05)
    assert "Traceback" not in str(slack.workspace.messages("C0GENERAL"))


def test_a_question_that_is_deleted_while_it_is_answered_gets_no_reply(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly
) -> None:
    begun, deleted = threading.Event(), threading.Event()

    def wait(_: Question) -> None:
        begun.set()
        deleted.wait(30)

    answerer.before = wait
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    assert begun.wait(30)
    people.delete_as_user(slack.workspace, "U0YOU", "C0GENERAL", question["ts"])
    slack.wait_until(lambda: _states(bot) == ["withdrawn"])
    deleted.set()
    other = slack.say("@Ragtime leave?", "C0ONCALL")
    slack.wait_for_reply(other)
    slack.wait_for_quiet()
    assert not any(message.get("bot_id") for message in slack.workspace.messages("C0GENERAL"))


class TestAfterACrash:
    """The process ended in the middle; another one starts on the same database."""

    @pytest.fixture
    def incoming(self, slack: LocalSlack) -> Incoming:
        question = people.post_as_user(slack.workspace, "U0YOU", "C0GENERAL", "who is on call?")
        return Incoming(
            event_id="Ev1",
            kind="message",
            channel="C0GENERAL",
            channel_type="channel",
            user="U0YOU",
            team="T0PLAYGROUND",
            text="who is on call?",
            ts=question["ts"],
            thread_ts=question["ts"],
        )

    @pytest.fixture
    def crashed(
        self, slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path, incoming: Incoming
    ) -> Assembly:
        """A bot that has taken the question, and has done nothing more."""
        bot = build_bot(slack, tmp_path, answerer)
        assert inbox.accept(bot.services.engine, incoming)
        assert inbox.take(bot.services.engine)
        return bot

    @staticmethod
    def _one_reply(slack: LocalSlack, bot: Assembly, incoming: Incoming) -> Message:
        bot.start()
        try:
            slack.wait_until(lambda: _states(bot) == ["answered"], poll=0.05)
        finally:
            bot.stop(1.0)
        (reply,) = slack.messages_in("C0GENERAL", str(incoming.ts))
        assert slack.replies_to("C0GENERAL", str(incoming.ts)) == [reply]
        return reply

    def test_what_was_only_taken_is_answered(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming
    ) -> None:
        assert "On call is answered." in _shown(self._one_reply(slack, crashed, incoming))

    def test_a_reply_that_was_complete_is_found(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming, answerer: FakeAnswerer
    ) -> None:
        slack.client().chat_postMessage(
            channel="C0GENERAL", thread_ts=incoming.ts, text="It is Ann.", metadata=metadata(incoming)
        )
        assert self._one_reply(slack, crashed, incoming)["text"] == "It is Ann."
        assert answerer.questions == []

    @pytest.mark.parametrize("noted", [True, False])
    def test_an_open_stream_becomes_the_reply(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming, noted: bool
    ) -> None:
        stream = slack.client().chat_startStream(
            channel="C0GENERAL",
            thread_ts=str(incoming.ts),
            markdown_text="> On ca",
            recipient_user_id="U0YOU",
            recipient_team_id="T0PLAYGROUND",
        )
        if noted:
            with crashed.services.engine.begin() as connection:
                connection.execute(table.update().values(draft_ts=stream["ts"]))
        reply = self._one_reply(slack, crashed, incoming)
        assert reply["ts"] == stream["ts"]
        assert "On call is answered." in _shown(reply)

    def test_the_reply_to_another_question_in_the_thread_is_not_taken_for_it(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming
    ) -> None:
        other = replace(incoming, event_id="Ev0", ts="1.0")
        slack.client().chat_postMessage(
            channel="C0GENERAL", thread_ts=incoming.ts, text="Other.", metadata=metadata(other)
        )
        crashed.start()
        try:
            slack.wait_until(lambda: slack.replies_to("C0GENERAL", str(incoming.ts)))
        finally:
            crashed.stop(1.0)

    def test_what_ends_the_process_again_and_again_gets_an_apology(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming
    ) -> None:
        with crashed.services.engine.begin() as connection:
            connection.execute(table.update().values(interruptions=9))
        crashed.start()
        try:
            slack.wait_until(lambda: _states(crashed) == ["failed"], poll=0.05)
        finally:
            crashed.stop(1.0)
        (reply,) = slack.replies_to("C0GENERAL", str(incoming.ts))
        assert words.SORRY in _shown(reply)

    def test_the_apology_for_what_an_admin_has_tried_again_becomes_the_answer(
        self, slack: LocalSlack, crashed: Assembly, incoming: Incoming
    ) -> None:
        apology = slack.client().chat_postMessage(
            channel="C0GENERAL", thread_ts=incoming.ts, text=words.SORRY, metadata=metadata(incoming)
        )
        with crashed.services.engine.begin() as connection:
            connection.execute(table.update().values(state="failed", reply_ts=apology["ts"]))
        retry(crashed.services.engine, incoming.event_id)
        reply = self._one_reply(slack, crashed, incoming)
        assert reply["ts"] == apology["ts"]
        assert "On call is answered." in _shown(reply)
        assert words.SORRY not in _shown(reply)


def test_what_is_not_answered_in_time_at_the_end_is_handed_back(
    slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Question) -> None:
        begun.set()
        go_on.wait(30)

    answerer.before = wait
    with running_bot(slack, tmp_path, answerer) as bot:
        question = slack.say("who is on call?")
        assert begun.wait(30)
        bot.stop(within=0.1)
        assert _states(bot) == ["accepted"]
    # In a real process, the threads that still work end with it.
    with running_bot(slack, tmp_path, FakeAnswerer()):
        slack.wait_for_reply(question)
    slack.assert_one_reply_each([question])
    go_on.set()
