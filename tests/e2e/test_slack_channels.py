"""Settings by channel and limits, through the real app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from sqlalchemy import insert, select

from bot import words
from bot.assembly import Assembly
from bot.blocks import actions
from bot.playground import people
from bot.playground.elements import interactive_elements
from bot.playground.workspace import Message
from bot.tables import inbox, spending
from chains.answer import UNSURE
from chains.contract import Answer, Question
from chains.failures import ModelFailed
from tests.support.answerer import FakeAnswerer
from tests.support.bot import build_bot, reached_by_http, running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

CHANNELS = """
[channel.C0GENERAL]
mention = false
documents = ["On call.md"]

[channel.C0ONCALL]
quiet = true

[channel.C0PEOPLE]
ask = ["user:U0MARA"]
"""


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture
def bot(slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer, channels=CHANNELS) as bot:
        yield bot


def states(bot: Assembly) -> list[str]:
    with bot.services.engine.connect() as connection:
        return list(connection.scalars(select(inbox.c.state).order_by(inbox.c.id)))


def shown(message: Message) -> str:
    return message.get("markdown", "") + str(message.get("blocks", ""))


# A help channel


def test_in_a_help_channel_a_question_is_answered_in_its_thread_without_a_mention(
    slack: LocalSlack, bot: Assembly
) -> None:
    question = slack.say("who is on call?", "C0GENERAL")
    assert "On call is answered." in shown(slack.wait_for_reply(question))
    follow_up = slack.say("and what about on call tomorrow?", "C0GENERAL", thread_ts=question["ts"])
    slack.wait_for_reply(follow_up)
    slack.assert_one_reply_each([question, follow_up])


def test_what_nobody_asked_and_the_documents_do_not_say_is_left_alone_with_its_thread(
    slack: LocalSlack, bot: Assembly, answerer: FakeAnswerer
) -> None:
    aside = slack.say("lunch, anyone?", "C0GENERAL")
    slack.wait_until(lambda: states(bot) == ["withdrawn"], poll=0.02)
    slack.say("yes, on call or not", "C0GENERAL", thread_ts=aside["ts"])
    mentioned = slack.say("@Ragtime lunch?", "C0GENERAL")
    slack.wait_for_reply(mentioned)
    assert slack.messages_in("C0GENERAL", aside["ts"]) == []
    assert [question.text for question in answerer.questions] == ["lunch, anyone?", "lunch?"]


def test_an_answer_that_is_a_guess_is_kept_back_where_nobody_asked(
    slack: LocalSlack, bot: Assembly, answerer: FakeAnswerer
) -> None:
    def unsure(answer: Answer) -> Answer:
        return Answer(answer.question, answer.statements, answer.sources, notice=UNSURE, sure=False)

    answerer.final = unsure
    slack.say("who is on call?", "C0GENERAL")
    slack.wait_until(lambda: states(bot) == ["withdrawn"], poll=0.02)
    assert UNSURE in shown(slack.wait_for_reply(slack.say("@Ragtime who is on call?", "C0GENERAL")))


def test_a_channel_s_documents_are_those_that_are_searched_there(
    slack: LocalSlack, bot: Assembly, answerer: FakeAnswerer
) -> None:
    slack.wait_for_reply(slack.say("@Ragtime leave?", "C0GENERAL"))
    slack.wait_for_reply(slack.say("leave?"))
    assert [question.place.paths for question in answerer.questions] == [("On call.md",), ()]


# A quiet channel


def test_in_a_quiet_channel_only_whoever_mentions_us_is_told_once(slack: LocalSlack, bot: Assembly) -> None:
    mention = slack.say("@Ragtime who is on call?", "C0ONCALL")
    (told,) = slack.wait_for_private()
    assert words.QUIET in str(told)
    people.run_command(slack.workspace, "U0YOU", "C0ONCALL", "/ask", "who is on call?")
    slack.wait_for_private(count=2)
    slack.wait_until(lambda: states(bot) == ["answered"], poll=0.02)
    assert slack.messages_in("C0ONCALL", mention["ts"]) == []


def test_nothing_is_shared_to_a_quiet_channel(slack: LocalSlack, bot: Assembly) -> None:
    people.run_command(slack.workspace, "U0YOU", "C0ONCALL", "/ask", "who is on call?")
    (answer,) = slack.wait_for_private()
    share = next(
        block
        for block, element in interactive_elements(answer["blocks"])
        if element["action_id"] == actions.SHARE
    )
    people.press_in_message(
        slack.workspace, "U0YOU", "C0ONCALL", answer["ts"], share["block_id"], actions.SHARE, None
    )
    assert words.QUIET in str(slack.wait_for_private(count=2)[-1])
    assert not [message for message in slack.workspace.messages("C0ONCALL") if not message["ephemeral_to"]]


# Who may ask


def test_whoever_may_not_ask_is_told_and_others_are_answered(slack: LocalSlack, bot: Assembly) -> None:
    turned_away = slack.say("@Ragtime who is on call?", "C0PEOPLE")
    assert words.MAY_NOT_ASK in str(slack.wait_for_reply(turned_away))
    answered = slack.say("@Ragtime who is on call?", "C0PEOPLE", user="U0MARA")
    assert "On call is answered." in shown(slack.wait_for_reply(answered))
    people.run_command(slack.workspace, "U0YOU", "C0PEOPLE", "/ask", "who is on call?")
    (told,) = slack.wait_for_private()
    assert words.MAY_NOT_ASK in str(told)
    slack.assert_one_reply_each([turned_away, answered])


# Limits


def test_beyond_the_budget_no_model_is_called(slack: LocalSlack, tmp_path: Path) -> None:
    model = FakeListChatModel(responses=["It is Anna.", "It is Ben."])
    outcomes: list[str] = []

    def call_a_model(question: Question) -> None:
        try:
            outcomes.append(str(model.invoke(question.text).text))
        except ModelFailed as failed:
            outcomes.append(failed.message)

    limits = "[limits]\ndollars_per_day = 0.5\n\n[price.unknown]\nread = 0.0\nwritten = 1e6\n"
    with running_bot(slack, tmp_path, FakeAnswerer(before=call_a_model), channels=limits) as bot:
        for _ in range(2):
            slack.wait_for_reply(slack.say("who is on call?"))
        with bot.services.engine.connect() as connection:
            paid = list(connection.scalars(select(spending.c.dollars)))
    assert outcomes[0] == "It is Anna."
    assert outcomes[1].startswith("Today's budget for the model is spent, so I looked through the documents")
    assert paid == [3.0]


# Many questions at once


@pytest.fixture
def busy_bot(slack: LocalSlack, tmp_path: Path) -> Assembly:
    """A bot with 39 events before what is asked now, which take two seconds each; nobody answers them."""
    bot = build_bot(slack, tmp_path, FakeAnswerer())
    now = datetime.now(UTC)
    row = {"kind": "docs", "channel": "C1", "channel_type": "channel", "user": "U1", "team": "T1", "text": ""}
    done = {"state": "answered", "started_at": now, "finished_at": now + timedelta(seconds=2)}
    open_ = {"state": "accepted", "started_at": None, "finished_at": None}
    rows = [{**row, **done, "event_id": "done", "accepted_at": now}]
    rows += [{**row, **open_, "event_id": f"open-{n}", "accepted_at": now} for n in range(39)]
    with bot.services.engine.begin() as connection:
        connection.execute(insert(inbox), rows)
    return bot


def test_where_many_wait_whoever_asks_is_told_how_long_it_takes(
    slack: LocalSlack, busy_bot: Assembly
) -> None:
    with reached_by_http(slack, busy_bot):
        slack.say("@Ragtime who is on call?", "C0GENERAL")
        (status,) = slack.wait_until(lambda: slack.calls("assistant.threads.setStatus"))
        assert status.arguments["status"] == words.busy_status(25)
        people.run_command(slack.workspace, "U0YOU", "C0GENERAL", "/ask", "who is on call?")
        (told,) = slack.wait_for_private()
    assert words.busy(25) in str(told)


def test_nobody_is_passed_over_where_slack_is_slow_to_be_told(slack: LocalSlack, busy_bot: Assembly) -> None:
    slack.do_but_lose_answer("assistant.threads.setStatus", silent=0.5, times=4)
    with reached_by_http(slack, busy_bot):
        asked = {slack.say("@Ragtime who is on call?", "C0GENERAL")["ts"] for _ in range(8)}

        def told() -> set[str]:
            return {call.arguments["thread_ts"] for call in slack.calls("assistant.threads.setStatus")}

        slack.wait_until(lambda: told() == asked)
