"""How the command line reaches a bot that runs."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.command_line.control import ADDRESS, NobodyThere, TaskFailed, request
from bot.command_line.control_server import serving
from bot.config import load_settings
from knowledge.database import open_database
from tests.support.knowledge import home_with_model, write

PAGES = {"leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Iterator[Path]:
    """A home whose owner serves."""
    folder = tmp_path_factory.mktemp("control")
    home = home_with_model(folder / "home", model_folder)
    docs = write(folder / "docs", PAGES)
    settings = load_settings({"RAGTIME_HOME": str(home), "RAGTIME_DOCS": str(docs)})
    assistant = Assistant(settings, open_database(settings.database))
    assistant.open()
    with serving(home, assistant):
        yield home
    assistant.stop()


def test_a_task_is_carried_out_by_the_owner_and_its_messages_come_back(home: Path):
    messages = list(request(home, "sync", {}))
    assert "progress" in messages[0]
    assert messages[-1]["result"]["summary"].startswith("1 documents")
    messages = list(request(home, "ask", {"question": "How many days of leave a year?"}))
    assert messages[-1]["result"]["sources"][0]["document"] == "leave.md"


def test_a_task_that_fails_says_why(home: Path):
    rules = home.parent / "docs" / ".ragtime.toml"
    rules.write_text("rule = 7\n")
    try:
        with pytest.raises(TaskFailed, match=r"\.ragtime\.toml: rules are written as"):
            list(request(home, "sync", {}))
    finally:
        rules.unlink()


def test_an_unknown_task_fails_in_words(home: Path):
    with pytest.raises(TaskFailed):
        list(request(home, "forget", {}))


def test_only_the_user_who_runs_the_bot_reaches_it(home: Path):
    socket = Path(json.loads((home / ADDRESS).read_text())["socket"])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("address", [None, "", "{", "{}", '{"socket": "/no/such/socket"}'])
def test_where_nobody_serves_it_says_so(tmp_path: Path, address: str | None):
    if address is not None:
        (tmp_path / ADDRESS).write_text(address)
    with pytest.raises(NobodyThere):
        list(request(tmp_path, "sync", {}))


def test_the_address_is_gone_once_the_owner_stops(tmp_path: Path, model_folder: Path):
    settings = load_settings({"RAGTIME_HOME": str(tmp_path), "RAGTIME_DOCS": str(tmp_path)})
    engine = open_database(settings.database)
    with serving(tmp_path, Assistant(settings, engine)):
        assert (tmp_path / ADDRESS).exists()
    assert not (tmp_path / ADDRESS).exists()
    engine.dispose()
