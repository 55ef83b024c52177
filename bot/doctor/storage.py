"""Where data live: the home, the SQL database, Chroma."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import httpx
from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from bot.config import Settings
from bot.disk import existing_part
from bot.doctor.finding import SERVER_SECONDS, Finding, failure, first_line
from bot.migrations import HISTORY as BOT_HISTORY
from bot.tables import metadata as bot_tables
from knowledge.database import BadDatabase, open_database, parsed, schema
from knowledge.errors import AdminError
from knowledge.home import HomeInUse, HomeUnusable, own, unusable
from knowledge.tables import HISTORY as KNOWLEDGE_HISTORY
from knowledge.tables import metadata as knowledge_tables
from knowledge.vectors import connect

HISTORIES = (("bot", BOT_HISTORY, bot_tables), ("knowledge", KNOWLEDGE_HISTORY, knowledge_tables))
NOT_YET = "not there yet: made at the first start"
ANOTHER_HOME = "Make the folder writable for this user, or set RAGTIME_HOME to another one"


def home(settings: Settings) -> Iterator[Finding]:
    """Whether RAGTIME_HOME can be used."""
    folder = settings.ragtime_home
    there = existing_part(folder)
    try:
        with tempfile.TemporaryDirectory(dir=there, prefix="doctor-"):
            pass
    except OSError as error:
        yield failure("Home", str(unusable(folder, error)))
        return
    if there != folder:
        yield Finding("Home", "ok", f"{folder}, {NOT_YET}")
    else:
        yield Finding("Home", "ok", str(folder))


def database(settings: Settings) -> Iterator[Finding]:
    """Whether the database opens, can be written to, and has this version's tables."""
    try:
        url = parsed(settings.database)
    except BadDatabase as error:
        yield failure("Database", str(error))
        return
    if url.get_backend_name() != "sqlite":
        yield opened(settings, settings.database)
        return
    file = Path(url.database or "").absolute()
    if url.database and not file.parent.is_dir():
        if settings.database_url:
            advice = "Make the folder, or correct DATABASE_URL"
            yield Finding("Database", "failed", f"there is no folder {file.parent}", advice)
        else:
            yield Finding("Database", "ok", f"{file}, {NOT_YET}")
        return
    if url.database:
        yield wal(file.parent)
        if not file.exists():
            yield Finding("Database", "ok", f"{file}, {NOT_YET}")
            return
    yield opened(settings, str(file))


def wal(folder: Path) -> Finding:
    """Whether SQLite's write-ahead log works on this disk, tried with a database of its own there."""
    subject = "Database's disk"
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix="doctor-") as own_folder:
            connection = sqlite3.connect(Path(own_folder) / "probe.db")
            try:
                (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
                connection.execute("CREATE TABLE probe (id INTEGER)")
            finally:
                connection.close()
    except (OSError, sqlite3.Error) as error:
        return Finding(subject, "failed", f"{folder}: {first_line(error)}", ANOTHER_HOME)
    if mode != "wal":
        advice = "Use a local disk: network file systems cannot do this safely"
        return Finding(subject, "failed", f"{folder}: SQLite has no write-ahead log here ({mode})", advice)
    return Finding(subject, "ok", "SQLite's write-ahead log works")


def opened(settings: Settings, where: str) -> Finding:
    """Opens a database that exists, tries to write, and looks at its migrations."""
    try:
        engine = open_database(settings.database)
    except BadDatabase as error:
        return Finding("Database", "failed", first_line(error), "Correct DATABASE_URL")
    try:
        _try_to_write(engine)
        return _schemas(engine, where, playground=settings.mode == "playground")
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        advice = (
            "Check that the file is this user's and no other program holds it; copies made before each "
            "migration lie beside it"
            if engine.dialect.name == "sqlite"
            else "Start the server, or correct DATABASE_URL"
        )
        return Finding("Database", "failed", f"{where}: {first_line(cause)}", advice)
    finally:
        engine.dispose()


def _try_to_write(engine: Engine) -> None:
    """Makes a table and takes it back."""
    probe = Table("ragtime_doctor", MetaData(), Column("id", Integer))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Python's sqlite3 would not begin a transaction for this by itself.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(CreateTable(probe))
        connection.exec_driver_sql("ROLLBACK")


def _schemas(engine: Engine, where: str, *, playground: bool) -> Finding:
    behind: set[str] = set()
    there = set(inspect(engine).get_table_names())
    for name, history, tables in HISTORIES:
        with engine.connect() as connection:
            migrated = schema(connection, history, name)
        if migrated.newer:
            advice = "Start the newer version again, or put back the copy that was made before its migration"
            return Finding("Database", "failed", f"{where} was made by a newer version of Ragtime", advice)
        if not migrated.begun and there.intersection(tables.tables):
            advice = "Stop the bot, move the file away and start again; a copy of it may lie beside it"
            return Finding("Database", "failed", f"{where}: a migration broke off half-way", advice)
        if not migrated.newest:
            behind.add(name)
    state = "opens, can be written to"
    if playground and behind == {"bot"}:
        # The playground starts without these tables, so that they would be announced for ever.
        state += "; the documents are in it, and what is said in the playground is not"
    elif behind:
        state += "; gets this version's tables at the next start"
    return Finding("Database", "ok", f"{where}: {state}")


def chroma(settings: Settings) -> Iterator[Finding]:
    """Whether the vectors' store answers: a server's, or the embedded one where nobody else has it."""
    if settings.chroma_url:
        yield _chroma_server(settings.chroma_url.rstrip("/"))
        return
    folder = settings.ragtime_home / "chroma"
    if not folder.is_dir():
        yield Finding("Chroma", "ok", f"embedded, {NOT_YET}")
        return
    try:
        # For as long as the look takes: two processes must not open the embedded store.
        lock = own(settings.ragtime_home)
    except HomeInUse:
        yield Finding("Chroma", "ok", "embedded; in use by a running Ragtime, so not opened a second time")
        return
    except HomeUnusable as error:
        yield Finding("Chroma", "failed", first_line(error), ANOTHER_HOME)
        return
    try:
        collections = connect(folder, None).count_collections()
        found = f"embedded, {collections} collections, version {version('chromadb')}"
        yield Finding("Chroma", "ok", found)
    except AdminError as error:
        advice = "If it stays so, move the folder away and sync again: vectors can be made anew"
        yield Finding("Chroma", "failed", first_line(error), advice)
    finally:
        lock.release()


def _chroma_server(url: str) -> Finding:
    try:
        with httpx.Client(timeout=SERVER_SECONDS) as client:
            client.get(f"{url}/api/v2/heartbeat").raise_for_status()
            server = str(client.get(f"{url}/api/v2/version").raise_for_status().json())
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        advice = "Start it (`chroma run`), or correct CHROMA_URL, or unset it for the embedded store"
        return Finding("Chroma", "failed", f"no Chroma answers at {url}: {first_line(error)}", advice)
    ours = version("chromadb")
    found = f"server at {url}, version {server}; client {ours}"
    if server.split(".")[0] != ours.split(".")[0]:
        return Finding("Chroma", "warning", found, f"Run a Chroma server of version {ours}")
    return Finding("Chroma", "ok", found)
