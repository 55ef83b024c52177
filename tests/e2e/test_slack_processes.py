"""Several processes that share the work on PostgreSQL: one reply each, whichever of them is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load_settings
from bot.playground.workspace import Message
from bot.processes import NotShared, migrate
from tests.support.bot_process import start_bot
from tests.support.knowledge import home_with_model, write
from tests.support.manifest import EVENTS, SCOPES
from tests.support.ports import free_port
from tests.support.postgres import empty_database
from tests.support.slack import LocalSlack

ROOT = Path(__file__).parents[2]
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

    def program(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Starts Python with these arguments, and variables beside the shared ones."""
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment | more)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

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


def test_the_real_processes_answer_from_documents_that_they_share(
    processes: Processes, model_folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "docs", {"oncall.md": "# On call\n\nThe pager rings for every SEV-1.\n"})
    home_with_model(tmp_path, model_folder)
    chroma, port = free_port(), free_port()
    processes.environment |= {
        "CHROMA_URL": f"http://127.0.0.1:{chroma}",
        "RAGTIME_DOCS": str(tmp_path / "docs"),
        "PORT": str(port),
    }
    program = "from chromadb.cli.cli import app; app()"
    server = processes.program(
        "-c", program, "run", "--path", str(tmp_path / "chroma"), "--port", str(chroma)
    )
    processes.slack.wait_until(lambda: is_up(f"http://127.0.0.1:{chroma}/api/v2/heartbeat"), PATIENCE, 0.1)
    processes.program("-m", "bot", "web")
    processes.program("-m", "bot", "worker")
    processes.deliver_to(port)
    question = processes.slack.say("@Ragtime when does the pager ring?", "C0GENERAL")
    assert "The pager rings for every SEV-1." in str(processes.wait_for_reply(question))
    processes.wait_for_one_reply_each([question])
    there = {"database": "ok", "chroma": "ok", "workers": "ok"}
    processes.slack.wait_until(lambda: ready(port) == (200, there), PATIENCE, 0.1)
    server.kill()
    server.wait()
    processes.slack.wait_until(lambda: ready(port) == (503, there | {"chroma": "failed"}), PATIENCE, 0.1)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_several_processes_need_what_they_can_share(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHROMA_URL", "http://127.0.0.1:9")
    result = CliRunner().invoke(app, [name])
    assert isinstance(result.exception, NotShared)
    assert "DATABASE_URL=postgresql+psycopg://… and CHROMA_URL=http://…" in str(result.exception)
