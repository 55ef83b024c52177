"""What is logged names its event, and holds neither secrets nor what people wrote."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot import inbox
from bot.config import load_settings, other_secrets
from bot.tables import turns
from bot.telemetry import logs
from tests.support.bot_database import bot_database
from tests.support.command import ROOT
from tests.support.logging_kept import logging_kept

TOKEN = "xoxb-0000-not-a-real-token"
KEY = "a-gateway-s-own-kind-of-key"
QUESTION = "how much does Ann earn, all in all?"


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What went to standard error; logging is as it was afterwards."""
    with logging_kept():
        yield lambda: capsys.readouterr().err


def fail() -> None:
    """Logs an error that holds a token and the question."""
    try:
        raise ValueError(f"{TOKEN} may not ask “{QUESTION}”") from KeyError(KEY)
    except ValueError:
        logging.getLogger("bot.worker").exception("failed with %s", KEY)


@pytest.mark.parametrize("style", ["text", "json"])
def test_neither_secrets_nor_what_was_asked_is_logged(written: Callable[[], str], style: logs.Style) -> None:
    logs.set_up(style, (KEY,))
    with logs.about("Ev1", QUESTION):
        fail()
    output = written()
    assert "ValueError" in output
    assert "Ev1" in output
    assert not [secret for secret in (TOKEN, KEY, QUESTION) if secret in output]


def test_json_is_one_object_a_line_with_what_is_known_of_it(written: Callable[[], str]) -> None:
    logs.set_up("json", (KEY,))
    with logs.about("Ev1", QUESTION):
        fail()
        logging.getLogger("bot.worker").info("answered", extra={"channel": "C1", "seconds": 0.5})
    logging.getLogger("bot").warning("alone")
    failed, answered, alone = map(json.loads, written().splitlines())
    assert (failed["level"], failed["logger"], failed["event"]) == ("error", "bot.worker", "Ev1")
    assert (failed["error"], failed["cause"]) == ("ValueError", "KeyError: '[hidden]'")
    assert failed["at"][0].endswith(" fail")
    assert answered | {"message": "answered", "channel": "C1", "seconds": 0.5} == answered
    assert "event" not in alone


def test_people_see_warnings_alone_with_the_event_that_they_are_about(written: Callable[[], str]) -> None:
    logs.set_up()
    with logs.about("Ev1", QUESTION):
        logging.getLogger("bot.replies.reply").info("a detail")
        logging.getLogger("bot.replies.reply").warning("trouble")
        logging.getLogger("bot.replies.reply").warning("trouble with\n\tevent Ev1\n")
    assert written().splitlines() == [
        "WARNING bot.replies.reply: trouble [event Ev1]",
        "WARNING bot.replies.reply: trouble with event Ev1",
    ]


def test_a_thread_that_breaks_is_logged_likewise(written: Callable[[], str]) -> None:
    logs.set_up("json")
    thread = threading.Thread(target=fail_outright, name="sync")
    thread.start()
    thread.join()
    output = written()
    line = json.loads(output)
    assert (line["message"], line["error"]) == ("thread sync ended", "RuntimeError")
    assert TOKEN not in output


def fail_outright() -> None:
    raise RuntimeError(TOKEN)


# Whatever goes wrong where nobody catches it.
BREAKS = f"""
import threading, warnings
from bot.telemetry import logs

class Thrown:
    def __del__(self):
        raise ValueError("{TOKEN}")

logs.set_up("json")
warnings.warn("{TOKEN} is old")
Thrown()
thread = threading.Thread(target=lambda: 1 / 0, name="sync")
thread.start()
thread.join()
raise RuntimeError("{TOKEN}")
"""


def test_errors_that_nobody_catches_and_warnings_are_lines_of_json_too() -> None:
    ended = subprocess.run([sys.executable, "-c", BREAKS], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 1
    warned, thrown, thread, end = map(json.loads, ended.stderr.splitlines())
    assert warned["logger"] == "py.warnings"
    assert [each["error"] for each in (thrown, thread, end)] == [
        "ValueError",
        "ZeroDivisionError",
        "RuntimeError",
    ]
    assert end["message"] == "ended by an error"
    assert TOKEN not in ended.stderr


def test_an_error_of_the_database_does_not_hold_what_was_to_be_written(tmp_path: Path) -> None:
    engine = bot_database(tmp_path)
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        connection.execute(turns.insert().values(event_id="Ev1", question=QUESTION))
    assert QUESTION not in str(caught.value)
    assert inbox.take(engine) is None


def test_all_secrets_of_the_settings_are_known() -> None:
    given = {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_APP_TOKEN": "xapp-1-fake",
        "SLACK_SIGNING_SECRET": "signing-secret",
        "OPENAI_API_KEY": KEY,
    }
    url = "postgresql+psycopg://ragtime:pass-word@db.example/ragtime"
    settings = load_settings({**given, "DATABASE_URL": url})
    assert set(settings.secrets) == {*given.values(), "pass-word"}
    assert not [secret for secret in given.values() if secret in repr(settings)]
    environment = {
        "ANTHROPIC_API_KEY": "a-key",
        "DB_PASSWORD": "pass",
        "PATH": "/bin",
        "EMPTY_TOKEN": "",
        **given,
    }
    assert other_secrets(environment) == ("a-key", "pass")
