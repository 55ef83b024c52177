"""Starts what is put under load, over the sample: one process, or several that share the work."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.config import load_settings
from bot.processes import migrate
from bot.queue.jobs import JobQueue
from bot.queue.timing import Timing
from bot.worker import WORKERS
from knowledge.database import open_database
from tests.bench.startup import DidNotStart, bot_command, environment_in, is_healthy

PATIENCE_SECONDS = 120.0
# The processes that answer, where several share the work.
ANSWERING = ("worker 1", "worker 2")


@dataclass(frozen=True, slots=True)
class Bot:
    """Where events are taken, the URL of the database, and the ids of the processes by what they are."""

    events: str
    database: str
    processes: Mapping[str, int]


@contextmanager
def one_process(home: Path, variables: Mapping[str, str]) -> Iterator[Bot]:
    """`ragtime run`, with SQLite and the embedded Chroma. `variables` say where Slack is.

    Raises:
        DidNotStart: it ended, or was not healthy in time.
    """
    environment = {**environment_in(home), **variables}
    _once("sync", home, environment)
    with _running({"bot": "run"}, home, environment, lambda: is_healthy(environment["PORT"])) as processes:
        yield Bot(_events(environment), f"sqlite:///{home / 'home' / 'ragtime.db'}", processes)


@contextmanager
def several_processes(
    home: Path, variables: Mapping[str, str], database: str, chroma_url: str
) -> Iterator[Bot]:
    """`ragtime web` and two `ragtime worker`, with an empty database on PostgreSQL and a Chroma server.

    Raises:
        DidNotStart: one of them ended, or was not ready in time.
    """
    shared = {"DATABASE_URL": database, "CHROMA_URL": chroma_url}
    environment = {**environment_in(home), **variables, **shared}
    migrate(load_settings(shared))
    _once("sync", home, environment)
    roles = {"web": "web", **dict.fromkeys(ANSWERING, "worker")}
    engine = open_database(database)
    hands = JobQueue(engine, Timing()).hands

    def ready() -> bool:
        return is_healthy(environment["PORT"]) and hands() == WORKERS * len(ANSWERING)

    try:
        with _running(roles, home, environment, ready) as processes:
            yield Bot(_events(environment), database, processes)
    finally:
        engine.dispose()


def _events(environment: Mapping[str, str]) -> str:
    return f"http://127.0.0.1:{environment['PORT']}/slack/events"


def _once(command: str, home: Path, environment: Mapping[str, str]) -> None:
    subprocess.run([*bot_command(), command], cwd=home, env=environment, check=True, capture_output=True)


@contextmanager
def _running(
    roles: Mapping[str, str], home: Path, environment: Mapping[str, str], ready: Callable[[], bool]
) -> Iterator[Mapping[str, int]]:
    """Processes by their names, in these roles; their ids once they are ready. They are ended in order.

    What each says goes into a file with its name.
    """
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, role in roles.items():
            with _log(home, name).open("wb") as log:
                command = [*bot_command(), role]
                processes[name] = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
        _wait_until(ready, processes, home)
        yield {name: process.pid for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(PATIENCE_SECONDS)


def _wait_until(
    ready: Callable[[], bool], processes: Mapping[str, subprocess.Popen[bytes]], home: Path
) -> None:
    began = time.monotonic()
    while not ready():
        for name, process in processes.items():
            if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                said = _log(home, name).read_text(errors="replace").strip()
                raise DidNotStart(f"The {name} did not start: {said}")
        time.sleep(0.1)


def _log(home: Path, name: str) -> Path:
    return home / f"{name}.log"
