"""The bot as a process: it starts, says when it is ready, ends in order, and survives kill -9."""

from __future__ import annotations

import gc
import json
import os
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import pytest

from bot.serve import CannotStart
from bot.telemetry import logs
from tests.support.bot_process import serve, start_bot
from tests.support.forks import FORKS
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    # Slack tries again for minutes; here for as long as a restart takes.
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS, retry_delays=(0.2,) * 100) as slack:
        yield slack


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def _environment(slack: LocalSlack | None, home: Path, port: int, **more: str) -> dict[str, str]:
    environment = {"PATH": os.environ["PATH"], "RAGTIME_HOME": str(home), "PORT": str(port), **more}
    if slack:
        environment |= {
            "SLACK_BOT_TOKEN": slack.secrets.bot_token,
            "SLACK_APP_TOKEN": slack.secrets.app_token,
            "SLACK_API_URL": slack.api_url,
        }
    return environment


@contextmanager
def _process(environment: dict[str, str]) -> Iterator[tuple[ForkServerProcess, Connection]]:
    process, said = start_bot("run", environment)
    try:
        yield process, said
    finally:
        process.kill()
        process.join()


def _wait_until_ready(slack: LocalSlack, port: int) -> None:
    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    slack.wait_until(ready, poll=0.05)


def told_by(said: Connection) -> list[str]:
    """What a process that ended announced."""
    lines: list[str] = []
    with suppress(EOFError):
        while True:
            lines.append(said.recv())
    return lines


def _count_kept(said: Connection, _line: str) -> None:
    """Says how many objects the collector of garbage passes over by now."""
    said.send(gc.get_freeze_count())


def test_what_is_loaded_is_not_looked_through_for_garbage_while_it_serves(tmp_path: Path, port: int) -> None:
    ours, its = FORKS.Pipe(duplex=False)
    arguments = ("run", _environment(None, tmp_path, port), partial(_count_kept, its))
    process = FORKS.Process(target=serve, args=arguments, daemon=True)
    process.start()
    try:
        assert ours.poll(30)
        assert ours.recv() > 10_000
    finally:
        process.kill()
        process.join()


def test_nothing_is_lost_and_nothing_answered_twice_when_it_is_killed(
    slack: LocalSlack, tmp_path: Path, port: int
) -> None:
    slack.use_sockets()
    questions = []
    for life in range(2):
        with _process(_environment(slack, tmp_path, port, SLOWNESS="0.05")) as (process, _):
            _wait_until_ready(slack, port)
            asked = [
                slack.say(f"@Ragtime on call and leave, {life}.{number}?", "C0GENERAL") for number in range(8)
            ]
            questions += asked
            # In the middle of the work: something is answered, something is not.
            slack.wait_for_reply(asked[life])
            process.kill()
            process.join(10)
    with _process(_environment(slack, tmp_path, port)):
        for question in questions:
            slack.wait_for_reply(question)
        slack.wait_for_quiet()
    slack.assert_one_reply_each(questions)


def test_it_ends_in_order_with_what_it_was_answering(slack: LocalSlack, tmp_path: Path, port: int) -> None:
    slack.use_sockets()
    with _process(_environment(slack, tmp_path, port, SLOWNESS="0.5")) as (process, said):
        _wait_until_ready(slack, port)
        question = slack.say("@Ragtime on call?", "C0GENERAL")
        slack.wait_until(lambda: slack.calls("assistant.threads.setStatus"))
        process.terminate()
        process.join(20)
        assert process.exitcode == 0
        slack.assert_one_reply_each([question])
        # As whom it is connected, before anything else: nothing about tokens.
        first = told_by(said)[0]
        us = "@ragtime of Playground (https://playground.slack.com/)"
        assert first == f"Ragtime is connected by Socket Mode, as {us}. Ctrl-C ends it."


def test_it_ends_in_time_whatever_hangs_and_hands_back_what_it_was_answering(
    slack: LocalSlack, tmp_path: Path, port: int
) -> None:
    environment = _environment(slack, tmp_path, port, SLOWNESS="60")
    del environment["SLACK_APP_TOKEN"]
    with _process(environment | {"SLACK_SIGNING_SECRET": slack.secrets.signing_secret}) as (process, _):
        _wait_until_ready(slack, port)
        slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        slack.say("@Ragtime on call?", "C0GENERAL")
        slack.wait_until(lambda: slack.calls("assistant.threads.setStatus"))
        with socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(b"POST /slack/events HTTP/1.1\r\nHost: ragtime\r\nContent-Length: 9\r\n\r\nhalf")
            process.terminate()
            process.join(11)
        assert process.exitcode == 0
    with closing(sqlite3.connect(tmp_path / "ragtime.db")) as database:
        assert database.execute("SELECT state, interruptions FROM inbox").fetchall() == [("accepted", 0)]


def test_the_playground_is_the_whole_bot_in_one_process(slack: LocalSlack, tmp_path: Path, port: int) -> None:
    with _process(_environment(None, tmp_path, port)) as (process, said):
        _wait_until_ready(slack, port)
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, headers={"Origin": address}, trust_env=False) as page:
            question = {"channel": "C0GENERAL", "text": "@Ragtime on call?"}
            assert page.post("/playground/messages", json=question).status_code == 200

            def answered() -> bool:
                return "On call is answered." in page.get("/playground/state").text

            slack.wait_until(answered, poll=0.1)
        process.terminate()
        process.join(20)
        assert process.exitcode == 0
        assert told_by(said) == [f"Ragtime is at {address}: ask it something. Ctrl-C ends it."]


def _serve_in_json(environment: dict[str, str], log: Path) -> None:
    with log.open("w") as lines:
        os.dup2(lines.fileno(), sys.stderr.fileno())
    logs.set_up("json")
    serve("run", environment, lambda _: None)


def test_what_the_server_logs_is_json_too(slack: LocalSlack, tmp_path: Path, port: int) -> None:
    log = tmp_path / "log"
    arguments = (_environment(None, tmp_path, port), log)
    process = FORKS.Process(target=_serve_in_json, args=arguments, daemon=True)
    process.start()
    try:
        _wait_until_ready(slack, port)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"hello\r\n\r\n")
            assert b" 400 " in connection.recv(100)
        (line,) = map(json.loads, log.read_text().splitlines())
        assert line["message"] == "Invalid HTTP request received."
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth)"),
    ],
)
def test_a_token_that_slack_refuses_is_said_at_start(
    slack: LocalSlack, tmp_path: Path, port: int, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(CannotStart) as caught:
        serve("run", _environment(slack, tmp_path, port) | changed, print)
    assert str(caught.value).startswith(said)


def test_a_port_that_is_taken_is_said_at_start(slack: LocalSlack, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as caught:
            serve("run", _environment(slack, tmp_path, port), print)
    assert str(caught.value) == (
        f"Port {port} cannot be used (address already in use): "
        f"set PORT to a free one, for example PORT={port + 1} make run"
    )
