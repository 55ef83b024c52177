"""The embeddings' server is away: words alone are searched, and people and the admin are told so."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from bot.assembly import Assembly
from bot.assistant import Assistant
from bot.config import Settings, load_settings
from bot.doctor import knowledge_checks
from bot.playground import people
from bot.telemetry.logged_syncs import LoggedSyncs
from chains.search import WORDS_ALONE
from tests.support.bot import running_bot
from tests.support.bot_database import bot_database
from tests.support.command import environment, ragtime_here
from tests.support.knowledge import home_with_model, write
from tests.support.manifest import EVENTS, SCOPES
from tests.support.openai_server import Fail, OpenAIServer
from tests.support.slack import LocalSlack

WRONG_KEY = Fail(401, "invalid_api_key", "Incorrect API key provided")
NO_CREDIT = Fail(
    429, "insufficient_quota", "You exceeded your current quota", headers={"retry-after-ms": "1"}
)
PAGES = {
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n",
    "pager.md": "# Pager\n\nThe pager is red.\n",
}
LEAVE = "@Ragtime how many days of leave does everybody have?"
ZEBRA = "@Ragtime where does the zebra live?"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setattr("knowledge.embeddings.openai.PAUSE_S", 0.0)
    with OpenAIServer(WRONG_KEY) as server:
        yield server


@pytest.fixture
def there(tmp_path: Path, model_folder: Path, server: OpenAIServer) -> dict[str, str]:
    """The environment of a new home whose embeddings come from the server."""
    home = home_with_model(tmp_path / "home", model_folder)
    return environment(
        home,
        write(tmp_path / "docs", PAGES),
        OPENAI_API_KEY="sk-fake-1",
        OPENAI_BASE_URL=server.base_url,
        RAGTIME_EMBEDDINGS="openai",
    )


@pytest.fixture
def settings(there: dict[str, str]) -> Settings:
    return load_settings(there)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture
def assistant(settings: Settings) -> Iterator[Assistant]:
    assistant = Assistant(settings, bot_database(settings.ragtime_home))
    yield assistant
    assistant.stop()


@pytest.fixture
def bot(slack: LocalSlack, assistant: Assistant, settings: Settings) -> Iterator[Assembly]:
    with running_bot(slack, settings.ragtime_home, assistant) as bot:
        yield bot


def said(slack: LocalSlack, question: str) -> str:
    """All that is shown in reply to a question."""
    reply = slack.wait_for_reply(slack.say(question, "C0GENERAL"))
    return reply["markdown"] + str(reply.get("blocks", ""))


@pytest.mark.usefixtures("bot")
def test_from_the_first_sync_on(
    slack: LocalSlack, server: OpenAIServer, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    server.embeddings = [WRONG_KEY]
    assistant.keep_in_sync(LoggedSyncs())
    answer = said(slack, LEAVE)
    assert "Everybody has thirty days of leave a year." in answer
    assert WORDS_ALONE in answer
    refusal = said(slack, ZEBRA)
    assert words.REFUSAL in refusal
    assert WORDS_ALONE in refusal
    people.run_command(slack.workspace, "U0YOU", "C0GENERAL", "/docs", "leave")
    (listed,) = slack.wait_for_private()
    assert "among 2 documents that you may read" in str(listed)
    people.open_app(slack.workspace, "U0YOU", "home")
    home = slack.wait_until(lambda: slack.workspace.home("U0YOU"))
    assert "I know *2 documents* that you may read, last looked through" in str(home)
    (told,) = [record for record in caplog.records if "Vectors are missing" in record.getMessage()]
    assert (told.levelno, "Incorrect API key" in told.getMessage()) == (logging.ERROR, True)
    server.embeddings = [None]
    assistant.sync(lambda _: None)
    assert WORDS_ALONE not in said(slack, LEAVE)
    assert WORDS_ALONE not in said(slack, ZEBRA)


@pytest.mark.usefixtures("bot")
def test_once_an_index_is_there(
    slack: LocalSlack, server: OpenAIServer, assistant: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    assistant.sync(lambda _: None)
    assert WORDS_ALONE not in said(slack, LEAVE)
    server.embeddings = [NO_CREDIT]
    answer = said(slack, LEAVE)
    assert "Everybody has thirty days of leave a year." in answer
    assert WORDS_ALONE in answer
    assert WORDS_ALONE in said(slack, ZEBRA)
    assert any("You exceeded your current quota" in record.getMessage() for record in caplog.records)


def test_in_the_middle_of_a_sync_as_the_command_line_and_the_doctor_tell_it(
    there: dict[str, str], settings: Settings, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.sync.BATCH", 1)
    server.embeddings = [None, NO_CREDIT]
    done = ragtime_here(there, "sync")
    assert (done.returncode, done.stdout.split(" (")[0]) == (1, "2 documents")
    assert done.stderr.startswith("Vectors are missing: openai:text-embedding-3-small did not embed: ")
    assert done.stderr.count("\n") == 1
    (finding,) = knowledge_checks.index(settings)
    assert finding.status == "warning"
    assert "2 documents" in finding.found
    assert "You exceeded your current quota" in finding.found
    asked = json.loads(ragtime_here(there, "ask", "How many days of leave a year?", "--json").stdout)
    assert "Everybody has thirty days of leave a year." in asked["answer"]
    assert WORDS_ALONE in asked["notice"]
    server.embeddings = [None]
    asked = json.loads(ragtime_here(there, "ask", "How many days of leave a year?", "--json").stdout)
    assert WORDS_ALONE not in asked["notice"]
    (finding,) = knowledge_checks.index(settings)
    assert "Vectors are missing" not in finding.found
