"""The contender Procrastinate: jobs deferred in the inbox's transaction, stalled ones retried by a loop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Connection, Engine, make_url

from tests.bench.queues import ledger

STALLED_AFTER = 20.0
LOOK_EVERY = 5.0
BEAT_EVERY = 5.0


def prepare(url: str) -> None:
    """Makes the queue's tables."""
    with _app(procrastinate.SyncPsycopgConnector(conninfo=_conninfo(url))).open() as app:
        app.schema_manager.apply_schema()


def submitter(url: str) -> ledger.Put:
    """What puts an event into the queue, in a transaction of the caller's."""
    app = _app(procrastinate.SyncPsycopgConnector(conninfo=_conninfo(url)))

    def put(connection: Connection, event: str, thread: str) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        lock = None if ledger.UNORDERED in os.environ else thread
        app.configure_task("work", queue="events", lock=lock, connection=raw).defer(event=event)

    return put


def serve(engine: Engine, url: str, name: str, _version: str, seconds: float) -> None:
    """Works until it is told to stop. (Versions mean nothing to Procrastinate.)"""
    asyncio.run(_serve(engine, url, name, seconds))


async def _serve(engine: Engine, url: str, name: str, seconds: float) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    while not stopping.is_set():
        # A worker ends when its heartbeat cannot be written: beginning again is left to its user.
        try:
            await _one_life(engine, url, name, seconds, stopping)
        except (ConnectorException, psycopg.Error) as error:
            logging.warning("the database is gone: %s", error)
            await asyncio.sleep(1)


async def _one_life(engine: Engine, url: str, name: str, seconds: float, stopping: asyncio.Event) -> None:
    app = _app(procrastinate.PsycopgConnector(conninfo=_conninfo(url)))

    @app.task(name="work", queue="events", retry=procrastinate.RetryStrategy(max_attempts=20, wait=1))
    def work(event: str) -> None:
        ledger.work(engine, event, name, seconds)

    async def take_over() -> None:
        """Procrastinate finds the jobs of dead workers: to retry them is left to its user."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
                await app.job_manager.retry_job(job)

    async with app.open_async():
        working = asyncio.create_task(
            app.run_worker_async(
                queues=["events"],
                concurrency=4,
                update_heartbeat_interval=BEAT_EVERY,
                delete_jobs="always",
                install_signal_handlers=False,
            )
        )
        others = [asyncio.create_task(stopping.wait()), asyncio.create_task(take_over())]
        await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in (working, *others):
            task.cancel()
        await asyncio.wait([working, *others])
        if not working.cancelled() and (error := working.exception()):
            raise error


def _app(connector: procrastinate.BaseConnector) -> procrastinate.App:
    return procrastinate.App(connector=connector)


def _conninfo(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
