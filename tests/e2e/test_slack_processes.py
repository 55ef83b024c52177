"""Several processes that share the work on PostgreSQL: one reply each, whichever of them is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load_settings
from bot.playground.workspace import Message, Workspace
from bot.processes import NotShared, migrate
from tests.load.__main__ import Plan, held, measure
from tests.load.bots import several_processes
from tests.load.slack import big_cast, routes, where
from tests.support.bot_process import start_bot
from tests.support.chroma import chroma_server
from tests.support.knowledge import home_with_model, write
from tests.support.manifest import EVENTS, SCOPES
from tests.support.ports import free_port
from tests.support.postgres import empty_database
from tests.support.slack import LocalSlack

# Processes take some seconds to start where others use the processor, too.
PATIENCE = 60.0
pytestmark = pytest.mark.timeout(300)


class Processes:
    """Starts processes that share a database and a Slack; what still runs at the end is killed."""

    def __init__(self, slack: LocalSlack, database: str, home: Path, stack: ExitStack) -> None:
        self.slack = slack
        self._stack = stack
        self.environment = {
            "PATH": os.environ["PATH"],
            "RAGTIME_HOME": str(home),
            "DATABASE_URL": database,
            "RAGTIME_TAKEOVER_SECONDS": "2",
            "SLACK_BOT_TOKEN": slack.secrets.bot_token,
            "SLACK_SIGNING_SECRET": slack.secrets.signing_secret,
            "SLACK_API_URL": slack.api_url,
        }

    def web(self) -> None:
        """Starts what takes events in, and has Slack deliver to it."""
        port = free_port()
        self.bot("web", PORT=str(port))
        self.deliver_to(port)

    def deliver_to(self, port: int) -> None:
        """Has Slack deliver to what will listen there."""
        self.slack.wait_until(lambda: is_up(f"http://127.0.0.1:{port}/healthz"), PATIENCE, 0.1)
        self.slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")

    def bot(self, role: str, **more: str) -> ForkServerProcess:
        """Starts a bot whose answers are made up; returns once it says that it serves."""
        process, said = start_bot(role, self.environment | more)
        self._stack.callback(process.join)
        self._stack.callback(process.kill)
        assert said.poll(PATIENCE)
        assert said.recv().startswith("Ragtime")
        return process

    def ask(self, count: int, name: str) -> list[Message]:
        """Asks in so many threads of their own."""
        return [self.slack.say(f"@Ragtime on call, {name} {n}?", "C0GENERAL") for n in range(count)]

    def wait_for_reply(self, question: Message) -> Message:
        """Waits for the complete reply to a message."""
        return self.slack.wait_until(
            lambda: self.slack.replies_to(question["channel"], question["ts"]), PATIENCE
        )[0]

    def wait_for_one_reply_each(self, questions: Sequence[Message]) -> None:
        """Waits until each question has its reply, and looks for second ones."""
        for question in questions:
            self.wait_for_reply(question)
        self.slack.wait_for_quiet()
        self.slack.assert_one_reply_each(questions)


@pytest.fixture(scope="module")
def database(postgres_server: str) -> Iterator[str]:
    with empty_database(postgres_server) as url:
        migrate(load_settings({"DATABASE_URL": url}))
        yield url


@pytest.fixture
def processes(database: str, tmp_path: Path) -> Iterator[Processes]:
    # Slack tries again for minutes; here for as long as a restart takes.
    with (
        LocalSlack(
            scopes=SCOPES, subscriptions=EVENTS, patience=PATIENCE, retry_delays=(0.2,) * 100
        ) as slack,
        ExitStack() as stack,
    ):
        yield Processes(slack, database, tmp_path, stack)


def is_up(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def ready(port: int) -> tuple[int, dict[str, str]]:
    """What /readyz says."""
    answered = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
    return answered.status_code, answered.json()


def test_a_killed_worker_and_a_replaced_one_lose_and_double_nothing(processes: Processes) -> None:
    processes.web()
    dying = processes.bot("worker", SLOWNESS="0.5")
    asked = processes.ask(6, "before")
    # In the middle of the work: something is being answered.
    processes.slack.wait_until(lambda: processes.slack.calls("assistant.threads.setStatus"), PATIENCE)
    dying.kill()
    old = processes.bot("worker", SLOWNESS="0.2")
    asked += processes.ask(6, "between")
    processes.wait_for_reply(asked[-1])
    # A deploy: the next version works beside it, then it is told to end.
    processes.bot("worker")
    asked += processes.ask(6, "after")
    old.terminate()
    old.join(PATIENCE)
    assert old.exitcode == 0
    processes.wait_for_one_reply_each(asked)


def test_a_thread_keeps_its_order_whoever_answers(processes: Processes) -> None:
    processes.web()
    for _ in range(2):
        processes.bot("worker", SLOWNESS="0.3")
    slack = processes.slack
    thread = [slack.say("@Ragtime on call?", "C0GENERAL")]
    for number in range(4):
        # Slack itself delivers in any order what comes at the same time.
        slack.wait_for_quiet()
        thread.append(slack.say(f"@Ragtime leave, {number}?", "C0GENERAL", thread_ts=thread[0]["ts"]))
    elsewhere = processes.ask(4, "elsewhere")
    processes.wait_for_one_reply_each([*thread, *elsewhere])
    replies = [processes.wait_for_reply(question)["ts"] for question in thread]
    assert replies == sorted(replies)


def test_the_real_processes_answer_from_documents_that_they_share_and_under_load(
    postgres: str, model_folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "docs", {"oncall.md": "# On call\n\nThe pager rings for every SEV-1.\n"})
    home_with_model(tmp_path / "home", model_folder)
    slack = LocalSlack(workspace=Workspace(big_cast()), patience=PATIENCE, extra_routes=routes)
    load = where(slack)
    variables = load.variables | {"RAGTIME_DOCS": str(tmp_path / "docs")}
    with (
        slack,
        chroma_server(tmp_path / "chroma") as chroma,
        several_processes(tmp_path, variables, postgres, chroma.url) as bot,
    ):
        slack.deliver_to(bot.events)
        question = slack.say("@Ragtime when does the pager ring?", "C0LOAD1", "U0LOAD1")
        assert "The pager rings for every SEV-1." in str(slack.wait_for_reply(question))
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])

        # From now on the events come from what sends them at a pace.
        slack.standin.delivery.subscriptions = frozenset()
        figures, came = measure(bot, load, Plan(rate=10, seconds=3, asking=0.5, patience=PATIENCE), print)
        ours = {figure.name: figure.ours for figure in figures}
        assert held(came)
        assert came["answered"] > 1
        assert ours["Not acked"] == 0
        assert ours["Queue drained, after the last event"] is not None
        assert all(ours[f"Memory of {name}, most"] for name in ("web", "worker 1", "worker 2"))

        there = {"database": "ok", "chroma": "ok", "workers": "ok"}
        port = urlsplit(bot.events).port
        assert port
        slack.wait_until(lambda: ready(port) == (200, there), PATIENCE, 0.1)
        chroma.process.kill()
        slack.wait_until(lambda: ready(port) == (503, there | {"chroma": "failed"}), PATIENCE, 0.1)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_several_processes_need_what_they_can_share(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_URL", "http://127.0.0.1:9")
    result = CliRunner().invoke(app, [name])
    assert isinstance(result.exception, NotShared)
    assert "DATABASE_URL=postgresql+psycopg://… and CHROMA_URL=http://…" in str(result.exception)
