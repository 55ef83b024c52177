"""The SQL database: opened as it should be, migrated, backed up before it is changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import OperationalError

import bot.migrations
import bot.tables
from knowledge import tables
from knowledge.database import BACKUPS_KEPT, BadDatabase, migrate, open_database
from knowledge.database_errors import trouble
from knowledge.tables import HISTORY

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True))
"""
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade():
    op.add_column("things", sa.Column("column_{number}", sa.String))
    {more}
"""


def database(folder: Path) -> Engine:
    return open_database(f"sqlite:///{folder / 'ragtime.db'}")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A throw-away history of one migration."""
    versions = tmp_path / "history" / "versions"
    versions.mkdir(parents=True)
    environment = "from sqlalchemy import MetaData\nfrom knowledge.database import run_migrations\n"
    (versions.parent / "env.py").write_text(environment + "run_migrations(MetaData())\n")
    (versions / "0001.py").write_text(FIRST)
    return versions.parent


def add_migration(history: Path, number: int, more: str = "") -> None:
    file = history / "versions" / f"{number:04}.py"
    file.write_text(LATER.format(number=number, before=number - 1, more=more))


def columns(engine: Engine) -> list[str]:
    return [column["name"] for column in inspect(engine).get_columns("things")]


def backups(folder: Path) -> list[Path]:
    return sorted(folder.glob("ragtime.backup-*.db"))


@pytest.mark.parametrize(
    ("history", "name", "metadata"),
    [(HISTORY, "knowledge", tables.metadata), (bot.migrations.HISTORY, "bot", bot.tables.metadata)],
)
def test_the_migrations_make_exactly_the_tables_that_the_code_names(
    tmp_path: Path, history: Path, name: str, metadata: MetaData
):
    engine = database(tmp_path)
    assert migrate(engine, history, name)

    def ours(thing: object, label: str | None, kind: str, *_: object) -> bool:
        table = label if kind == "table" else thing.table.name if hasattr(thing, "table") else ""  # pyright: ignore[reportAttributeAccessIssue]
        return not str(table).startswith(("chunks_fts", "chunks_vocabulary", "alembic_version"))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []
        made = set(inspect(connection).get_table_names())
    assert set(metadata.tables) <= made
    engine.dispose()


def test_a_database_at_its_newest_is_left_alone(tmp_path: Path):
    engine = database(tmp_path)
    assert migrate(engine, HISTORY, "knowledge")
    assert not migrate(engine, HISTORY, "knowledge")
    assert backups(tmp_path) == []


def test_each_package_has_its_own_history_in_one_database(tmp_path: Path):
    engine = database(tmp_path)
    migrate(engine, HISTORY, "knowledge")
    migrate(engine, bot.migrations.HISTORY, "bot")
    names = set(inspect(engine).get_table_names())
    assert {"alembic_version_knowledge", "alembic_version_bot", "documents", "inbox"} <= names
    assert backups(tmp_path) == []


def test_a_database_with_data_is_backed_up_before_a_later_migration(tmp_path: Path, history: Path):
    engine = database(tmp_path)
    migrate(engine, history, "test")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO things (id) VALUES (7)"))
    add_migration(history, 2)
    assert migrate(engine, history, "test")
    assert columns(engine) == ["id", "column_2"]
    (backup,) = backups(tmp_path)
    with sqlite3.connect(backup) as copy:
        assert copy.execute("SELECT * FROM things").fetchall() == [(7,)]
        assert copy.execute("SELECT version_num FROM alembic_version_test").fetchall() == [("0001",)]


def test_only_the_newest_backups_are_kept(tmp_path: Path, history: Path):
    engine = database(tmp_path)
    migrate(engine, history, "test")
    (tmp_path / "ragtime.backup-notes.txt").write_text("not one of them")
    for number in range(2, 2 + BACKUPS_KEPT + 2):
        add_migration(history, number)
        migrate(engine, history, "test")
    assert len(backups(tmp_path)) == BACKUPS_KEPT
    with sqlite3.connect(backups(tmp_path)[-1]) as copy:
        (version,) = copy.execute("SELECT version_num FROM alembic_version_test").fetchone()
    assert int(version) == BACKUPS_KEPT + 2
    assert (tmp_path / "ragtime.backup-notes.txt").exists()


def test_a_migration_that_fails_half_way_changes_nothing(tmp_path: Path, history: Path):
    engine = database(tmp_path)
    migrate(engine, history, "test")
    add_migration(history, 2, more='raise RuntimeError("half way")')
    with pytest.raises(RuntimeError, match="half way"):
        migrate(engine, history, "test")
    assert columns(engine) == ["id"]
    add_migration(history, 2)
    migrate(engine, history, "test")
    assert columns(engine) == ["id", "column_2"]


def test_sqlite_waits_for_others_keeps_a_log_and_knows_its_keys(tmp_path: Path):
    engine = database(tmp_path)
    with engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_chunk_ids_are_never_given_twice(tmp_path: Path):
    engine = database(tmp_path)
    migrate(engine, HISTORY, "knowledge")
    table: Table = tables.chunks
    with engine.begin() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for expected in (1, 2):
            values = {"document_id": 1, "version": 1, "ordinal": 0, "heading_path": [], "units": []}
            insertion = table.insert().values(values | {"text_hash": ""})
            key = connection.execute(insertion).inserted_primary_key
            assert key is not None
            assert key[0] == expected
            connection.execute(table.delete())


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "unknowndialect://host/db",
        "sqlite:////no/such/folder/ragtime.db",
        "postgresql://bot:half@password@127.0.0.1/x",
    ],
)
def test_an_address_that_cannot_be_used_is_said_in_one_line(url: str):
    with pytest.raises(BadDatabase, match="DATABASE_URL") as caught:
        open_database(url)
    assert "\n" not in str(caught.value)
    assert "half" not in str(caught.value)
    assert "password@127" not in str(caught.value)


@pytest.mark.parametrize("password", ["a", "ready", "correct horse", "a-long-password"])
def test_what_is_wrong_is_said_in_whole_words_and_without_the_password(password: str):
    engine = open_database(f"postgresql+psycopg://bot:{password}@db.acme.com/ragtime")
    said = (
        f"server is not ready, a try at postgresql://bot:{password}@db.acme.com failed, password={password}"
    )
    told = trouble(engine, OperationalError("", None, Exception(said)))
    assert told == (
        "The database at postgresql+psycopg://bot:***@db.acme.com/ragtime cannot be used (server is not "
        "ready, a try at postgresql://bot:***@db.acme.com failed, password=***): start it, or correct "
        "DATABASE_URL"
    )
