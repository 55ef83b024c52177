"""Conversations: what was said is remembered in order, what people think of it once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.inbox import Incoming
from bot.records import conversations
from bot.records.conversations import Exchange
from bot.tables import feedback, turns
from chains.contract import Source, Turn
from tests.support.bot_database import bot_database

EXCHANGE = Exchange(
    event_id="Ev1",
    channel="C1",
    thread_ts="1.1",
    user="U1",
    question="Who is on call?",
    reply="Anna is.",
    refused=False,
    sources=(Source(1, "oncall.md", "On call", ("Who",), "Anna is on call.", page=3),),
    rest="more",
)

FOLLOW_UP = Incoming(
    event_id="Ev99",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U1",
    team="T1",
    text="and tomorrow?",
    ts="1.9",
    thread_ts="1.1",
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return bot_database(tmp_path)


def test_an_exchange_is_found_as_it_was_recorded(engine: Engine) -> None:
    conversations.record(engine, EXCHANGE)
    assert conversations.find(engine, "Ev1") == EXCHANGE
    assert conversations.find(engine, "Ev2") is None


def test_recording_an_event_again_replaces_its_exchange(engine: Engine) -> None:
    conversations.record(engine, EXCHANGE)
    conversations.record(engine, replace(EXCHANGE, reply="Ben is."))
    assert conversations.history(engine, FOLLOW_UP) == (
        Turn("user", "Who is on call?"),
        Turn("assistant", "Ben is."),
    )


def test_the_history_of_a_thread_is_its_newest_turns_oldest_first(engine: Engine) -> None:
    for number in range(conversations.TURNS_REMEMBERED + 2):
        conversations.record(engine, replace(EXCHANGE, event_id=f"Ev{number}", question=str(number)))
    asked = [turn.content for turn in conversations.history(engine, replace(FOLLOW_UP, event_id="Ev11"))[::2]]
    assert asked == [str(number) for number in range(1, 11)]


def test_another_thread_and_a_command_have_no_history(engine: Engine) -> None:
    conversations.record(engine, EXCHANGE)
    assert conversations.history(engine, replace(FOLLOW_UP, ts="2.2", thread_ts="2.2")) == ()
    assert conversations.history(engine, replace(FOLLOW_UP, ts=None, thread_ts=None)) == ()


def test_in_a_direct_message_what_was_said_lately_counts_without_a_thread(engine: Engine) -> None:
    direct = replace(FOLLOW_UP, channel="D1", channel_type="im", ts="2.2", thread_ts="2.2")
    conversations.record(engine, replace(EXCHANGE, channel="D1"))
    conversations.record(engine, replace(EXCHANGE, channel="D1", event_id="command", thread_ts=None))
    assert [turn.content for turn in conversations.history(engine, direct)] == [
        "Who is on call?",
        "Anna is.",
    ]
    with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(turns.update().values(created_at=long_ago))
    assert conversations.history(engine, direct) == ()


def test_in_a_direct_message_a_thread_that_went_on_is_a_conversation_of_its_own(engine: Engine) -> None:
    direct = replace(FOLLOW_UP, channel="D1", channel_type="im", ts="4.4", thread_ts="4.4")
    said = replace(EXCHANGE, channel="D1")
    conversations.record(engine, said)
    conversations.record(engine, replace(said, event_id="Ev2", thread_ts="2.2", question="Who cooks?"))
    conversations.record(engine, replace(said, event_id="Ev3", thread_ts="2.2", question="and on Fridays?"))
    assert conversations.history(engine, direct) == ()
    conversations.record(engine, replace(said, event_id="Ev4", thread_ts="3.3", question="Who cleans?"))
    assert [turn.content for turn in conversations.history(engine, direct)] == ["Who cleans?", "Anna is."]
    within = replace(direct, thread_ts="2.2")
    assert [turn.content for turn in conversations.history(engine, within)[::2]] == [
        "Who cooks?",
        "and on Fridays?",
    ]


def test_the_last_rating_of_a_person_counts(engine: Engine) -> None:
    conversations.record(engine, EXCHANGE)
    conversations.rate(engine, "Ev1", "U1", helpful=True)
    conversations.rate(engine, "Ev1", "U2", helpful=True)
    conversations.rate(engine, "Ev1", "U1", helpful=False)
    with engine.connect() as connection:
        rows = connection.execute(select(feedback.c.user, feedback.c.helpful).order_by(feedback.c.user)).all()
    assert [tuple(row) for row in rows] == [("U1", False), ("U2", True)]


def test_a_reply_that_is_not_known_cannot_be_rated(engine: Engine) -> None:
    assert not conversations.rate(engine, "Ev9", "U1", helpful=True)
