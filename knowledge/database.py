"""The SQL database: how it is opened, and how it is migrated to this version's schema.

Each package keeps its own tables and its own Alembic history (`knowledge/migrations`,
`bot/migrations`) in one database, told apart by the name of their version tables.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from knowledge.errors import AdminError
from knowledge.write_turns import take_turns

if TYPE_CHECKING:
    from alembic.config import Config

POSTGRESQL = "postgresql+psycopg"
# The databases that are supported, as hosts write them, each with the driver that comes with us.
DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": POSTGRESQL, "postgres": POSTGRESQL}
CONNECT_SECONDS = 10
# With a server, of one process at most (docs/deploy.md).
CONNECTIONS = 15
BUSY_TIMEOUT_MS = 5_000
MAPPED_BYTES = 256 * 1024**2
BACKUPS_KEPT = 3
# Alembic keeps what an `env.py` reads in a global of the process: two upgrades at once mix up.
_UPGRADING = threading.Lock()


class BadDatabase(AdminError):
    """DATABASE_URL cannot be used; the message is one line with what to do."""


def open_database(url: str) -> Engine:
    """Opens the database at a SQLAlchemy URL. SQLite is put into WAL mode, synced at each commit.

    Raises:
        BadDatabase: it is no such URL, of a database or driver that is not supported, or SQLite's folder does
            not exist.
    """
    parts = parsed(url)
    on_server = parts.drivername == POSTGRESQL
    # By itself the driver waits for minutes for a server that does not answer.
    waits = on_server and "connect_timeout" not in parts.query
    try:
        engine = create_engine(
            parts,
            pool_pre_ping=on_server,
            # To connect anew costs more than most statements: all are kept that a rush has needed.
            **({"pool_size": CONNECTIONS, "max_overflow": 0} if on_server else {}),
            # Errors are logged: what a statement's parameters hold, people wrote.
            hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_SECONDS} if waits else {},
        )
    except (ArgumentError, ValueError) as error:
        raise _unusable(" ".join(str(error).split())) from None
    if engine.dialect.name == "sqlite" and parts.database and not Path(parts.database).parent.is_dir():
        raise BadDatabase(
            f"There is no folder {Path(parts.database).parent}: make it, or correct DATABASE_URL"
        )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        take_turns(engine, BUSY_TIMEOUT_MS / 1000)
    return engine


def parsed(url: str) -> URL:
    """The parts of a SQLAlchemy URL, with the driver that is used.

    Raises:
        BadDatabase: it is no such URL, or of a database or driver that is not supported.
    """
    try:
        parts = make_url(url)
    except ArgumentError:
        raise _unusable("it is no SQLAlchemy URL") from None
    except ValueError:
        # Of these words, SQLAlchemy's hold what may be half a password.
        raise _unusable(
            "its host or port cannot be read; a port is a number, an IPv6 address stands in [brackets], and "
            "in a password @ is written %40"
        ) from None
    name, _, driver = parts.drivername.partition("+")
    if name not in DRIVERS:
        raise _unusable(f"{name} is not supported, SQLite and PostgreSQL are")
    if driver not in ("", DRIVERS[name].partition("+")[2]):
        raise _unusable(f"the driver {driver} is not supported; {DRIVERS[name]} is")
    if "@" in (parts.host or ""):
        # The driver would tell what is half a password as the host that it does not find.
        raise _unusable("in a password @ is written %40")
    return parts.set(drivername=DRIVERS[name])


def _unusable(reason: str) -> BadDatabase:
    return BadDatabase(
        f"DATABASE_URL cannot be used ({reason}): write it like {POSTGRESQL}://user:password@host/database "
        "or sqlite:////var/lib/ragtime/ragtime.db, or unset it for SQLite in RAGTIME_HOME"
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A large lexical index is read at many places for each question.
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")


def migrate(engine: Engine, history: Path, name: str) -> bool:
    """Brings one package's tables to the newest schema; returns whether anything changed.

    `history` is the folder of its Alembic environment, `name` the suffix of its version table. A
    SQLite database that already holds tables of this history is copied beside itself first (the
    newest three copies are kept). A server's database that a newer version has migrated is left as it is:
    in a rolling deploy, processes of the version before go on, and may even start, beside the new ones.

    Raises:
        BadDatabase: a newer version of Ragtime has been here, with SQLite.
    """
    from alembic import command

    with engine.connect() as connection:
        found = schema(connection, history, name)
    if found.newest:
        return False
    if found.newer:
        if engine.dialect.name != "sqlite":
            return False
        raise BadDatabase(
            f"The database {engine.url.database} was made by a newer version of Ragtime: start that one, or "
            "put back the copy from before its migration"
        )
    if found.begun and engine.dialect.name == "sqlite" and engine.url.database:
        back_up(Path(engine.url.database))
    with _UPGRADING, engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Python's driver begins no transaction before it changes tables: without one, a migration
            # that breaks off would leave half of them.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            # Processes that start together take turns; the later ones find nothing left to do.
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(_version_table(name)))))
        config = _alembic(history, name)
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
    return True


@dataclass(frozen=True, slots=True)
class Schema:
    """How far one package's tables were migrated.

    `begun`: there are any; `newest`: they are this version's; `newer`: they are of a version after it.
    """

    begun: bool
    newest: bool
    newer: bool


def schema(connection: Connection, history: Path, name: str) -> Schema:
    """How far the tables of one package are, with `history` and `name` as for `migrate`."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    context = MigrationContext.configure(connection, opts={"version_table": _version_table(name)})
    current = set(context.get_current_heads())
    script = ScriptDirectory.from_config(_alembic(history, name))
    known = {revision.revision for revision in script.walk_revisions()}
    return Schema(bool(current), current == set(script.get_heads()), bool(current - known))


def _alembic(history: Path, name: str) -> Config:
    """What Alembic is told of one package's history."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(history).replace("%", "%%"))
    config.attributes["version_table"] = _version_table(name)
    return config


def _version_table(name: str) -> str:
    return f"alembic_version_{name}"


@contextmanager
def exclusive(engine: Engine, name: str, wait: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Of the processes that share a server's database, one at a time is in this context.

    `wait` is called between two tries; what it raises ends them. What the context gives is to be called
    now and then: it raises SQLAlchemy's OperationalError where the lock is lost with its connection.
    A SQLite database belongs to one process anyway.
    """
    if engine.dialect.name != "postgresql":
        yield lambda: None
        return
    key = func.hashtext(name)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(select(func.pg_try_advisory_lock(key))):
            wait()
        try:
            yield lambda: connection.execute(select(1)).close()
        finally:
            # A lock goes with its connection: one that is broken has lost it already.
            with suppress(SQLAlchemyError):
                connection.execute(select(func.pg_advisory_unlock(key)))


def run_migrations(metadata: MetaData) -> None:
    """The body of a history's `env.py`: runs its migrations on the connection that `migrate` opened."""
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=context.config.attributes["version_table"],
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def back_up(database: Path) -> Path:
    """Copies a SQLite database beside itself, with its own backup call, which is safe while others write.

    Returns the copy; older ones than the newest few are deleted.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    target = database.with_name(f"{database.stem}.backup-{stamp}{database.suffix}")
    with sqlite3.connect(database) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    for file in backups(database)[:-BACKUPS_KEPT]:
        file.unlink(missing_ok=True)
    return target


def backups(database: Path) -> list[Path]:
    """The copies of a SQLite database that `back_up` made, oldest first."""
    return sorted(database.parent.glob(f"{database.stem}.backup-*{database.suffix}"))
