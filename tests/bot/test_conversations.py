"""Conversations: what was said is remembered in order, what people think of it once each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot import conversations
from bot.conversations import Exchange
from bot.tables import feedback
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
    assert conversations.history(engine, "C1", "1.1", before="") == (
        Turn("user", "Who is on call?"),
        Turn("assistant", "Ben is."),
    )


def test_the_history_of_a_thread_is_its_newest_turns_oldest_first(engine: Engine) -> None:
    for number in range(conversations.TURNS_REMEMBERED + 2):
        conversations.record(engine, replace(EXCHANGE, event_id=f"Ev{number}", question=str(number)))
    asked = [turn.content for turn in conversations.history(engine, "C1", "1.1", before="Ev11")[::2]]
    assert asked == [str(number) for number in range(1, 11)]


def test_other_threads_and_places_without_a_thread_have_no_history(engine: Engine) -> None:
    conversations.record(engine, EXCHANGE)
    assert conversations.history(engine, "C1", "2.2", before="") == ()
    assert conversations.history(engine, "C1", None, before="") == ()


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
