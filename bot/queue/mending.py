"""Brings the queue in line with the inbox, which is the truth: what is owed a reply has a job that lives.

Procrastinate tells the jobs of dead workers, but leaves them as they are. Nor does it know of events that
came into the inbox by another way: an admin's retry, a backup that was restored.
"""

from __future__ import annotations

import logging

from procrastinate import sql
from sqlalchemy import Connection, Engine, func, select, text, update

from bot.inbox import Waiting
from bot.queue.jobs import QUEUE, JobQueue
from bot.queue.schema import raw
from bot.queue.timing import Timing
from bot.tables import inbox

log = logging.getLogger(__name__)

AT_ONCE = 500

# Jobs whose worker is silent or gone; and jobs that a living one holds although it is not at their event,
# since it could not write down how they ended.
LEFT_BEHIND = """
SELECT job.id, (job.args->>'waiting')::int AS waiting
FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
LEFT JOIN inbox ON inbox.id = (job.args->>'waiting')::int
WHERE job.status = 'doing' AND job.queue_name = :queue AND (
    worker.id IS NULL
    OR worker.last_heartbeat < now() - make_interval(secs => :seconds)
    OR (
        inbox.state IS DISTINCT FROM 'answering'
        AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id)
            < now() - make_interval(secs => :seconds)
    )
)
FOR UPDATE OF job
"""
# Events without a job, oldest first. What was taken a moment ago may have its job finished just now.
WITHOUT_JOB = """
SELECT id, channel, thread_ts, behind, state
FROM inbox
WHERE (state = 'accepted' OR state = 'answering' AND started_at < now() - make_interval(secs => :seconds))
AND NOT EXISTS (
    SELECT FROM procrastinate_jobs job
    WHERE job.queue_name = :queue AND job.status IN ('todo', 'doing')
    AND (job.args->>'waiting')::int = inbox.id
)
ORDER BY id LIMIT :limit
"""


def mend(engine: Engine, queue: JobQueue, timing: Timing) -> int:
    """Gives what is left behind to others; returns how many events. One process at a time does so."""
    values = {"queue": QUEUE, "seconds": timing.dead_after}
    with engine.begin() as connection:
        if not connection.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext("bot.queue.mending")))):
            return 0
        left = connection.execute(text(LEFT_BEHIND), values).all()
        for job in left:
            _open_again(connection, job.waiting)
            _retry(connection, job.id)
        without = connection.execute(text(WITHOUT_JOB), values | {"limit": AT_ONCE}).all()
        for row in without:
            if row.state == "answering":
                _open_again(connection, row.id)
            queue.put(connection, Waiting(row.id, row.channel, row.thread_ts, row.behind))
    if left:
        log.warning("%d events were left by a worker that died: others take them", len(left))
    return len(left) + len(without)


def _open_again(connection: Connection, waiting_id: int) -> None:
    """Opens an event, if it was being answered; whoever still answers it has lost it."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id == waiting_id, inbox.c.state == "answering")
        .values(state="accepted", interruptions=inbox.c.interruptions + 1)
    )


def _retry(connection: Connection, job_id: int) -> None:
    """Has the job fetched again; one for a settled event then ends without doing anything."""
    unchanged = dict.fromkeys(("retry_at", "new_priority", "new_queue_name", "new_lock"))
    raw(connection).execute(sql.queries["retry_job"], {"job_id": job_id, **unchanged})
