"""`ragtime usage`: questions and what became of them are counted, people only where they are asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from typer.testing import CliRunner

from bot import inbox
from bot.cli import app
from bot.inbox import Incoming
from bot.records import conversations, spending
from bot.records.conversations import Exchange
from bot.records.usage import usage
from bot.tables import inbox as events
from bot.tables import turns
from chains.contract import Source
from chains.metering import Spent
from tests.support.bot_database import bot_database

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONCALL = Source(1, "oncall.md", "On call", (), "Anna is on call.")
LEAVE = Source(2, "leave.md", "Leave", (), "Thirty days.")
CALL = Spent("gpt-6-luna", 1000, 20, estimated=False, dollars=0.5)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("RAGTIME_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return bot_database(tmp_path)


def asked(
    engine: Engine,
    event_id: str,
    *sources: Source,
    channel: str = "C1",
    user: str = "U1",
    kind: inbox.Kind = "message",
    seconds: float = 1,
) -> Incoming:
    """A question that was answered from these sources, or refused; so many seconds after it came in."""
    incoming = Incoming(
        event_id, kind, channel, "channel", user, "T1", "who?", ts=event_id, thread_ts=event_id
    )
    inbox.accept(engine, incoming)
    item = inbox.take(engine)
    assert item
    exchange = Exchange(event_id, channel, event_id, user, "who?", "Anna.", not sources, sources or (ONCALL,))
    conversations.record(engine, exchange)
    inbox.finish(engine, item, None)
    began = datetime.now(UTC)
    with engine.begin() as connection:
        connection.execute(
            update(events)
            .where(events.c.event_id == event_id)
            .values(accepted_at=began, finished_at=began + timedelta(seconds=seconds))
        )
    return incoming


def shown(*arguments: str) -> str:
    return CliRunner().invoke(app, ["usage", *arguments], env={"COLUMNS": "200"}).stdout


def test_questions_are_counted_by_what_became_of_them(engine: Engine) -> None:
    asked(engine, "1", ONCALL)
    asked(engine, "2", ONCALL, LEAVE)
    asked(engine, "3")
    inbox.accept(engine, replace(asked(engine, "0", ONCALL), event_id="4", ts="4", thread_ts="4"))
    item = inbox.take(engine)
    assert item
    inbox.fail(engine, item, None)
    total = usage(engine, LONG_AGO).total
    assert (total.questions, total.answered, total.refused, total.failed) == (5, 3, 1, 1)


def test_what_one_person_liked_and_another_did_not_is_both(engine: Engine) -> None:
    asked(engine, "1", ONCALL)
    asked(engine, "2", ONCALL)
    conversations.rate(engine, "1", "U1", helpful=True)
    conversations.rate(engine, "1", "U2", helpful=False)
    conversations.rate(engine, "1", "U3", helpful=False)
    total = usage(engine, LONG_AGO).total
    assert (total.liked, total.disliked) == (1, 1)


def test_channels_are_told_apart_and_direct_messages_are_not(engine: Engine) -> None:
    asked(engine, "1", ONCALL, channel="C2")
    for number in "234":
        asked(engine, number, ONCALL, channel=f"D{number}")
    assert {name: counts.questions for name, counts in usage(engine, LONG_AGO).channels.items()} == {
        "direct messages": 3,
        "C2": 1,
    }


def test_days_are_those_of_utc_and_the_period_is_kept_to(engine: Engine) -> None:
    for number, when in enumerate(("2026-03-01 23:59", "2026-03-02 00:01", "2026-03-02 23:00")):
        incoming = asked(engine, str(number), ONCALL)
        moment = datetime.fromisoformat(when).replace(tzinfo=UTC)
        with engine.begin() as connection:
            ours = turns.c.event_id == incoming.event_id
            connection.execute(update(turns).where(ours).values(created_at=moment))
    assert {day: one.questions for day, one in usage(engine, LONG_AGO).days.items()} == {
        "2026-03-01": 1,
        "2026-03-02": 2,
    }
    assert usage(engine, datetime(2026, 3, 2, 12, tzinfo=UTC)).total.questions == 1


def test_documents_count_once_a_reply_and_not_where_they_were_only_near(engine: Engine) -> None:
    asked(engine, "1", ONCALL, replace(ONCALL, number=2), LEAVE)
    asked(engine, "2", ONCALL)
    asked(engine, "3")
    assert usage(engine, LONG_AGO).documents == [("oncall.md", 2), ("leave.md", 1)]


def test_the_slowest_come_first(engine: Engine) -> None:
    for seconds in (3, 9, 1):
        asked(engine, f"Ev{seconds}", ONCALL, seconds=seconds)
    found = usage(engine, LONG_AGO)
    assert [(slow.event_id, slow.seconds) for slow in found.slowest] == [("Ev9", 9), ("Ev3", 3), ("Ev1", 1)]
    assert found.total.median == 3


def test_a_shared_answer_is_no_question(engine: Engine) -> None:
    asked(engine, "share:1", ONCALL, kind="share")
    assert usage(engine, LONG_AGO).total.questions == 0


def test_what_models_cost_is_summed_by_day_channel_and_model(engine: Engine) -> None:
    incoming = asked(engine, "1", ONCALL)
    for call in (CALL, CALL, replace(CALL, model="house", dollars=None, estimated=True)):
        spending.record(engine, incoming, call)
    found = usage(engine, LONG_AGO)
    (day,) = found.days.values()
    assert found.total.dollars == day.dollars == found.channels["C1"].dollars == 1.0
    luna, house = found.models["gpt-6-luna"], found.models["house"]
    assert (luna.calls, luna.tokens_in, luna.tokens_out, luna.unpriced) == (2, 2000, 40, 0)
    assert (house.calls, house.unpriced, house.estimated) == (1, 1, 1)


def test_what_was_spent_is_still_known_when_the_question_is_not(engine: Engine) -> None:
    spending.record(engine, asked(engine, "1", ONCALL), CALL)
    with engine.begin() as connection:
        connection.execute(turns.delete())
        connection.execute(events.delete())
    assert usage(engine, LONG_AGO).total.dollars == 0.5


def test_people_are_named_only_when_asked_for(engine: Engine) -> None:
    asked(engine, "1", ONCALL, user="U0ANNA", channel="D0ANNA")
    for arguments in ([], ["--json"]):
        assert "ANNA" not in shown(*arguments)
        assert "U0ANNA" in shown("--names", *arguments)


def test_no_question_and_no_reply_is_shown(engine: Engine) -> None:
    asked(engine, "1", ONCALL)
    for output in (shown(), shown("--json"), shown("--names")):
        assert "who?" not in output
        assert "Anna." not in output


def test_the_tables_show_shares_and_spend(engine: Engine) -> None:
    spending.record(engine, asked(engine, "1", ONCALL), CALL)
    asked(engine, "2")
    text = shown()
    assert "1 (50%)" in text
    assert "$0.5000" in text
    assert "oncall.md" in text


def test_json_is_for_scripts(engine: Engine) -> None:
    spending.record(engine, asked(engine, "1", ONCALL), CALL)
    found = json.loads(shown("--json"))
    assert found["total"]["questions"] == 1
    assert found["documents"] == [{"document": "oncall.md", "cited": 1}]
    assert found["models"]["gpt-6-luna"]["calls"] == 1
    assert "people" not in found


def test_a_silent_period_says_so(engine: Engine) -> None:
    asked(engine, "1", ONCALL)
    with engine.begin() as connection:
        connection.execute(update(turns).values(created_at=LONG_AGO))
    assert shown("--days", "7") == "Nothing was asked in the last 7 days.\n"
