"""The jobs: one for each event that is owed a reply, written in the transaction of the event itself."""

from __future__ import annotations

import procrastinate
from sqlalchemy import Connection, Engine, text

from bot.inbox import Waiting
from bot.queue.schema import raw
from bot.queue.timing import Timing
from bot.worker import WORKERS

QUEUE = "events"
TASK = "answer"
LIVE = """
SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :seconds)
"""


class JobQueue:
    """Hands events to the workers of all processes: in the order of their threads, the patient first."""

    def __init__(self, engine: Engine, timing: Timing) -> None:
        self._engine = engine
        self._timing = timing
        # It only ever uses connections that it is given.
        self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

    def put(self, connection: Connection, waiting: Waiting) -> None:
        """Writes the event's job, in this connection's transaction. What has no thread stands alone."""
        self._app.configure_task(
            TASK,
            queue=QUEUE,
            lock=f"{waiting.channel}:{waiting.thread_ts}" if waiting.thread_ts else None,
            # In a thread nothing has a higher one than what came before it (see `bot.inbox.accept`).
            priority=-waiting.turn,
            connection=raw(connection),
        ).defer(waiting=waiting.id)

    def wake(self) -> None:
        """Nothing to do: PostgreSQL tells the workers of each new job."""

    def hands(self) -> int:
        """How many events are answered at a time, by all workers that live."""
        with self._engine.connect() as connection:
            live = connection.execute(text(LIVE), {"seconds": self._timing.dead_after}).scalar_one()
        return WORKERS * live
