"""Limits: whom a model answers, by what was spent today and how much was asked within the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from bot import inbox
from bot.channels import Limits
from bot.inbox import Incoming
from bot.limits import why_no_model
from bot.pressure import FROM_SECONDS, seconds_to_wait
from bot.records import spending
from bot.tables import inbox as events
from bot.tables import spending as spent
from bot.worker import WORKERS
from chains.metering import Spent
from tests.support.bot_database import bot_database

NOW = datetime.now(UTC)
QUESTION = Incoming("Ev0", "message", "C1", "channel", "U1", "T1", "who?", ts="0", thread_ts="0")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return bot_database(tmp_path)


def ask(engine: Engine, number: int, user: str = "U1", kind: inbox.Kind = "message") -> None:
    event = f"{user}-{kind}-{number}"
    inbox.accept(engine, replace(QUESTION, event_id=event, ts=event, thread_ts=event, user=user, kind=kind))


def test_without_limits_nothing_is_refused(engine: Engine) -> None:
    for number in range(9):
        ask(engine, number)
    spending.record(engine, QUESTION, Spent("m", 1, 1, estimated=False, dollars=1e6))
    assert why_no_model(engine, Limits(), QUESTION, NOW) is None


def test_a_person_has_a_share_of_each_hour_and_others_have_their_own(engine: Engine) -> None:
    limits = Limits(person_per_hour=2)
    for number, expected in enumerate((None, None, "share_of_person")):
        ask(engine, number)
        assert why_no_model(engine, limits, QUESTION, datetime.now(UTC)) == expected
    assert why_no_model(engine, limits, replace(QUESTION, user="U2"), NOW) is None
    an_hour_later = datetime.now(UTC) + timedelta(hours=1)
    assert why_no_model(engine, limits, QUESTION, an_hour_later) is None


def test_what_is_pressed_does_not_count(engine: Engine) -> None:
    for number in range(5):
        ask(engine, number, kind="press")
    assert why_no_model(engine, Limits(person_per_hour=1), QUESTION, NOW) is None


def test_the_workspace_has_a_share_whoever_asks(engine: Engine) -> None:
    for number in range(3):
        ask(engine, number, user=f"U{number}")
    newcomer = replace(QUESTION, user="U9")
    assert why_no_model(engine, Limits(workspace_per_hour=2), newcomer, NOW) == "share_of_workspace"


def test_the_budget_is_for_a_day_of_utc(engine: Engine) -> None:
    limits = Limits(dollars_per_day=1.0)
    for dollars, expected in ((0.6, None), (None, None), (0.4, "budget")):
        spending.record(engine, QUESTION, Spent("m", 1, 1, estimated=False, dollars=dollars))
        assert why_no_model(engine, limits, QUESTION, datetime.now(UTC)) == expected
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    with engine.begin() as connection:
        connection.execute(update(spent).values(spent_at=midnight - timedelta(seconds=1)))
    assert why_no_model(engine, limits, QUESTION, NOW) is None


def test_no_budget_at_all_means_no_model(engine: Engine) -> None:
    assert why_no_model(engine, Limits(dollars_per_day=0), QUESTION, NOW) == "budget"


# How long it takes


def fill(engine: Engine, *, waiting: int, answered: int, seconds: float, behind: int = 0) -> None:
    """So many events that wait, and that were answered in so many seconds each."""
    row = {
        "kind": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": "U1",
        "team": "T1",
        "text": "",
    }
    rows = [
        {**row, "event_id": f"done-{n}", "state": "answered", "accepted_at": NOW, "behind": 0}
        | {"started_at": NOW, "finished_at": NOW + timedelta(seconds=seconds)}
        for n in range(answered)
    ]
    rows += [
        {**row, "event_id": f"open-{n}", "state": "accepted", "accepted_at": NOW, "behind": behind}
        | {"started_at": None, "finished_at": None}
        for n in range(waiting)
    ]
    with engine.begin() as connection:
        connection.execute(insert(events), rows)


@pytest.mark.parametrize(
    ("ahead", "seconds", "expected"),
    # Four at a time: after nine or ten rounds it is this one's turn, which takes one more.
    [(35, 2.0, 20), (36, 2.0, 25), (36, 0.05, 0), (3, 60.0, 0), (4, 4.0, 0), (4, 4.5, FROM_SECONDS + 5)],
)
def test_the_wait_is_told_from_what_is_ahead_and_the_last_replies(
    engine: Engine, ahead: int, seconds: float, expected: int
) -> None:
    fill(engine, waiting=ahead + 1, answered=30, seconds=seconds)
    assert seconds_to_wait(engine, WORKERS, f"open-{ahead}") == expected


def test_who_is_let_pass_waits_less_than_who_has_many_open(engine: Engine) -> None:
    fill(engine, waiting=100, answered=30, seconds=2.0, behind=1)
    ask(engine, 1, user="U2")
    assert seconds_to_wait(engine, WORKERS, "open-99") == 55
    # Half of them are let pass no more: they have waited for long.
    assert seconds_to_wait(engine, WORKERS, "U2-message-1") == 30


def test_who_is_being_answered_is_told_nothing(engine: Engine) -> None:
    fill(engine, waiting=100, answered=30, seconds=2.0)
    assert seconds_to_wait(engine, WORKERS, "open-99")
    with engine.begin() as connection:
        connection.execute(update(events).where(events.c.event_id == "open-99").values(state="answering"))
    assert seconds_to_wait(engine, WORKERS, "open-99") == 0


def test_before_the_first_reply_no_wait_is_made_up(engine: Engine) -> None:
    fill(engine, waiting=50, answered=0, seconds=1)
    assert seconds_to_wait(engine, WORKERS, "open-49") == 0
