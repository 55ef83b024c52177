"""The doctor, on real parts: a local Slack, a local model server, SQLite, Chroma, and what can be wrong."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import disk
from bot.config import Settings, load_settings
from bot.doctor import (
    CHECKS,
    Finding,
    examine,
    knowledge_checks,
    machine,
    models,
    run_checks,
    slack,
    storage,
    variables,
)
from knowledge.database import migrate, open_database
from knowledge.embeddings.choice import EmbedderSettings
from knowledge.home import own
from knowledge.opening import open_index
from knowledge.sync import sync_folder
from knowledge.tables import HISTORY
from tests.support.bot_database import bot_database
from tests.support.chroma import chroma_server
from tests.support.command import Done, ragtime_here
from tests.support.openai_server import OpenAIServer
from tests.support.slack import LocalSlack

KEY = "sk-never-shown"


@pytest.fixture
def home(tmp_path: Path, model_folder: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(model_folder)
    return folder


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "paging.md").write_text("# Paging\n\nAnswer a page within five minutes.\n")
    return folder


@pytest.fixture
def environment(home: Path, docs: Path) -> dict[str, str]:
    return {"RAGTIME_HOME": str(home), "RAGTIME_DOCS": str(docs)}


@pytest.fixture(scope="module")
def workspace() -> Iterator[LocalSlack]:
    """A local Slack in which the app has the manifest's scopes."""
    with LocalSlack(scopes=slack.wanted_scopes()) as local:
        yield local


@pytest.fixture(scope="module")
def model_server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def in_slack(local: LocalSlack, **others: str) -> Settings:
    tokens = {"SLACK_BOT_TOKEN": local.secrets.bot_token, "SLACK_APP_TOKEN": local.secrets.app_token}
    return load_settings(tokens | {"SLACK_API_URL": local.api_url} | others)


def with_model(server: OpenAIServer, environment: dict[str, str], **others: str) -> Settings:
    return load_settings(environment | {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url} | others)


def sync(settings: Settings) -> None:
    """Indexes the documents as a bot does that has this home."""
    lock = own(settings.ragtime_home)
    engine = bot_database(settings.ragtime_home)
    chosen = EmbedderSettings(settings.ragtime_embeddings, KEY, settings.openai_base_url)
    index = open_index(settings.ragtime_home, engine, None, chosen)
    sync_folder(index, settings.ragtime_docs, None, lambda _: None)
    engine.dispose()
    lock.release()


def about(subject: str, findings: Iterable[Finding]) -> Finding:
    found = {finding.subject: finding for finding in findings}
    assert subject in found, f"nothing about {subject}, but about {', '.join(found)}"
    return found[subject]


def closed_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


# All of it


def test_where_all_is_well_nothing_is_to_be_done(
    workspace: LocalSlack, model_server: OpenAIServer, environment: dict[str, str]
) -> None:
    settings = in_slack(
        workspace,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=model_server.base_url,
        RAGTIME_EMBEDDINGS="openai:text-embedding-3-small",
        **environment,
    )
    sync(settings)

    findings = examine(settings)

    assert [finding for finding in findings if finding.failed] == []
    assert about("Slack bot token", findings).found.startswith("@ragtime in Playground")
    assert about("Slack scopes", findings).status == "ok"
    assert about("Slack app token", findings).status == "ok"
    assert about("Clock", findings).found == "agrees with Slack's"
    assert about("Database", findings).found.endswith("opens, can be written to")
    assert about("Chroma", findings).found.startswith("embedded, 2 collections")
    assert about("Local embedder", findings).status == "ok"
    assert "8 dimensions" in about("Embeddings", findings).found
    assert about("Model", findings).status == "ok"
    assert about("Index", findings).found.startswith("1 documents, last sync")


def test_secrets_are_never_shown(workspace: LocalSlack, environment: dict[str, str]) -> None:
    settings = in_slack(
        workspace, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{closed_address()}/v1", **environment
    )
    shown = json.dumps([finding.as_dict() for finding in examine(settings)])
    for secret in (KEY, workspace.secrets.bot_token, workspace.secrets.app_token):
        assert secret not in shown
    assert "OPENAI_API_KEY" in shown


def test_the_command_prints_json_and_its_exit_status_says_whether_anything_failed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    def doctor(**others: str) -> Done:
        return ragtime_here({"HOME": str(tmp_path), **environment, **others}, "doctor", "--json")

    well = doctor()
    assert well.returncode == 0, well.stderr
    findings = json.loads(well.stdout)
    assert {"subject", "status", "found", "advice"} == set(findings[0])
    tokens = next(each for each in findings if each["subject"] == "Slack bot token")
    assert (tokens["status"], tokens["found"]) == ("skipped", "not set: playground mode")

    ill = doctor(RAGTIME_DOCS=str(tmp_path / "nowhere"))
    assert ill.returncode == 1
    assert "Traceback" not in ill.stderr
    assert [each["subject"] for each in json.loads(ill.stdout) if each["status"] == "failed"] == ["Documents"]


def test_a_check_that_breaks_or_hangs_hides_no_other() -> None:
    released = threading.Event()

    def breaks(_: Settings) -> list[Finding]:
        raise RuntimeError("no such luck\nTraceback")

    def hangs(_: Settings) -> list[Finding]:
        released.wait()
        return []

    def works(_: Settings) -> list[Finding]:
        return [Finding("Third", "ok", "fine")]

    checks = (("First", breaks), ("Second", hangs), ("Third", works))
    try:
        findings = run_checks(checks, load_settings({}), patience=0.5)
    finally:
        released.set()
    assert [(each.subject, each.status) for each in findings] == [
        ("First", "failed"),
        ("Second", "failed"),
        ("Third", "ok"),
    ]
    assert findings[0].found == "RuntimeError: no such luck"


# Slack


def test_a_wrong_bot_token_is_named_with_where_to_copy_it_from(workspace: LocalSlack) -> None:
    settings = in_slack(workspace).model_copy(update={"slack_bot_token": SecretStr("xoxb-wrong")})
    findings = list(slack.slack(settings))
    finding = about("Slack bot token", findings)
    assert finding.failed
    assert "invalid_auth" in finding.found
    assert "OAuth & Permissions" in finding.advice
    assert about("Slack scopes", findings).status == "skipped"
    assert about("Slack app token", findings).status == "ok"


def test_a_wrong_app_token_is_named_with_how_to_make_one(workspace: LocalSlack) -> None:
    finding = about("Slack app token", slack.slack(in_slack(workspace, SLACK_APP_TOKEN="xapp-wrong")))
    assert finding.failed
    assert "connections:write" in finding.advice


def test_missing_scopes_are_named() -> None:
    few = slack.wanted_scopes() - {"users:read", "chat:write"}
    with LocalSlack(scopes=few) as local:
        finding = about("Slack scopes", slack.slack(in_slack(local)))
    assert finding.failed
    assert finding.found == "missing: chat:write, users:read"
    assert "reinstall" in finding.advice


def test_an_unreachable_slack_is_told_from_a_refusing_one() -> None:
    settings = load_settings(
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": closed_address()}
    )
    finding = about("Slack bot token", slack.slack(settings))
    assert finding.failed
    assert "cannot be reached" in finding.found
    assert "HTTPS_PROXY" in finding.advice


def test_a_slack_that_fails_is_to_be_tried_again(workspace: LocalSlack) -> None:
    workspace.fail_next("auth.test", status=503)
    finding = about("Slack bot token", slack.slack(in_slack(workspace)))
    assert finding.failed
    assert "503" in finding.found
    assert finding.advice.startswith("Try again")


def test_events_are_left_to_the_eye(workspace: LocalSlack) -> None:
    finding = about("Slack events", slack.slack(in_slack(workspace)))
    assert finding.status == "skipped"
    assert "slack-manifest.yaml" in finding.advice


@pytest.mark.parametrize(
    ("secret", "status"),
    [("0123456789abcdef0123456789abcdef", "ok"), ("xoxb-not-this-one", "failed"), (None, "skipped")],
)
def test_a_signing_secret_has_a_form(secret: str | None, status: str) -> None:
    assert slack.signing_secret(SecretStr(secret) if secret else None).status == status


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, "ok"), (-59, "ok"), (61, "warning"), (-290, "failed"), (290, "failed")]
)
def test_clocks_may_differ_a_little(seconds: int, status: str) -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    theirs = format_datetime(now - timedelta(seconds=seconds), usegmt=True)
    assert slack.clock(theirs, now, signed=True).status == status


def test_where_nothing_is_signed_a_wrong_clock_makes_nobody_deaf() -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    theirs = format_datetime(now - timedelta(hours=1), usegmt=True)
    assert slack.clock(theirs, now, signed=False).status == "warning"


def test_no_date_is_no_fault() -> None:
    assert slack.clock("", datetime.now(UTC), signed=True).status == "skipped"


# Where data live


def test_a_new_home_is_no_fault(tmp_path: Path) -> None:
    settings = load_settings({"RAGTIME_HOME": str(tmp_path / "new" / "home")})
    findings = [*storage.home(settings), *storage.database(settings), *storage.chroma(settings)]
    assert {finding.status for finding in findings} == {"ok"}
    assert not (tmp_path / "new").exists()


def test_a_home_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    finding = about("Home", storage.home(load_settings({"RAGTIME_HOME": str(tmp_path / "home")})))
    assert finding.failed
    assert "RAGTIME_HOME" in finding.advice


def test_a_home_in_which_nothing_can_be_written_is_no_fault_of_the_model() -> None:
    settings = load_settings({"RAGTIME_HOME": "/dev/null/home"})
    told = about("Home", storage.home(settings))
    assert (told.found, told.advice) == (
        "/dev/null/home cannot be used (not a directory)",
        "A file is in its place; set RAGTIME_HOME to another folder",
    )
    finding = about("Local embedder", models.embedder(settings))
    assert finding.failed
    assert finding.advice == "See the home's line above"


def test_a_home_in_use_by_a_running_bot_is_no_fault(environment: dict[str, str], home: Path) -> None:
    (home / "chroma").mkdir()
    lock = own(home)
    try:
        finding = about("Chroma", storage.chroma(load_settings(environment)))
    finally:
        lock.release()
    assert finding.status == "ok"
    assert "in use by a running Ragtime" in finding.found


def test_a_home_whose_lock_cannot_be_taken_is_a_fault(environment: dict[str, str], home: Path) -> None:
    (home / "chroma").mkdir()
    (home / "owner.lock").mkdir()
    finding = about("Chroma", storage.chroma(load_settings(environment)))
    assert finding.failed
    assert "RAGTIME_HOME" in finding.advice


def test_the_home_is_free_again_after_the_look(environment: dict[str, str], home: Path) -> None:
    settings = load_settings(environment)
    (home / "chroma").mkdir()
    assert about("Chroma", storage.chroma(settings)).status == "ok"
    own(home).release()


def test_a_file_that_is_no_database_is_a_fault(environment: dict[str, str], home: Path) -> None:
    (home / "ragtime.db").write_bytes(b"this is a letter, not a database" * 100)
    finding = about("Database", storage.database(load_settings(environment)))
    assert finding.failed
    assert "not a database" in finding.found


def test_a_database_of_a_newer_version_is_a_fault(environment: dict[str, str], home: Path) -> None:
    with sqlite3.connect(home / "ragtime.db") as connection:
        connection.execute("CREATE TABLE alembic_version_bot (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version_bot VALUES ('9999')")
    connection.close()
    finding = about("Database", storage.database(load_settings(environment)))
    assert finding.failed
    assert "newer version" in finding.found


def test_a_migration_that_broke_off_is_a_fault(environment: dict[str, str], home: Path) -> None:
    with sqlite3.connect(home / "ragtime.db") as connection:
        connection.execute("CREATE TABLE documents (id INTEGER)")
    connection.close()
    finding = about("Database", storage.database(load_settings(environment)))
    assert finding.failed
    assert "half-way" in finding.found


def test_an_empty_database_gets_its_tables_later(environment: dict[str, str], home: Path) -> None:
    sqlite3.connect(home / "ragtime.db").close()
    finding = about("Database", storage.database(load_settings(environment)))
    assert finding.status == "ok"
    assert "at the next start" in finding.found


def test_the_playground_needs_none_of_the_bots_tables(
    environment: dict[str, str], home: Path, workspace: LocalSlack
) -> None:
    engine = open_database(f"sqlite:///{home / 'ragtime.db'}")
    migrate(engine, HISTORY, "knowledge")
    engine.dispose()
    finding = about("Database", storage.database(load_settings(environment)))
    assert "at the next start" not in finding.found
    assert finding.found.endswith("the documents are in it, and what is said in the playground is not")
    assert (
        "at the next start" in about("Database", storage.database(in_slack(workspace, **environment))).found
    )


def test_a_locked_database_is_a_fault(
    environment: dict[str, str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.database.BUSY_TIMEOUT_MS", 50)
    holder = sqlite3.connect(home / "ragtime.db")
    holder.execute("PRAGMA journal_mode = WAL")
    holder.execute("BEGIN IMMEDIATE")
    try:
        finding = about("Database", storage.database(load_settings(environment)))
    finally:
        holder.close()
    assert finding.failed
    assert "locked" in finding.found


def test_the_look_leaves_nothing_in_the_database(environment: dict[str, str], home: Path) -> None:
    sqlite3.connect(home / "ragtime.db").close()
    list(storage.database(load_settings(environment)))
    with sqlite3.connect(home / "ragtime.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()
    assert not list(home.glob("doctor-*"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://me:secret@127.0.0.1:9/ragtime", "postgresql://me:***@127.0.0.1:9/ragtime: connection"),
        ("mysql://db/ragtime", "mysql is not supported, SQLite and PostgreSQL are"),
        ("postgresql://db:many/ragtime", "a port is a number"),
        ("postgresql://me@[::1/ragtime", "an IPv6 address stands in [brackets]"),
        ("postgresql+asyncpg://me@db/ragtime", "the driver asyncpg is not supported; postgresql+psycopg is"),
        ("postgresql://me@127.0.0.1:9/x?colour=red", 'invalid connection option "colour"'),
        ("ragtime.db", "no SQLAlchemy URL"),
        ("sqlite:////no/such/folder/x.db", "there is no folder"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(url: str, words: str) -> None:
    checks = (("Database", storage.database),)
    finding = about("Database", run_checks(checks, load_settings({"DATABASE_URL": url}), patience=30))
    assert finding.failed
    assert words in finding.found


def test_a_chroma_server_is_asked_for_its_version(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "chroma") as server:
        finding = about("Chroma", storage.chroma(load_settings({"CHROMA_URL": server.url})))
    assert finding.status == "ok"
    assert f"server at {server.url}" in finding.found


def test_a_chroma_server_that_is_not_there_is_a_fault() -> None:
    finding = about("Chroma", storage.chroma(load_settings({"CHROMA_URL": closed_address()})))
    assert finding.failed
    assert "CHROMA_URL" in finding.advice


def test_a_database_on_a_server_is_looked_at_likewise(postgres: str) -> None:
    settings = load_settings({"DATABASE_URL": postgres})
    finding = about("Database", storage.database(settings))
    assert finding.status == "ok"
    assert finding.found.endswith("opens, can be written to; gets this version's tables at the next start")
    assert about("Index", knowledge_checks.index(settings)).found.startswith("none yet")


# Models


def test_a_model_that_is_soon_shut_down_is_a_warning_with_the_date(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = date.today() + timedelta(days=60)
    listed = [{"id": "old-model", "object": "model", "shutdown_date": end.isoformat()}]
    monkeypatch.setattr("tests.support.openai_server.MODELS", listed)
    with OpenAIServer() as server:
        finding = about(
            "Model", models.chat_model(with_model(server, environment, RAGTIME_MODEL="old-model"))
        )
    assert finding.status == "warning"
    assert end.isoformat() in finding.found
    assert "RAGTIME_MODEL" in finding.advice


@pytest.mark.parametrize(
    ("shutdown", "status"),
    [
        (None, "ok"),
        ("2027-03-26", "ok"),
        ("2027-03-25", "warning"),
        ("2026-11-25", "failed"),
        ("2025-01-01", "failed"),
        ("some day", "ok"),
    ],
)
def test_retirement_counts_within_120_days(shutdown: str | None, status: str) -> None:
    assert models.retirement("m", shutdown, date(2026, 11, 25)).status == status


def test_a_model_that_the_server_lacks_is_named_with_those_it_has(
    model_server: OpenAIServer, environment: dict[str, str]
) -> None:
    finding = about("Model", models.chat_model(with_model(model_server, environment, RAGTIME_MODEL="gone")))
    assert finding.failed
    assert "gpt-6-luna" in finding.advice


def test_a_model_server_that_is_not_there_is_a_fault(environment: dict[str, str]) -> None:
    settings = load_settings(environment | {"OPENAI_BASE_URL": f"{closed_address()}/v1"})
    finding = about("Model", models.chat_model(settings))
    assert finding.failed
    assert "cannot be reached" in finding.found
    assert "OPENAI_BASE_URL" in finding.advice


def test_openai_that_cannot_be_reached_is_a_matter_of_the_network(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", closed_address())
    finding = about("Model", models.chat_model(load_settings(environment | {"OPENAI_API_KEY": KEY})))
    assert finding.failed
    assert "cannot be reached" in finding.found
    assert "HTTPS_PROXY" in finding.advice
    assert "OPENAI_BASE_URL" not in finding.advice


def test_a_page_that_is_no_model_server_is_a_fault(
    workspace: LocalSlack, environment: dict[str, str]
) -> None:
    settings = load_settings(environment | {"OPENAI_BASE_URL": f"{workspace.url}/nothing"})
    assert about("Model", models.chat_model(settings)).status == "warning"


def test_without_a_model_answers_are_quoted(environment: dict[str, str]) -> None:
    finding = about("Model", models.chat_model(load_settings(environment)))
    assert finding.status == "skipped"
    assert "quoted" in finding.found


def test_an_unknown_provider_is_a_fault(environment: dict[str, str]) -> None:
    settings = load_settings(environment | {"RAGTIME_MODEL": "nobody:nothing"})
    assert about("Model", models.chat_model(settings)).failed


def test_an_unknown_embedder_is_a_fault(environment: dict[str, str]) -> None:
    settings = load_settings(environment | {"RAGTIME_EMBEDDINGS": "word2vec"})
    finding = about("Embeddings", models.embedder(settings))
    assert finding.failed
    assert "word2vec" in finding.found


def test_embeddings_that_do_not_come_are_a_fault(environment: dict[str, str]) -> None:
    settings = load_settings(
        environment | {"OPENAI_BASE_URL": f"{closed_address()}/v1", "RAGTIME_EMBEDDINGS": "openai"}
    )
    finding = about("Embeddings", models.embedder(settings))
    assert finding.failed
    assert "words alone" in finding.advice


# Variables


def test_all_malformed_variables_are_told_and_the_rest_is_examined(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.CHECKS", [check for check in CHECKS if check[0] != "Embedder"])
    there = {"HOME": environment["RAGTIME_HOME"], **environment}
    broken = {
        "SLACK_BOT_TOKEN": "xapp-fake-1",
        "PORT": "many",
        "DATABASE_URL": "nonsense",
        "RAGTIME_DOC": "x",
    }
    done = ragtime_here(there | broken, "doctor", "--json")
    findings = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (1, "")
    assert findings["SLACK_BOT_TOKEN"]["found"].endswith("which belongs into SLACK_APP_TOKEN")
    assert findings["PORT"]["advice"] == "Write a number from 1 to 65535, not “many”"
    assert findings["Database"]["status"] == "failed"
    assert findings["RAGTIME_DOC"]["advice"].startswith("Did you mean RAGTIME_DOCS?")
    assert findings["Documents"]["status"] == "ok"
    assert "Slack bot token" not in findings
    assert "fake-1" not in done.stdout


def test_names_that_nothing_reads_are_told_where_they_may_be_meant_for_us() -> None:
    found = variables.unread(("RAGTIME_COLOUR", "OPENAI_APIKEY", "PATH"), ("DATABASE_URI", "PORTS_OF_CALL"))
    assert [finding.subject for finding in found] == ["DATABASE_URI", "RAGTIME_COLOUR"]


# Knowledge


def test_a_rule_that_matches_no_document_is_a_warning(environment: dict[str, str], docs: Path) -> None:
    (docs / ".ragtime.toml").write_text(
        '[[rule]]\npath = "peple/**"\naudience = "group:hr"\n[[rule]]\npath = "*.md"\nmodel = false\n'
    )
    finding = about("Path rules", knowledge_checks.folder(load_settings(environment)))
    assert finding.status == "warning"
    assert finding.found == "1 of 2 in .ragtime.toml match no document: peple/**"


def test_files_that_could_not_be_read_are_named_with_the_reason(
    environment: dict[str, str], docs: Path
) -> None:
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    settings = load_settings(environment | {"RAGTIME_EMBEDDINGS": "local"})
    sync(settings)
    finding = about("Unreadable files", knowledge_checks.index(settings))
    assert finding.status == "warning"
    assert finding.found.startswith("broken.pdf: it is damaged, or no PDF")


def test_an_index_of_another_folder_is_a_warning(
    environment: dict[str, str], docs: Path, tmp_path: Path
) -> None:
    local = environment | {"RAGTIME_EMBEDDINGS": "local"}
    sync(load_settings(local))
    (tmp_path / "other").mkdir()
    other = load_settings(local | {"RAGTIME_DOCS": str(tmp_path / "other")})
    finding = about("Index", knowledge_checks.index(other))
    assert finding.status == "warning"
    assert finding.found == f"1 documents, of another folder: {docs}"


def test_rules_that_cannot_be_read_are_a_fault(environment: dict[str, str], docs: Path) -> None:
    (docs / ".ragtime.toml").write_text('[[rule]]\npath = "people/**"\naudiance = "group:hr"\n')
    finding = about("Path rules", knowledge_checks.folder(load_settings(environment)))
    assert finding.failed
    assert "audiance" in finding.found


def test_files_that_are_left_out_are_named(environment: dict[str, str], docs: Path) -> None:
    (docs / "away.md").symlink_to("/etc/hostname")
    finding = about("Documents", knowledge_checks.folder(load_settings(environment)))
    assert finding.status == "warning"
    assert "away.md" in finding.found


def test_a_folder_without_documents_is_a_warning(environment: dict[str, str], docs: Path) -> None:
    (docs / "paging.md").unlink()
    finding = about("Documents", knowledge_checks.folder(load_settings(environment)))
    assert finding.status == "warning"


def test_documents_that_are_to_stay_in_but_were_embedded_elsewhere_are_a_warning(
    model_server: OpenAIServer, environment: dict[str, str], docs: Path
) -> None:
    (docs / "keys.md").write_text("---\nmodel: false\n---\n# Keys\n\nThe key is under the mat.\n")
    settings = with_model(model_server, environment, RAGTIME_EMBEDDINGS="openai")
    sync(settings)
    finding = about("Index", knowledge_checks.index(settings))
    assert finding.status == "warning"
    assert "RAGTIME_EMBEDDINGS=local" in finding.advice


def test_an_index_before_its_first_sync_is_no_fault(environment: dict[str, str]) -> None:
    finding = about("Index", knowledge_checks.index(load_settings(environment)))
    assert finding.status == "ok"
    assert "none yet" in finding.found


# The machine


def test_little_room_is_a_warning() -> None:
    assert machine.room(disk.FULL - 1, Path("home")).status == "failed"
    assert machine.room(disk.LOW - 1, Path("home")).status == "warning"
    assert machine.room(disk.LOW, Path("home")).status == "ok"
    assert machine.memory(machine.LOW_MEMORY - 1).status == "warning"
    assert machine.memory(machine.LOW_MEMORY).status == "ok"


def test_a_certificate_file_that_is_not_there_is_a_fault() -> None:
    finding = machine.certificates({"SSL_CERT_FILE": "/no/such/bundle.pem"})
    assert finding.failed
    assert "SSL_CERT_FILE" in finding.found


def test_a_bundle_for_requests_alone_is_a_warning(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    assert machine.certificates({"REQUESTS_CA_BUNDLE": str(bundle)}).status == "warning"
    both = {"REQUESTS_CA_BUNDLE": str(bundle), "SSL_CERT_FILE": str(bundle)}
    assert machine.certificates(both).status == "ok"


@pytest.mark.parametrize("proxy", ["http://me:secret@proxy.acme.test:8080", "me:secret@proxy.acme.test:8080"])
def test_a_proxy_is_named_without_its_password(proxy: str) -> None:
    assert machine.address_of_proxy(proxy) == "http://me:***@proxy.acme.test:8080"


def test_a_proxy_and_certificates_in_the_env_file_are_in_use(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("")
    (tmp_path / ".env").write_text(f"HTTPS_PROXY=http://127.0.0.1:9\nSSL_CERT_FILE={bundle}\n")
    there = {"HOME": str(tmp_path), "RAGTIME_HOME": str(tmp_path), "RAGTIME_DOCS": str(tmp_path)}
    found = {
        each["subject"]: each["found"] for each in json.loads(ragtime_here(there, "doctor", "--json").stdout)
    }
    assert found["Proxy"] == "Slack is reached through http://127.0.0.1:9"
    assert found["Certificates"] == f"the system's store; SSL_CERT_FILE={bundle}"


def test_a_finding_is_plain_data() -> None:
    finding = Finding("Disk", "ok", "roomy")
    assert replace(finding, status="failed").failed
    assert finding.as_dict() == {"subject": "Disk", "status": "ok", "found": "roomy", "advice": ""}
