"""How long a question has to wait when there are many, and telling whoever asked."""

from __future__ import annotations

import threading
from contextlib import suppress
from math import ceil

from sqlalchemy import Engine, func, select

from bot import words
from bot.client import SLACK_ERRORS
from bot.inbox import Incoming
from bot.services import Services
from bot.tables import inbox
from bot.worker import WORKERS

# Shorter waits are not worth a word.
FROM_SECONDS = 10
# Estimates are rounded up to so many seconds.
ROUNDED = 5
# So many of the newest replies say how long one takes.
LATELY = 20


# Slack takes only so many such calls; what else is to be done meanwhile has to find a thread, too.
_TELLING = threading.BoundedSemaphore(2)


def seconds_to_wait(engine: Engine, hands: int) -> int:
    """About how long what was accepted last has to wait for its turn; 0 where it is hardly anything.

    `hands` is how many events are answered at a time; where nobody lives, one worker is expected back.
    """
    hands = hands or WORKERS
    with engine.connect() as connection:
        waiting = connection.execute(select(func.count()).where(inbox.c.state == "accepted")).scalar_one()
        if waiting <= hands:
            return 0
        rows = connection.execute(
            select(inbox.c.started_at, inbox.c.finished_at)
            .where(inbox.c.state == "answered", inbox.c.started_at.is_not(None))
            .order_by(inbox.c.id.desc())
            .limit(LATELY)
        ).all()
    took = [(row.finished_at - row.started_at).total_seconds() for row in rows]
    seconds = sum(took) / len(took) * waiting / hands if took else 0.0
    return ROUNDED * ceil(seconds / ROUNDED) if seconds >= FROM_SECONDS else 0


def tell(services: Services, incoming: Incoming) -> None:
    """Shows in the thread that it takes a while, where it does. Nothing depends on it."""
    if incoming.unasked or not _TELLING.acquire(blocking=False):
        return
    try:
        _show(services, incoming, seconds_to_wait(services.engine, services.queue.hands()))
    finally:
        _TELLING.release()


def _show(services: Services, incoming: Incoming, seconds: int) -> None:
    if seconds:
        with suppress(*SLACK_ERRORS):
            services.client.assistant_threads_setStatus(
                channel_id=incoming.channel,
                thread_ts=str(incoming.thread_ts),
                status=words.busy_status(seconds),
            )
