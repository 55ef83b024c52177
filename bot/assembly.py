"""Puts the Slack side together: inbox, workers and the Bolt app, around one client and one answerer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.answerer import Answerer
from bot.app import SlackApp, build_app
from bot.audience import Audience
from bot.channels import Channels
from bot.client import identify
from bot.doorbell import Doorbell
from bot.ending import ANSWERS_BY
from bot.migrations import HISTORY
from bot.queue.timing import Timing
from bot.services import Queue, Services
from bot.worker import InProcess, Workers
from knowledge.database import migrate

BACKGROUND_THREADS = 4
TELLING_THREADS = 2


class AnyWorkers(Protocol):
    """Those of this process who answer."""

    def start(self) -> None:
        """Begins with what the inbox holds."""
        ...

    def stop(self, within: float) -> None:
        """Finishes what is being answered within so many seconds, or hands it back."""
        ...

    def hands(self) -> int:
        """How many events can be answered at a time now."""
        ...


@dataclass(frozen=True, slots=True)
class Assembly:
    """The Slack side, ready to run. Without `workers` it takes events in for other processes."""

    services: Services
    app: SlackApp
    workers: AnyWorkers | None

    def start(self) -> None:
        """Begins with what the inbox holds."""
        if self.workers:
            self.workers.start()

    def hands(self) -> int:
        """How many events can be answered at a time now, here or elsewhere; 0 where nobody answers."""
        return self.workers.hands() if self.workers else self.services.queue.hands()

    def stop(self, within: float = ANSWERS_BY) -> None:
        """Finishes what is being answered, or hands it back; call it once nothing new can come in."""
        if self.workers:
            self.workers.stop(within)
        for executor in (self.services.background, self.services.telling):
            executor.shutdown(wait=False, cancel_futures=True)


def assemble(
    client: WebClient,
    engine: Engine,
    answerer: Answerer,
    signing_secret: str = "",
    channels: Channels | None = None,
    *,
    answers: bool = True,
    timing: Timing | None = None,
) -> Assembly:
    """Makes the parts. The database is brought to this version's tables; Slack is not called yet.

    Without `channels`, nothing special holds in any channel. With `answers` off, others answer. On
    PostgreSQL events go by the job queue, which other processes may share; `timing` is how soon these
    take over. On SQLite this process does all the work.
    """
    migrate(engine, HISTORY, "bot")
    shared = engine.dialect.name == "postgresql"
    queue, workers_for = _by_jobs(engine, timing or Timing()) if shared else _in_this_process()
    identity = identify(client)
    services = Services(
        engine=engine,
        client=client,
        identity=identity,
        audience=Audience(client, identity, answerer.has_restricted_documents),
        answerer=answerer,
        channels=channels or Channels(),
        queue=queue,
        background=ThreadPoolExecutor(BACKGROUND_THREADS, thread_name_prefix="background"),
        telling=ThreadPoolExecutor(TELLING_THREADS, thread_name_prefix="telling"),
    )
    return Assembly(services, build_app(services, signing_secret), workers_for(services) if answers else None)


def _in_this_process() -> tuple[Queue, Callable[[Services], AnyWorkers]]:
    bell = Doorbell()
    return InProcess(bell), lambda services: Workers(services, bell)


def _by_jobs(engine: Engine, timing: Timing) -> tuple[Queue, Callable[[Services], AnyWorkers]]:
    from bot.queue.jobs import JobQueue
    from bot.queue.schema import prepare
    from bot.queue.worker import JobWorkers

    prepare(engine)
    queue = JobQueue(engine, timing)
    return queue, lambda services: JobWorkers(services, queue, timing)
