"""The queue's own tables and functions, which Procrastinate brings as SQL, in the bot's database."""

from __future__ import annotations

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, func, select, text

# The name of the newest of Procrastinate's migrations that this database has.
VERSION = "CREATE TABLE IF NOT EXISTS queue_version (migration text NOT NULL)"


def prepare(engine: Engine) -> bool:
    """Brings the queue's tables to this version's; returns whether anything changed.

    Processes that start together take turns. A database that is newer than this process stays as it is.
    """
    migrations, newest = _migrations(), newest_migration()
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("queue_version"))))
        if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            _run(connection, SchemaManager.get_schema())
            _run(connection, VERSION)
            connection.execute(text("INSERT INTO queue_version VALUES (:newest)"), {"newest": newest})
            return True
        current = connection.execute(text("SELECT migration FROM queue_version")).scalar_one()
        missing = [migration for migration in migrations if migration.stem > current]
        for migration in missing:
            _run(connection, migration.read_text(encoding="utf-8"))
        if missing:
            connection.execute(text("UPDATE queue_version SET migration = :newest"), {"newest": newest})
    return bool(missing)


def newest_migration() -> str:
    """The name of the newest of Procrastinate's migrations that this version knows."""
    return _migrations()[-1].stem


def _migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def raw(connection: Connection) -> psycopg.Connection:
    """The driver's connection below, in the same transaction."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


def _run(connection: Connection, script: str) -> None:
    """Runs statements as they stand: without parameters the driver takes several, and leaves % alone."""
    raw(connection).execute(script.encode())
