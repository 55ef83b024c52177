"""/readyz: what it says while parts come and go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import disk, readiness
from bot.assistant import Assistant
from bot.config import load_settings
from bot.migrations import HISTORY
from bot.queue.jobs import JobQueue
from bot.queue.schema import prepare
from bot.queue.timing import Timing
from bot.readiness import Readiness
from bot.web import readyz
from knowledge.database import migrate, open_database
from knowledge.vectors import VectorsUnavailable
from tests.bot.queue.test_jobs import worker
from tests.support.bot_database import bot_database
from tests.support.postgres import empty_database


def asked(parts: Readiness) -> tuple[int, dict[str, str]]:
    """Status and body of a request to /readyz."""
    answered = TestClient(Starlette(routes=[readyz(parts)])).get("/readyz")
    return answered.status_code, answered.json()


def nothing() -> None:
    """A part that is there."""


def test_a_database_that_goes_away_is_named(postgres_server: str, caplog: pytest.LogCaptureFixture) -> None:
    with empty_database(postgres_server) as url:
        engine = open_database(url)
        migrate(engine, HISTORY, "bot")
        prepare(engine)
        queue = JobQueue(engine, Timing())
        parts = Readiness(
            {"database": readiness.database(engine), "workers": readiness.workers(queue.hands), "x": nothing},
            patience=30,
        )
        assert asked(parts) == (503, {"database": "ok", "workers": "failed", "x": "ok"})
        worker(engine)
        assert asked(parts) == (200, {"database": "ok", "workers": "ok", "x": "ok"})
        admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {engine.url.database} WITH (FORCE)"))
        admin.dispose()
        assert asked(parts) == (503, {"database": "failed", "workers": "failed", "x": "ok"})
        engine.dispose()
    told = [record.getMessage() for record in caplog.records]
    assert any(line.startswith("readiness: database: OperationalError: ") for line in told)


def test_a_sqlite_file_that_is_gone_is_noticed_although_it_is_still_open(tmp_path: Path) -> None:
    engine = bot_database(tmp_path)
    parts = Readiness({"database": readiness.database(engine)}, patience=30)
    assert asked(parts)[0] == 200
    (tmp_path / "ragtime.db").unlink()
    assert asked(parts) == (503, {"database": "failed"})
    engine.dispose()


def test_a_disk_without_room_for_sqlite_is_noticed_before_a_question_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = bot_database(tmp_path)
    parts = Readiness({"database": readiness.database(engine)}, patience=30)
    assert asked(parts)[0] == 200
    # Other tests write to this disk, too.
    monkeypatch.setattr(disk, "FULL", disk.free(tmp_path) + disk.GIB)
    assert asked(parts) == (503, {"database": "failed"})
    assert "ragtime.db is full: " in caplog.text
    engine.dispose()


def test_a_postgresql_that_takes_no_writes_is_noticed(
    postgres: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_database(postgres)
    migrate(engine, HISTORY, "bot")
    parts = Readiness({"database": readiness.database(engine)}, patience=30)
    assert asked(parts)[0] == 200
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM inbox")) == 0
        # As hosts do with a database whose disk is full.
        connection.execute(
            text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on")
        )
    engine.dispose()
    assert asked(parts) == (503, {"database": "failed"})
    assert "ReadOnlySqlTransaction" in caplog.text
    engine.dispose()


def test_a_part_that_hangs_costs_one_thread_however_often_one_looks() -> None:
    go_on, begun = threading.Event(), []

    def hangs() -> None:
        begun.append(1)
        go_on.wait(30)

    parts = Readiness({"chroma": hangs}, patience=0.05)
    for _ in range(3):
        assert parts.look()["chroma"] == "no answer"
    assert len(begun) == 1
    go_on.set()


def test_the_log_tells_once_why_and_once_that_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    there: list[int] = []
    parts = Readiness({"workers": readiness.workers(lambda: len(there))}, patience=30)
    with caplog.at_level(logging.INFO, "bot.readiness"):
        parts.look()
        parts.look()
        there.append(1)
        parts.look()
        parts.look()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "readiness: workers: NotReady: no worker gives a sign of life"),
        ("INFO", "readiness: workers: ok"),
    ]


@pytest.mark.parametrize("variables", [{"CHROMA_URL": "http://127.0.0.1:9"}, {}])
def test_vectors_that_cannot_be_asked_are_said_to_be_missing(
    variables: dict[str, str], tmp_path: Path
) -> None:
    settings = load_settings({"RAGTIME_HOME": str(tmp_path), **variables})
    engine = bot_database(tmp_path)
    with pytest.raises(VectorsUnavailable):
        Assistant(settings, engine).check_vectors()
    engine.dispose()


@pytest.mark.parametrize("connected", [lambda: True, lambda: False])
def test_without_a_socket_nothing_can_come_in(connected: Callable[[], bool]) -> None:
    parts = Readiness({"slack": readiness.connection(connected)}, patience=30)
    assert parts.look() == {"slack": "ok" if connected() else "failed"}
