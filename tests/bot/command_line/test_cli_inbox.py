"""`ragtime inbox`: shows what is unsettled, but not what was said; retries and drops events."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from typer.testing import CliRunner, Result

from bot import inbox
from bot.cli import app
from bot.inbox import Incoming
from bot.records.inbox_admin import NotPossible
from bot.records.opening import NoRecords
from bot.tables import inbox as table
from tests.support.bot_database import bot_database

QUESTION = Incoming(
    event_id="Ev1",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U1",
    team="T1",
    text="what does Ann earn?",
    ts="1.1",
    thread_ts="1.1",
)
COMMAND = replace(QUESTION, event_id="c1", kind="ask", ts=None, thread_ts=None, response_url="http://x")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The database of the home that the commands look at."""
    monkeypatch.setenv("RAGTIME_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return bot_database(tmp_path)


def ragtime(*arguments: str, typed: str = "") -> Result:
    result = CliRunner().invoke(app, ["inbox", *arguments], input=typed, env={"COLUMNS": "200"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def accepted(engine: Engine, incoming: Incoming) -> inbox.Item:
    """An event that was accepted, and taken by a worker."""
    inbox.accept(engine, incoming)
    item = inbox.take(engine)
    assert item
    return item


def failed(engine: Engine, incoming: Incoming, apology: str | None = None) -> None:
    inbox.fail(engine, accepted(engine, incoming), apology, "ValueError: 7 is no date")


def state(engine: Engine, event_id: str = "Ev1") -> tuple[str, str]:
    with engine.connect() as connection:
        return tuple(
            connection.execute(select(table.c.state, table.c.text).filter_by(event_id=event_id)).one()
        )


def test_the_list_shows_what_waits_and_what_failed_and_why_but_not_what_was_said(engine: Engine) -> None:
    inbox.finish(
        engine, accepted(engine, replace(QUESTION, event_id="Ev0", ts="0.1", thread_ts="0.1")), "0.2"
    )
    failed(engine, QUESTION)
    inbox.retry_later(
        engine,
        accepted(engine, replace(QUESTION, event_id="Ev2", ts="2.1", thread_ts="2.1")),
        timedelta(minutes=5),
        failed=True,
        why="TimeoutError",
    )
    shown = ragtime("list").stdout
    assert "ValueError: 7 is no date" in shown
    assert "again in" in shown
    assert "Ev0" not in shown
    assert "Ann" not in shown
    assert "Ann" not in ragtime("list", "--all", "--json").stdout
    entries = json.loads(ragtime("list", "--json").stdout)
    assert [(entry["event_id"], entry["state"], entry["error"]) for entry in entries] == [
        ("Ev1", "failed", "ValueError: 7 is no date"),
        ("Ev2", "accepted", "TimeoutError"),
    ]
    assert "Ev0" in ragtime("list", "--all").stdout
    assert [entry["event_id"] for entry in json.loads(ragtime("list", "--json", "--limit", "1").stdout)] == [
        "Ev2"
    ]


def test_an_empty_inbox_says_so(engine: Engine) -> None:
    assert ragtime("list").stdout == "Nothing waits, and nothing failed.\n"
    assert json.loads(ragtime("list", "--json").stdout) == []


def test_what_failed_is_taken_again_after_a_retry_and_its_apology_is_replaced(engine: Engine) -> None:
    failed(engine, QUESTION, apology="1.2")
    assert "Ev1 is tried again" in ragtime("retry", "Ev1").stdout
    item = inbox.take(engine)
    assert item
    assert (item.failures, item.replaces_ts, item.incoming) == (0, "1.2", QUESTION)


def test_what_waits_for_another_try_is_tried_at_once(engine: Engine) -> None:
    inbox.retry_later(engine, accepted(engine, QUESTION), inbox.LONGEST_RETRY, failed=True)
    ragtime("retry", "Ev1")
    assert inbox.take(engine)


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_what_is_answered_stays_answered(engine: Engine, command: str) -> None:
    inbox.finish(engine, accepted(engine, QUESTION), "1.2")
    with pytest.raises(NotPossible, match="Ev1 cannot be"):
        ragtime(command, "Ev1", *(["--yes"] if command == "drop" else []))
    assert state(engine) == ("answered", QUESTION.text)


def test_a_private_reply_is_not_retried_once_slack_takes_it_no_more(engine: Engine) -> None:
    failed(engine, COMMAND)
    with engine.begin() as connection:
        connection.execute(update(table).values(accepted_at=inbox._now() - timedelta(minutes=31)))
    with pytest.raises(NotPossible, match="The person has to ask again"):
        ragtime("retry", "c1")


def test_an_unknown_event_is_named(engine: Engine) -> None:
    with pytest.raises(NotPossible, match="There is no event Ev9"):
        ragtime("retry", "Ev9")


def test_dropping_asks_first_and_forgets_what_was_said(engine: Engine) -> None:
    failed(engine, QUESTION)
    ragtime("drop", "Ev1", typed="n\n")
    assert state(engine) == ("failed", QUESTION.text)
    assert "Ev1 is dropped" in ragtime("drop", "Ev1", typed="y\n").stdout
    assert state(engine) == ("withdrawn", "")
    assert not inbox.accept(engine, QUESTION), "delivered again, it is still known"


def test_what_waits_can_be_dropped_without_being_asked(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    ragtime("drop", "Ev1", "--yes")
    assert inbox.take(engine) is None


def test_where_ragtime_never_ran_it_says_where_it_looked_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGTIME_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoRecords, match=str(tmp_path)):
        ragtime("list")
    assert list(tmp_path.iterdir()) == []
