"""The workers of one of several processes: they are handed events by the job queue."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import procrastinate
from procrastinate.jobs import Job

from bot import inbox
from bot.handling import Handler
from bot.queue.jobs import QUEUE, TASK, JobQueue
from bot.queue.mending import mend
from bot.queue.timing import Timing
from bot.services import Services
from bot.telemetry.reasons import reason
from bot.worker import WORKERS

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# PostgreSQL tells of new jobs, but not of those whose time or turn has come.
POLL_SECONDS = 0.5
# From a worker's end to the next one's beginning, after the database failed.
AGAIN_SECONDS = 1.0
# Of the time to end in, the share that is kept for handing back.
HANDING_BACK = 0.2
CONNECTIONS = 4


class _NotYet(Exception):
    """The event is not settled: its job is to be run again at `at`."""

    def __init__(self, at: datetime) -> None:
        self.at = at


class _AsTheInboxSays(procrastinate.BaseRetryStrategy):
    """When a job is run again stands in the inbox, not in the queue."""

    def get_retry_decision(
        self,
        *,
        exception: BaseException,
        job: Job,  # noqa: ARG002  (Procrastinate's signature)
    ) -> procrastinate.RetryDecision:
        """The time that the job came with; whatever else happened to it, soon."""
        return procrastinate.RetryDecision(
            retry_at=exception.at if isinstance(exception, _NotYet) else datetime.now(UTC)
        )


class JobWorkers:
    """Answers what the queue hands out, several events at once, until stopped."""

    def __init__(self, services: Services, queue: JobQueue, timing: Timing) -> None:
        self._services = services
        self._queue = queue
        self._timing = timing
        self._stopping = threading.Event()
        self._out_of_time = threading.Event()
        self._handler = Handler(services, self._stopping)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="queue", daemon=True)
        self._began = datetime.now(UTC)

    def start(self) -> None:
        """Begins, in threads of its own."""
        # What goes wrong with an event, the handler tells.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        self._thread.start()

    def stop(self, within: float) -> None:
        """Takes nothing more; what is not answered within so many seconds is handed back."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(within * (1 - HANDING_BACK))
            self._out_of_time.set()
            self._thread.join(within * HANDING_BACK)

    def hands(self) -> int:
        """Those of all workers whose signs of life are in the database, these among them."""
        return self._queue.hands()

    async def _serve(self) -> None:
        """Procrastinate's worker ends when it cannot reach the database: then another one begins."""
        asyncio.get_running_loop().set_exception_handler(_log_in_a_line)
        stopping = asyncio.create_task(_apart(self._stopping.wait))
        out_of_time = asyncio.create_task(_apart(self._out_of_time.wait))
        while not stopping.done():
            try:
                await self._one_worker(stopping, out_of_time)
            except Exception as error:
                log.warning("the queue cannot be reached, trying again: %s", reason(error))
            if not stopping.done():
                await asyncio.wait([stopping], timeout=AGAIN_SECONDS)
        out_of_time.cancel()

    async def _one_worker(self, stopping: asyncio.Task[bool], out_of_time: asyncio.Task[bool]) -> None:
        url = self._services.engine.url.set(drivername="postgresql")
        connector = procrastinate.PsycopgConnector(
            conninfo=url.render_as_string(hide_password=False), min_size=1, max_size=CONNECTIONS
        )
        app = procrastinate.App(connector=connector)

        @app.task(name=TASK, queue=QUEUE, retry=_AsTheInboxSays())
        async def answer(waiting: int) -> None:
            await self._answer(waiting, out_of_time)

        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=WORKERS,
                    delete_jobs="always",
                    fetch_job_polling_interval=POLL_SECONDS,
                    update_heartbeat_interval=self._timing.beat_every,
                    stalled_worker_timeout=self._timing.dead_after,
                    install_signal_handlers=False,
                )
            )
            mending = asyncio.create_task(self._mend())
            await asyncio.wait([working, mending, stopping], return_when=asyncio.FIRST_COMPLETED)
            # It ends in order: what is being answered is waited for.
            working.cancel()
            mending.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _answer(self, waiting: int, out_of_time: asyncio.Task[bool]) -> None:
        """Sees an event through, or hands it back when there is no more time.

        Raises:
            _NotYet: it is to be taken again.
        """
        engine = self._services.engine
        item = await _apart(inbox.claim, engine, waiting, self._began)
        if item:
            handling = asyncio.create_task(_apart(self._handler.handle, item))
            await asyncio.wait([handling, out_of_time], return_when=asyncio.FIRST_COMPLETED)
            if not handling.done():
                await _apart(inbox.hand_back, engine, item)
                log.info("event %s is handed back", item.incoming.event_id)
        if at := await _apart(inbox.due, engine, waiting):
            raise _NotYet(at)

    async def _mend(self) -> None:
        while True:
            try:
                await _apart(mend, self._services.engine, self._queue, self._timing)
            except Exception as error:
                log.warning("what dead workers left behind cannot be looked for: %s", reason(error))
            await asyncio.sleep(self._timing.look_every)


def _log_in_a_line(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What Procrastinate could not write down; the next look at what is left behind mends it."""
    error = context.get("exception")
    log.warning("the end of a job was not written down: %s", reason(error) if error else context["message"])


async def _apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Does something that blocks in a thread of its own, which does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        # The loop may be gone: then nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, done)

    def settle(done: Future[T]) -> None:
        if future.done():
            return
        if error := done.exception():
            future.set_exception(error)
        else:
            future.set_result(done.result())

    threading.Thread(target=run, name=getattr(work, "__name__", "apart"), daemon=True).start()
    return await future
