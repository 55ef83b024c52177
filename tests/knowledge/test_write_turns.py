"""Who writes to SQLite takes turns: nobody starves, and who waits too long is told so by SQLite."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from knowledge import database
from knowledge.database import open_database

MANY = 12


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1_000)
    engine = open_database(f"sqlite:///{tmp_path / 'ragtime.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE written (id INTEGER PRIMARY KEY, who TEXT)"))
    return engine


def write(engine: Engine, who: str) -> int:
    with engine.begin() as connection:
        return connection.execute(text(f"INSERT INTO written (who) VALUES ('{who}')")).lastrowid


def test_who_writes_once_waits_for_one_write_of_who_writes_on_and_on(engine: Engine) -> None:
    begun = threading.Event()

    def slowly(_: Connection) -> None:
        begun.set()
        time.sleep(0.02)

    event.listen(engine, "commit", slowly)
    busy = threading.Thread(target=lambda: [write(engine, "busy") for _ in range(MANY)])
    busy.start()
    begun.wait()
    # The one that is being written, and at most one that began before this one came.
    assert write(engine, "once") <= 3
    busy.join()


def test_who_waits_too_long_is_refused_and_the_next_may_write(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    impatient = open_database(f"sqlite:///{tmp_path / 'ragtime.db'}")
    with impatient.begin() as connection:
        connection.execute(text("INSERT INTO written (who) VALUES ('long')"))
        with pytest.raises(OperationalError, match="locked"):
            write(impatient, "other")
    assert write(impatient, "next") == 2
    assert write(impatient, "again") == 3
