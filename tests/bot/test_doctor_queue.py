"""What the doctor says of the queue, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from bot import inbox
from bot.config import load_settings
from bot.doctor.finding import Finding
from bot.doctor.queue import queue
from bot.inbox import Incoming
from bot.processes import migrate
from bot.tables import inbox as table
from knowledge.database import open_database
from tests.bot.queue.test_jobs import worker
from tests.support.postgres import empty_database

QUESTION = Incoming("Ev1", "message", "C1", "channel", "U1", "T1", "who is on call?", "1.1", "1.1")


@pytest.fixture
def database(postgres_server: str) -> Iterator[str]:
    with empty_database(postgres_server) as url:
        yield url


def found(database: str) -> Finding:
    (finding,) = queue(load_settings({"DATABASE_URL": database}))
    return finding


def test_it_tells_of_workers_and_of_what_waits(database: str) -> None:
    assert found(database) == Finding("Queue", "ok", "its tables are not there yet: made at the first start")
    migrate(load_settings({"DATABASE_URL": database}))
    dead = found(database)
    assert (dead.status, dead.found) == ("warning", "0 workers live, 0 events wait")
    assert "ragtime worker" in dead.advice
    engine = open_database(database)
    worker(engine, silent_for=300)
    worker(engine)
    assert inbox.accept(engine, QUESTION)
    assert found(database) == Finding("Queue", "ok", "1 workers live, 1 events wait")
    with engine.begin() as connection:
        connection.execute(update(table).values(accepted_at=datetime.now(UTC) - timedelta(minutes=7)))
    late = found(database)
    assert late.status == "warning"
    assert late.found == "1 workers live, 1 events wait, the oldest for 7 minutes"
    assert "ragtime inbox list" in late.advice
    with engine.begin() as connection:
        connection.execute(text("UPDATE queue_version SET migration = '99.99.99_01_of_tomorrow'"))
    assert found(database).found == "its tables were made by a newer version of Ragtime"
    engine.dispose()


def test_a_server_that_is_away_is_said_to_be(postgres_server: str) -> None:
    finding = found("postgresql+psycopg://nobody@127.0.0.1:9/ragtime")
    assert finding.status == "failed"
    assert finding.advice == "See the database's line above"


def test_a_database_that_is_a_file_has_no_queue() -> None:
    assert list(queue(load_settings({}))) == []
