"""A backup of the embedded data in one file: the database and the vectors, as of one moment.

What is in it: the SQLite database, without the addresses of private replies, and Chroma's folder. Settings
and tokens are not in RAGTIME_HOME, or not taken; the local model's graph is made anew.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from sqlalchemy import URL, Engine, create_engine

from bot.migrations import HISTORY as BOT
from knowledge.database import back_up, schema
from knowledge.errors import AdminError
from knowledge.tables import HISTORY as KNOWLEDGE

ABOUT = "backup.json"
DATABASE = "ragtime.db"
VECTORS = "chroma"
# Chroma's own database, without which there are no vectors in its folder.
VECTORS_FILE = "chroma.sqlite3"
FORMAT = 1
HISTORIES = (("bot", BOT), ("knowledge", KNOWLEDGE))
# Vectors hardly become smaller, whatever the effort.
EFFORT = 1
# A search may have Chroma write down what it has learnt since: then its folder is copied once more.
TRIES = 5


class OnAServer(AdminError):
    """The database is on a server, which has its own ways."""


class CannotBackUp(AdminError):
    """The backup cannot be made; the message says why, and what to do."""


class CannotRestore(AdminError):
    """The backup cannot be restored; nothing was changed. The message says why."""


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself; `made_at` is UTC in ISO's format."""

    made_at: str
    ragtime: str
    vectors: bool
    format: int = FORMAT


def database_file(engine: Engine) -> Path:
    """The file of a SQLite database.

    Raises:
        OnAServer: it is none.
    """
    if engine.dialect.name != "sqlite" or not engine.url.database:
        raise OnAServer(
            "DATABASE_URL names a server: back it up and restore it with pg_dump and pg_restore "
            "(docs/operations.md says how)"
        )
    return Path(engine.url.database).absolute()


def save(database: Path, vectors: Path | None, file: Path) -> About:
    """Writes a backup, readable by this user alone. Meanwhile nothing may write to the folder `vectors`.

    The database may be in use. Where a Chroma server has the vectors (None), they are not taken.

    Raises:
        CannotBackUp: there is nothing yet, the file exists, or cannot be written.
    """
    if not database.is_file():
        raise CannotBackUp(f"There is nothing to back up yet: no {database}")
    if file.exists():
        raise CannotBackUp(f"{file} is there already: name another file")
    taken = vectors is not None and (vectors / VECTORS_FILE).is_file()
    about = About(datetime.now(UTC).isoformat(timespec="seconds"), version("ragtime"), taken)
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".ragtime-backup-") as folder:
            copy, packed = Path(folder) / DATABASE, Path(folder) / "packed.zip"
            _copy_database(database, copy)
            if vectors and taken:
                _copy_at_rest(vectors, Path(folder) / VECTORS)
            packed.touch(mode=0o600)
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=EFFORT) as archive:
                archive.writestr(ABOUT, json.dumps(asdict(about), indent=2))
                archive.write(copy, DATABASE)
                for part in sorted((Path(folder) / VECTORS).rglob("*")):
                    archive.write(part, part.relative_to(folder))
            with packed.open("rb") as written:
                os.fsync(written.fileno())
            packed.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise CannotBackUp(f"{file} cannot be written ({error}): nothing is left of it") from error
    return about


@contextmanager
def unpacked(file: Path, home: Path) -> Iterator[tuple[About, Path]]:
    """What a backup says of itself, and a folder in the home with what is in it, checked.

    Raises:
        CannotRestore: it is no backup, is damaged, was made by a newer version, or does not fit on the disk.
    """
    with tempfile.TemporaryDirectory(dir=home, prefix=".ragtime-restore-") as folder:
        try:
            with zipfile.ZipFile(file) as archive:
                about = About(**json.loads(archive.read(ABOUT)))
                if about.format > FORMAT:
                    raise _newer(file, about)
                # Reading a member checks its sum.
                archive.extractall(folder, filter(_is_ours, archive.namelist()))
            _ensure_sound(file, Path(folder) / DATABASE, "the database")
            if about.vectors:
                _ensure_sound(file, Path(folder) / VECTORS / VECTORS_FILE, "the vectors")
        except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, sqlite3.Error) as error:
            raise CannotRestore(f"{file} is no backup of Ragtime, or it is damaged ({error})") from None
        except OSError as error:
            raise CannotRestore(f"{file} cannot be read or unpacked ({error})") from None
        if _made_by_newer(Path(folder) / DATABASE):
            raise _newer(file, about)
        yield about, Path(folder)


def _ensure_sound(file: Path, database: Path, what: str) -> None:
    """Looks whether one of a backup's databases is there and whole.

    Raises:
        CannotRestore: it is not.
        sqlite3.Error: it is no database.
    """
    if not database.is_file() or not database.stat().st_size:
        raise CannotRestore(f"{file} is damaged: {what} that should be in it cannot be found")
    with closing(sqlite3.connect(database)) as connection:
        (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise CannotRestore(f"{file} is damaged: of {what} SQLite says “{state}”")


def _newer(file: Path, about: About) -> CannotRestore:
    return CannotRestore(
        f"{file} was made by a newer version of Ragtime ({about.ragtime}): restore it with that one, or one "
        "after it"
    )


def _made_by_newer(database: Path) -> bool:
    """Whether a version after this one has migrated the database."""
    engine = create_engine(URL.create("sqlite+pysqlite", database=str(database)))
    try:
        with engine.connect() as connection:
            return any(schema(connection, history, name).newer for name, history in HISTORIES)
    finally:
        engine.dispose()


def put_in_place(unpacked: Path, database: Path, vectors: Path) -> Path | None:
    """Puts what was unpacked in place of what is there; returns a copy of the database that was.

    The caller owns the home. Broken off anywhere, it leaves no vectors that do not belong to the
    database: where there are none, the next sync makes them.
    """
    before = back_up(database) if database.is_file() else None
    if vectors.exists():
        vectors.rename(unpacked / "vectors-before")
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    (unpacked / DATABASE).replace(database)
    if (unpacked / VECTORS).is_dir():
        (unpacked / VECTORS).rename(vectors)
    return before


def _copy_database(database: Path, copy: Path) -> None:
    """Copies it while others write, without what must not leave it, and without what was deleted in it."""
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        if target.execute("SELECT 1 FROM sqlite_master WHERE name = 'inbox'").fetchone():
            # Whoever has such an address can write to a person in private.
            target.execute("UPDATE inbox SET response_url = NULL")
            target.commit()
        target.execute("VACUUM")


def _copy_at_rest(folder: Path, copy: Path) -> None:
    """Copies a folder as it was at one moment.

    Raises:
        CannotBackUp: it kept changing.
    """
    for _ in range(TRIES):
        before = _stamps(folder)
        shutil.copytree(folder, copy)
        if _stamps(folder) == before:
            return
        shutil.rmtree(copy)
    raise CannotBackUp(f"{folder} keeps changing: try again in a moment")


def _stamps(folder: Path) -> dict[str, tuple[int, int]]:
    found = {str(file): file.stat() for file in folder.rglob("*") if file.is_file()}
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in found.items()}


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == DATABASE or (parts[:1] == (VECTORS,) and ".." not in parts)
