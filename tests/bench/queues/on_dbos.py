"""The contender DBOS: a workflow for each event, enqueued in the inbox's transaction."""

from __future__ import annotations

import os
import signal
import threading

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy import Connection, Engine

from tests.bench.queues import ledger

QUEUE = "events"
# By default a queue is looked at once a second.
POLL_SECONDS = 0.1


def prepare(url: str) -> None:
    """Makes DBOS's own tables."""
    DBOS(config=_config(url, "prepare", "v0"))
    DBOS.launch()
    DBOS.destroy()


def submitter(url: str) -> ledger.Put:
    """What enqueues an event's workflow, in a transaction of the caller's."""
    client = DBOSClient(system_database_url=url, application_name="bench")

    def put(connection: Connection, event: str, thread: str) -> None:
        options: EnqueueOptions = {"workflow_name": "work", "queue_name": QUEUE, "workflow_id": event}
        if ledger.UNORDERED not in os.environ:
            options["queue_partition_key"] = thread
        client.enqueue_in_transaction(connection, options, event)

    return put


def serve(engine: Engine, url: str, name: str, version: str, seconds: float) -> None:
    """Works until it is told to stop."""
    DBOS(config=_config(url, name, version))

    @DBOS.step(retries_allowed=True, max_attempts=20, interval_seconds=1, backoff_rate=1)
    def step(event: str) -> None:
        ledger.work(engine, event, name, seconds)

    @DBOS.workflow(name="work")
    def work(event: str) -> None:
        step(event)

    DBOS.launch()
    DBOS.register_queue(
        QUEUE,
        worker_concurrency=4,
        partition_concurrency=None if ledger.UNORDERED in os.environ else 1,
        polling_interval_sec=POLL_SECONDS,
    )
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    stopping.wait()
    DBOS.destroy(workflow_completion_timeout_sec=10)


def _config(url: str, name: str, version: str) -> DBOSConfig:
    return {
        "name": "bench",
        "system_database_url": url,
        "executor_id": name,
        "application_version": version,
        "log_level": "ERROR",
    }
