"""The bot's records on PostgreSQL: what an admin sees, deletes and limits is the same as on SQLite."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot import inbox
from bot.channels import Limits
from bot.cli import app
from bot.inbox import Incoming
from bot.limits import why_no_model
from bot.migrations import HISTORY
from bot.pressure import seconds_to_wait
from bot.records import conversations, guides, spending
from bot.records.conversations import Exchange
from bot.records.personal import all_of
from bot.tables import turns
from bot.worker import WORKERS
from chains.contract import Source
from chains.metering import Spent
from knowledge.database import migrate, open_database
from tests.support.guide_steps import ASKED

QUESTION = Incoming("Ev1", "message", "C1", "channel", "U0ANNA", "T1", "who is on call?", "1.1", "1.1")
ONCALL = Source(1, "oncall.md", "On call", (), "Anna is on call.")


def test_records_are_listed_counted_limited_exported_and_erased(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres)
    monkeypatch.chdir(tmp_path)
    engine = open_database(postgres)
    assert migrate(engine, HISTORY, "bot")

    def ragtime(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments])
        assert result.exit_code == 0, result.exception
        return result.stdout

    assert inbox.accept(engine, QUESTION)
    assert not inbox.accept(engine, QUESTION)
    item = inbox.take(engine)
    assert item
    conversations.record(engine, Exchange("Ev1", "C1", "1.1", "U0ANNA", "who?", "Anna.", False, (ONCALL,)))
    conversations.rate(engine, "Ev1", "U0ANNA", helpful=False)
    guides.begin(engine, QUESTION, *ASKED)
    spending.record(engine, QUESTION, Spent("m", 10, 2, estimated=False, dollars=0.25))
    inbox.fail(engine, item, None, "ValueError: 7")
    assert [entry["error"] for entry in json.loads(ragtime("inbox", "list", "--json"))] == ["ValueError: 7"]
    ragtime("inbox", "retry", "Ev1")
    again = inbox.take(engine)
    assert again
    inbox.finish(engine, again, "1.2")

    used = json.loads(ragtime("usage", "--json"))
    assert (used["total"]["answered"], used["total"]["disliked"], used["total"]["dollars"]) == (1, 1, 0.25)
    assert used["documents"] == [{"document": "oncall.md", "cited": 1}]
    now = datetime.now(UTC)
    assert why_no_model(engine, Limits(dollars_per_day=0.25), QUESTION, now) == "budget"
    assert why_no_model(engine, Limits(person_per_hour=0), QUESTION, now) == "share_of_person"
    assert seconds_to_wait(engine, WORKERS, "Ev1") == 0

    assert len(all_of(engine, "U0ANNA")["guides"]) == 1
    ragtime("forget", "person", "U0ANNA", "--yes")
    left = all_of(engine, "U0ANNA")
    assert not any(left[part] for part in ("events", "questions", "feedback", "guides"))
    conversations.record(engine, Exchange("Ev2", "C1", "1.1", "U0BEN", "who?", "Anna.", False))
    with engine.begin() as connection:
        connection.execute(update(turns).values(created_at=now - timedelta(days=9)))
    assert ragtime("forget", "--older-than", "7", "--yes").startswith("Deleted: 1 questions")
    engine.dispose()
