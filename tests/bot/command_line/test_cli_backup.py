"""`ragtime backup` and `ragtime restore`: what was known and owed is there again, and no secret with it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from bot import inbox
from bot.assistant import Assistant
from bot.command_line.control_server import serving
from bot.config import load_settings
from bot.inbox import Incoming
from bot.records.backup import CannotBackUp, save
from knowledge.home import own
from tests.support.bot_database import bot_database
from tests.support.command import Done, environment, ragtime_here
from tests.support.knowledge import home_with_model, write

PAGES = {
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n",
    "pager.md": "# Pager\n\nThe pager rings for every SEV-1.\n",
}
QUESTION = "When does the pager ring?"
HOOK = "https://hooks.slack.com/commands/T0/1/secret"
ASKED = Incoming("trigger-1", "ask", "C1", "channel", "U1", "T1", "how much leave?", response_url=HOOK)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> dict[str, str]:
    """A home with an index and an inbox, made once."""
    folder = tmp_path_factory.mktemp("backup")
    home = home_with_model(folder / "home", model_folder)
    engine = bot_database(home)
    assert inbox.accept(engine, ASKED)
    engine.dispose()
    (home / "channels.toml").write_text("# settings\n")
    made = environment(home, write(folder / "docs", PAGES))
    assert ragtime_here(made, "sync").returncode == 0
    return made


@pytest.fixture
def there(made: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A copy of it, without the model, which is large."""
    home = tmp_path / "home"
    shutil.copytree(made["RAGTIME_HOME"], home, ignore=shutil.ignore_patterns("models", "*.lock"))
    return environment(home, Path(made["RAGTIME_DOCS"]))


def backup(there: dict[str, str], name: str = "day.ragtime") -> tuple[Done, Path]:
    file = Path(there["HOME"]) / name
    return ragtime_here(there, "backup", str(file)), file


def answered(there: dict[str, str]) -> dict[str, object]:
    done = ragtime_here(there, "ask", "--json", QUESTION)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_was_known_is_known_again_in_another_home(
    made: dict[str, str], tmp_path: Path, model_folder: Path
) -> None:
    before = answered(made)
    done, file = backup(made)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{file}: database and vectors as of 20")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"backup.json", "ragtime.db", "chroma"}
    elsewhere = {**made, "RAGTIME_HOME": str(home_with_model(tmp_path / "other", model_folder))}
    done = ragtime_here(elsewhere, "restore", str(file))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Restored: database and vectors.\n")
    assert answered(elsewhere) == before
    # Nothing had to be embedded: the vectors came along.
    assert "2 unchanged" in ragtime_here(elsewhere, "sync").stdout


def test_a_restore_asks_first_and_keeps_what_was_there(there: dict[str, str]) -> None:
    _, file = backup(there)
    database = Path(there["RAGTIME_HOME"]) / "ragtime.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE inbox SET text = 'since then'")
        connection.commit()
    done = ragtime_here(there, "restore", str(file), typed="n\n")
    assert done.returncode == 1
    assert texts(database) == ["since then"]
    done = ragtime_here(there, "restore", str(file), typed="y\n")
    assert done.returncode == 0, done.stderr
    kept = Path(done.stdout.split("What was there before is in ")[1].strip().rstrip("."))
    assert texts(database) == ["how much leave?"]
    assert texts(kept) == ["since then"]


def texts(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM inbox")]


def test_the_address_of_a_private_reply_is_not_in_it(there: dict[str, str], tmp_path: Path) -> None:
    _, file = backup(there)
    with zipfile.ZipFile(file) as archive:
        held = b"".join(archive.read(name) for name in archive.namelist())
    assert b"how much leave?" in held
    assert b"hooks.slack.com" not in held


def test_a_running_bot_backs_itself_up_and_lets_nobody_restore(there: dict[str, str]) -> None:
    home = Path(there["RAGTIME_HOME"])
    assistant = Assistant(load_settings(there), bot_database(home))
    lock = own(home)
    try:
        with serving(home, assistant):
            done, file = backup(there)
            assert done.returncode == 0, done.stderr
            assert file.is_file()
            done = ragtime_here(there, "restore", "--yes", str(file))
            assert (done.returncode, done.stderr) == (
                1,
                f"{home} is in use by another Ragtime process: stop it first\n",
            )
    finally:
        lock.release()


def test_what_cannot_be_backed_up_or_restored_is_one_line(there: dict[str, str], tmp_path: Path) -> None:
    done, file = backup(there)
    done, _ = backup(there)
    assert (done.returncode, done.stderr) == (1, f"{file} is there already: name another file\n")
    on_a_server = {**there, "DATABASE_URL": "postgresql+psycopg://someone@127.0.0.1:9/ragtime"}
    for command in ("backup", "restore"):
        done = ragtime_here(on_a_server, command, str(tmp_path / "x"))
        assert done.returncode == 1
        assert done.stderr.startswith("DATABASE_URL names a server: back it up and restore it with pg_dump")
    empty = {**there, "RAGTIME_HOME": str(tmp_path / "empty")}
    assert "There is nothing to back up yet" in backup(empty, "empty.ragtime")[0].stderr
    damaged = tmp_path / "damaged"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    for wrong in (bytes(content), content[: len(content) // 2], b"no backup"):
        damaged.write_bytes(wrong)
        before = texts(Path(there["RAGTIME_HOME"]) / "ragtime.db")
        done = ragtime_here(there, "restore", "--yes", str(damaged))
        assert done.returncode == 1
        assert "is no backup of Ragtime, or it is damaged" in done.stderr
        assert texts(Path(there["RAGTIME_HOME"]) / "ragtime.db") == before


def packed_anew(file: Path, statement: str = "", leave_out: str = "-") -> Path:
    """The backup with its database changed, and without the members whose name begins so."""
    changed, database = file.with_name("changed"), file.with_name("changed.db")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "ragtime.db":
                database.write_bytes(content)
                with closing(sqlite3.connect(database)) as connection:
                    connection.execute(statement)
                    connection.commit()
                content = database.read_bytes()
            if not name.startswith(leave_out):
                target.writestr(name, content)
    return changed


@pytest.mark.parametrize("history", ["bot", "knowledge"])
def test_a_backup_of_a_newer_version_is_refused_before_anything_is_changed(
    there: dict[str, str], history: str
) -> None:
    _, file = backup(there)
    newer = packed_anew(file, f"UPDATE alembic_version_{history} SET version_num = '9999'")
    home = Path(there["RAGTIME_HOME"])
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    done = ragtime_here(there, "restore", "--yes", str(newer))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{newer} was made by a newer version of Ragtime (")
    after = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    assert {path for path in after if path.suffix != ".lock"} == {
        path for path in before if path.suffix != ".lock"
    }
    assert all(after[path] == before[path] for path in before)


@pytest.mark.parametrize(("left_out", "what"), [("chroma/", "the vectors"), ("ragtime.db", "the database")])
def test_a_backup_without_what_should_be_in_it_is_refused(
    there: dict[str, str], left_out: str, what: str
) -> None:
    _, file = backup(there)
    lacking = packed_anew(file, leave_out=left_out)
    done = ragtime_here(there, "restore", "--yes", str(lacking))
    assert (done.returncode, done.stderr) == (
        1,
        f"{lacking} is damaged: {what} that should be in it cannot be found\n",
    )
    home = Path(there["RAGTIME_HOME"])
    assert (home / "chroma").is_dir()
    assert texts(home / "ragtime.db")


def test_a_backup_whose_vectors_are_no_chroma_s_is_refused(there: dict[str, str]) -> None:
    _, file = backup(there)
    with zipfile.ZipFile(packed_anew(file, leave_out="chroma/"), "a") as archive:
        archive.writestr("chroma/chroma.sqlite3", b"garbage" * 100)
    done = ragtime_here(there, "restore", "--yes", str(file.with_name("changed")))
    assert done.returncode == 1
    assert "is no backup of Ragtime, or it is damaged (file is not a database)" in done.stderr


def test_a_backup_from_before_the_first_sync_can_be_restored(there: dict[str, str]) -> None:
    folder = Path(there["RAGTIME_HOME"]) / "chroma"
    shutil.rmtree(folder)
    folder.mkdir()
    save(folder.parent / "ragtime.db", folder, file := folder.parent / "early.ragtime")
    done = ragtime_here(there, "restore", "--yes", str(file))
    assert "Restored: the next sync makes the vectors anew." in done.stdout, done.stderr


def test_a_backup_that_names_a_path_outside_is_not_followed(there: dict[str, str], tmp_path: Path) -> None:
    _, file = backup(there)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("chroma/../../../escaped", "gotcha")
        archive.writestr("channels.toml", "[default]\nquiet = true\n")
    done = ragtime_here(there, "restore", "--yes", str(file))
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("escaped"))
    assert (Path(there["RAGTIME_HOME"]) / "channels.toml").read_text() == "# settings\n"


@pytest.fixture
def restless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of vectors of which something is written whenever it is copied."""
    folder = tmp_path / "chroma"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"0")
    copytree = shutil.copytree

    def copy(source: Path, target: Path) -> None:
        copytree(source, target)
        with (folder / "chroma.sqlite3").open("ab") as file:
            file.write(b"1")

    monkeypatch.setattr(shutil, "copytree", copy)
    return folder


def test_vectors_that_change_meanwhile_are_not_taken_for_whole(restless: Path, tmp_path: Path) -> None:
    bot_database(tmp_path).dispose()
    with pytest.raises(CannotBackUp, match="keeps changing"):
        save(tmp_path / "ragtime.db", restless, tmp_path / "x.ragtime")
    assert not (tmp_path / "x.ragtime").exists()
