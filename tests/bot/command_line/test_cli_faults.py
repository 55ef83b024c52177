"""What is broken around the bot is told by every command in one line with what to do, not a traceback."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest

from tests.support.bot_database import bot_database
from tests.support.command import environment, ragtime_here
from tests.support.knowledge import home_with_model, write

# Each with a port where nobody listens.
POSTGRES = "postgresql://ragtime:fake-password@127.0.0.1:9/ragtime"
CHROMA = "http://127.0.0.1:9"

SYNC, ASK, RUN = ("sync",), ("ask", "Where?"), ("run",)
INBOX, USAGE = ("inbox", "list"), ("usage",)


@pytest.fixture
def there(tmp_path: Path, model_folder: Path) -> dict[str, str]:
    """The environment of a new home."""
    docs = write(tmp_path / "docs", {"leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n"})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return environment(home_with_model(tmp_path / "home", model_folder), docs, PORT=str(port))


def line_of(environment: dict[str, str], *arguments: str) -> str:
    """The one line that a command ends with; `run` does not say before that it is there to be asked."""
    done = ragtime_here(environment, *arguments)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (1, "", 1), done
    return lines[0]


@pytest.mark.parametrize("command", [SYNC, ASK, RUN, INBOX, USAGE])
def test_a_damaged_database(there: dict[str, str], command: tuple[str, ...]) -> None:
    file = Path(there["RAGTIME_HOME"]) / "ragtime.db"
    file.write_bytes(b"this is a letter, not a database" * 100)
    line = line_of(there, *command)
    assert line.startswith(f"The database {file} cannot be used (file is not a database): ")
    assert "move it away" in line


@pytest.mark.parametrize(
    ("command", "history"), [(SYNC, "knowledge"), (RUN, "knowledge"), (USAGE, "bot"), (INBOX, "bot")]
)
def test_a_database_of_a_newer_version(there: dict[str, str], command: tuple[str, ...], history: str) -> None:
    file = Path(there["RAGTIME_HOME"]) / "ragtime.db"
    with sqlite3.connect(file) as connection:
        connection.execute(f"CREATE TABLE alembic_version_{history} (version_num VARCHAR(32) NOT NULL)")
        connection.execute(f"INSERT INTO alembic_version_{history} VALUES ('9999')")
    connection.close()
    assert line_of(there, *command).startswith(f"The database {file} was made by a newer version of Ragtime")


@pytest.mark.parametrize("command", [SYNC, ASK, RUN, INBOX, USAGE])
def test_a_database_server_that_is_not_there(there: dict[str, str], command: tuple[str, ...]) -> None:
    line = line_of({**there, "DATABASE_URL": POSTGRES}, *command)
    assert line.startswith("The database at postgresql+psycopg://ragtime:***@127.0.0.1:9/ragtime cannot be ")
    assert line.endswith("start it, or correct DATABASE_URL")
    assert "fake-password" not in line


@pytest.mark.parametrize("command", [SYNC, ("doctor",)])
def test_an_address_that_is_shown_as_an_example_is_whole(
    there: dict[str, str], command: tuple[str, ...]
) -> None:
    done = ragtime_here({**there, "DATABASE_URL": "nonsense"}, *command)
    assert (
        "rite it like postgresql+psycopg://user:password@host/database or sqlite:"
        in done.stdout + done.stderr
    )


@pytest.mark.parametrize("command", [SYNC, RUN])
def test_a_chroma_server_that_is_not_there(there: dict[str, str], command: tuple[str, ...]) -> None:
    line = line_of({**there, "CHROMA_URL": CHROMA}, *command)
    assert line.startswith(f"Chroma at {CHROMA} cannot be used (")
    assert "correct CHROMA_URL" in line


def test_a_named_file_of_settings_by_channel_that_is_not_there(there: dict[str, str]) -> None:
    line = line_of({**there, "RAGTIME_CHANNELS": "/nope.toml"}, *RUN)
    assert line.startswith("RAGTIME_CHANNELS names /nope.toml, which is not there: correct it, or unset it")


def test_a_new_home_is_made_by_a_migration_too(there: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    done = ragtime_here({**there, "RAGTIME_HOME": str(home)}, "migrate")
    assert (done.returncode, done.stdout) == (0, "The database is brought up.\n"), done.stderr
    assert (home / "ragtime.db").is_file()


def test_a_damaged_store_of_vectors(there: dict[str, str]) -> None:
    folder = Path(there["RAGTIME_HOME"]) / "chroma"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"this is a letter, not a database" * 100)
    line = line_of(there, *SYNC)
    assert line.startswith(f"Chroma at {folder} cannot be used (")
    assert "move that folder away" in line


@pytest.mark.parametrize("command", [SYNC, RUN, INBOX, USAGE])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://me@127.0.0.1:9/x?colour=red", 'cannot be used (invalid connection option "colour"): '),
        ("postgresql://me@[::1/x", "an IPv6 address stands in [brackets]"),
        ("postgresql://me@127.0.0.1:port/x", "a port is a number"),
        ("postgresql://me:half@fake:password@127.0.0.1/x", "in a password @ is written %40"),
        ("postgresql+asyncpg://me@127.0.0.1/x", "the driver asyncpg is not supported; postgresql+psycopg is"),
    ],
)
def test_an_address_of_a_database_that_is_wrong(
    there: dict[str, str], command: tuple[str, ...], address: str, said: str
) -> None:
    line = line_of({**there, "DATABASE_URL": address}, *command)
    assert said in line
    assert "fake" not in line
    assert "DATABASE_URL" in line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "postgresql://me@host:many/db", "DATABASE_URL cannot be used"),
        ("DATABASE_URL", "mysql://me@host/db", "DATABASE_URL cannot be used (mysql is not supported, SQLite"),
        ("CHROMA_URL", "http://", "CHROMA_URL: "),
        ("CHROMA_URL", "http://host:many", "CHROMA_URL: "),
        (
            "RAGTIME_HOME",
            "/dev/null/home",
            "/dev/null/home cannot be used (not a directory): a file is in its",
        ),
        (
            "RAGTIME_HOME",
            "/dev/null",
            "/dev/null cannot be used (file exists): a file is in its place; set RAG",
        ),
        (
            "RAGTIME_HOME",
            "/proc/home",
            "/proc/home cannot be used (no such file or directory): no folder can be",
        ),
    ],
)
def test_an_address_or_folder_that_is_none(there: dict[str, str], name: str, value: str, said: str) -> None:
    assert line_of({**there, name: value}, *SYNC).startswith(said)


@pytest.mark.parametrize(
    ("command", "limit"),
    [
        (("usage", "--days", "99999999"), "36500"),
        (("forget", "--yes", "--older-than", "99999999"), "36500"),
        (("inbox", "list", "--limit", "9999999999999999999"), "100000"),
    ],
)
def test_a_number_beyond_all_reckoning_is_refused(
    there: dict[str, str], command: tuple[str, ...], limit: str
) -> None:
    bot_database(Path(there["RAGTIME_HOME"])).dispose()
    done = ragtime_here(there, *command)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"Error: Invalid value for '{command[-2]}': ")
    assert limit in done.stderr.splitlines()[-1]
    assert ragtime_here(there, *command[:-1], limit).returncode == 0
