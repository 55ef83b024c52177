"""Jobs on PostgreSQL: they come with their events, and what a dead worker leaves behind finds another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, text

from bot import inbox
from bot.inbox import Incoming
from bot.migrations import HISTORY
from bot.queue.jobs import JobQueue
from bot.queue.mending import mend
from bot.queue.schema import prepare
from bot.queue.timing import Timing
from bot.worker import WORKERS
from knowledge.database import migrate, open_database
from tests.support.postgres import empty_database

TIMING = Timing(dead_after=20.0)
QUESTION = Incoming("Ev1", "message", "C1", "channel", "U1", "T1", "who is on call?", "1.1", "1.1")
FETCH = "SELECT id, (args->>'waiting')::int FROM procrastinate_fetch_job_v2(NULL, :worker)"


@pytest.fixture(scope="module")
def database(postgres_server: str) -> Iterator[Engine]:
    """One for all tests here: making the tables takes longest."""
    with empty_database(postgres_server) as url:
        engine = open_database(url)
        migrate(engine, HISTORY, "bot")
        prepare(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def engine(database: Engine) -> Engine:
    """With nothing in it."""
    with database.begin() as connection:
        connection.execute(
            text("TRUNCATE inbox, procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")
        )
    return database


@pytest.fixture
def queue(engine: Engine) -> JobQueue:
    return JobQueue(engine, TIMING)


def worker(engine: Engine, *, silent_for: float = 0.0) -> int:
    """A worker that last gave a sign of life so many seconds ago; its id."""
    register = (
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :seconds)) "
        "RETURNING id"
    )
    with engine.begin() as connection:
        return connection.execute(text(register), {"seconds": silent_for}).scalar_one()


def fetch(engine: Engine, by: int) -> int | None:
    """Has a worker fetch a job, as Procrastinate does; the event's number in the inbox."""
    with engine.begin() as connection:
        return connection.execute(text(FETCH), {"worker": by}).one()[1]


def jobs(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT status::text, (args->>'waiting')::int FROM procrastinate_jobs ORDER BY id")
        )
        return [(row[0], row[1]) for row in rows]


def test_the_schema_is_made_once_and_brought_up_to_a_newer_version(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not prepare(engine)
    (tmp_path / "00.00.01_01_long_ago.sql").write_text("this was run already")
    (tmp_path / "99.00.00_01_pre_some_day.sql").write_text(
        "CREATE TABLE some_day (what text); INSERT INTO some_day VALUES ('100%');"
    )
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    assert prepare(engine)
    assert not prepare(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT what FROM some_day")) == "100%"


def test_an_event_and_its_job_are_written_together(engine: Engine, queue: JobQueue) -> None:
    assert inbox.accept(engine, QUESTION, queue.put)
    assert not inbox.accept(engine, QUESTION, queue.put)
    assert jobs(engine) == [("todo", 1)]


def test_in_a_thread_one_job_is_handed_out_at_a_time(engine: Engine, queue: JobQueue) -> None:
    inbox.accept(engine, QUESTION, queue.put)
    inbox.accept(engine, replace(QUESTION, event_id="Ev2", ts="1.2", user="U2"), queue.put)
    inbox.accept(engine, replace(QUESTION, event_id="Ev3", ts="2.1", thread_ts="2.1"), queue.put)
    one = worker(engine)
    assert [fetch(engine, one) for _ in range(3)] == [1, 3, None]


def test_a_person_who_asks_much_lets_others_pass(engine: Engine, queue: JobQueue) -> None:
    for number in range(4):
        at = f"{number}.0"
        inbox.accept(engine, replace(QUESTION, event_id=f"Ev{number}", ts=at, thread_ts=at), queue.put)
    inbox.accept(engine, replace(QUESTION, event_id="other", ts="9", thread_ts="9", user="U2"), queue.put)
    one = worker(engine)
    assert [fetch(engine, one) for _ in range(3)] == [1, 5, 2]


def test_what_a_dead_worker_was_answering_is_handed_to_another(engine: Engine, queue: JobQueue) -> None:
    inbox.accept(engine, QUESTION, queue.put)
    waiting = fetch(engine, worker(engine, silent_for=30))
    assert waiting
    lost = inbox.claim(engine, waiting)
    assert lost
    assert mend(engine, queue, TIMING) == 1
    assert jobs(engine) == [("todo", waiting)]
    with pytest.raises(inbox.ClaimLost):
        inbox.is_wanted(engine, lost)
    again = inbox.claim(engine, waiting)
    assert again
    assert (again.resumed, again.interruptions) == (True, 1)


def test_what_a_living_worker_is_answering_is_left_to_it(engine: Engine, queue: JobQueue) -> None:
    inbox.accept(engine, QUESTION, queue.put)
    waiting = fetch(engine, worker(engine, silent_for=5))
    assert waiting
    assert inbox.claim(engine, waiting)
    assert mend(engine, queue, TIMING) == 0
    assert jobs(engine) == [("doing", waiting)]


def test_a_job_whose_end_could_not_be_written_down_does_not_hold_up_its_thread(
    engine: Engine, queue: JobQueue
) -> None:
    inbox.accept(engine, QUESTION, queue.put)
    one = worker(engine)
    waiting = fetch(engine, one)
    assert waiting
    item = inbox.claim(engine, waiting)
    assert item
    inbox.finish(engine, item, "1.2")
    assert mend(engine, queue, TIMING) == 0
    with engine.begin() as connection:
        connection.execute(text("UPDATE procrastinate_events SET at = at - interval '1 minute'"))
    assert mend(engine, queue, TIMING) == 1
    assert fetch(engine, one) == waiting
    assert inbox.claim(engine, waiting) is None
    assert inbox.due(engine, waiting) is None


def test_events_that_came_without_a_job_get_one(engine: Engine, queue: JobQueue) -> None:
    inbox.accept(engine, QUESTION)
    inbox.accept(engine, replace(QUESTION, event_id="Ev2", ts="1.2"), queue.put)
    assert mend(engine, queue, TIMING) == 1
    assert sorted(jobs(engine)) == [("todo", 1), ("todo", 2)]
    assert mend(engine, queue, TIMING) == 0


def test_an_event_that_waits_for_another_try_keeps_its_job(engine: Engine, queue: JobQueue) -> None:
    inbox.accept(engine, QUESTION, queue.put)
    waiting = fetch(engine, worker(engine))
    assert waiting
    item = inbox.claim(engine, waiting)
    assert item
    inbox.retry_later(engine, item, inbox.LONGEST_RETRY, failed=True)
    assert mend(engine, queue, TIMING) == 0


def test_the_hands_are_those_of_all_living_workers(engine: Engine, queue: JobQueue) -> None:
    assert queue.hands() == 0
    for silent_for in (0, 1, 300):
        worker(engine, silent_for=silent_for)
    assert queue.hands() == 2 * WORKERS
