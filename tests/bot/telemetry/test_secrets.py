"""Secrets are where an admin put them, and nowhere else: in no reply, log, error or database."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config import BadSettings, load_settings, other_secrets
from bot.doctor import CHECKS, run_checks
from bot.playground import people
from bot.records.inbox_admin import entries
from bot.records.opening import opened
from bot.tables import inbox
from bot.telemetry.logs import JsonLines
from chains.contract import Question
from knowledge.database import BadDatabase
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.command import environment, ragtime_here
from tests.support.knowledge import home_with_model
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

FAKE = {
    "SLACK_BOT_TOKEN": "xoxb-1111-fake-bot-token",
    "SLACK_APP_TOKEN": "xapp-1-fake-app-token",
    "SLACK_SIGNING_SECRET": "fake-signing-secret",
    "OPENAI_API_KEY": "sk-fake-key-of-nobody",
}
UNREACHABLE = "http://127.0.0.1:9"


def test_no_secret_gets_into_the_database_the_log_or_a_reply(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slack = LocalSlack(scopes=SCOPES, subscriptions=EVENTS)
    secrets = (slack.secrets.bot_token, slack.secrets.signing_secret, FAKE["OPENAI_API_KEY"])

    def leak(question: Question) -> None:
        if "poison" in question.text:
            raise PermissionError(f"{secrets[0]} and {FAKE['OPENAI_API_KEY']} are no good")

    caplog.set_level(logging.DEBUG, "bot")
    caplog.handler.setFormatter(JsonLines(secrets[1:]))
    with slack, running_bot(slack, tmp_path, FakeAnswerer(before=leak)) as bot:
        slack.wait_for_reply(slack.say("@Ragtime who is on call?", "C0GENERAL"))
        poisoned = slack.say("@Ragtime poison", "C0GENERAL")
        with bot.services.engine.connect() as connection:
            why = select(inbox.c.error).where(inbox.c.ts == poisoned["ts"])
            slack.wait_until(lambda: connection.scalar(why) or connection.rollback(), poll=0.02)
        listed = str(entries(bot.services.engine, also_done=True, limit=9))
        shown = str(slack.workspace.messages("C0GENERAL"))
    assert "PermissionError: [hidden] and [hidden] are no good" in listed
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir()).decode(errors="replace")
    assert "PermissionError" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in listed
        assert secret not in shown
        assert secret not in stored


def test_a_private_replys_address_is_not_kept_once_it_is_used(tmp_path: Path) -> None:
    slack = LocalSlack(scopes=SCOPES, subscriptions=EVENTS)
    with slack, running_bot(slack, tmp_path, FakeAnswerer()) as bot:
        people.run_command(slack.workspace, "U0YOU", "C0GENERAL", "/ask", "who is on call?")
        slack.wait_for_private()
        with bot.services.engine.connect() as connection:
            left = select(inbox.c.response_url).where(inbox.c.state == "answered")
            slack.wait_until(lambda: list(connection.scalars(left)) or connection.rollback(), poll=0.02)
            assert list(connection.scalars(left)) == [None]


def test_the_doctor_shows_no_secret_whatever_is_wrong(tmp_path: Path) -> None:
    settings = load_settings(
        {
            **FAKE,
            "SLACK_API_URL": UNREACHABLE,
            "OPENAI_BASE_URL": f"{UNREACHABLE}/v1",
            "DATABASE_URL": "postgresql+psycopg://ragtime:fake-password@127.0.0.1:9/ragtime",
            "CHROMA_URL": UNREACHABLE,
            "RAGTIME_HOME": str(tmp_path / "home"),
            "RAGTIME_DOCS": str(tmp_path),
        }
    )
    checks = [check for check in CHECKS if check[0] in ("Settings", "Slack", "Database", "Model")]
    shown = json.dumps([finding.as_dict() for finding in run_checks(checks, settings, patience=30)])
    assert "SLACK_BOT_TOKEN" in shown
    assert not [secret for secret in (*FAKE.values(), "fake-password") if secret in shown]


def test_no_address_shows_the_password_that_stands_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://someone:fake-password-of-proxy@127.0.0.1:9")
    variables = {
        **FAKE,
        "SLACK_API_URL": "http://someone:fake-password-1@127.0.0.1:9/api/",
        "OPENAI_BASE_URL": "http://someone:fake-password-2@127.0.0.1:9/v1?token=fake-password-3",
        "DATABASE_URL": "postgresql://someone@127.0.0.1:9/x?password=fake-password-4&sslpassword=fake-password-5",
        "CHROMA_URL": "http://someone:fake-password-6@127.0.0.1:9",
        "RAGTIME_EMBEDDINGS": "openai",
        "RAGTIME_HOME": str(tmp_path / "home"),
        "RAGTIME_DOCS": str(tmp_path),
    }
    settings = load_settings(variables)
    assert {f"fake-password-{number}" for number in range(1, 7)} <= set(settings.secrets)
    assert "fake-password-of-proxy" in other_secrets(os.environ)
    checks = [check for check in CHECKS if check[0] != "Embedder"]
    found = run_checks(checks, settings, patience=30)
    shown = json.dumps([finding.as_dict() for finding in found])
    for what in ("postgresql://someone@127.0.0.1:9/x?password=***", "http://someone:***@127.0.0.1:9"):
        assert what in shown
    assert "fake-password" not in shown


@pytest.mark.parametrize(
    ("name", "address", "command"),
    [
        ("DATABASE_URL", "postgresql://someone@127.0.0.1:9/x?password=fake-password", "usage"),
        ("DATABASE_URL", "postgresql://someone:fake-password@127.0.0.1:9/x", "sync"),
        ("CHROMA_URL", "http://someone:fake-password@127.0.0.1:9", "sync"),
        ("CHROMA_URL", "http://127.0.0.1:9/?token=fake-password", "sync"),
    ],
)
def test_no_command_shows_the_password_of_an_address(
    tmp_path: Path, model_folder: Path, name: str, address: str, command: str
) -> None:
    there = environment(home_with_model(tmp_path / "home", model_folder), tmp_path)
    done = ragtime_here({**there, name: address}, command)
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "***" in done.stderr
    assert "fake-password" not in done.stderr


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_malformed_token_is_named_but_not_repeated(name: str) -> None:
    with pytest.raises(BadSettings, match=name) as caught:
        load_settings({**FAKE, name: "wrong-fake-token"})
    assert "wrong-fake-token" not in str(caught.value)


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://ragtime:fake-password@127.0.0.1:9/ragtime")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadDatabase, match="cannot be used") as caught, opened():
        pass
    assert "fake-password" not in str(caught.value)
    assert "\n" not in str(caught.value)
