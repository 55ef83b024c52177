"""How long a question takes when there are many, and telling whoever asked."""

from __future__ import annotations

from contextlib import suppress
from math import ceil

from sqlalchemy import Engine, func, select

from bot import words
from bot.client import SLACK_ERRORS
from bot.inbox import Incoming, turn
from bot.services import Services, logged
from bot.tables import inbox
from bot.worker import WORKERS

# Shorter waits are not worth a word.
FROM_SECONDS = 10
# Estimates are rounded up to so many seconds.
ROUNDED = 5
# So many of the newest replies say how long one takes.
LATELY = 20


def seconds_to_wait(engine: Engine, hands: int, event_id: str) -> int:
    """About how long an event takes that waits for its turn; 0 where it is hardly anything, or has begun.

    What counts is what is taken before it: whoever has much open lets others pass. `hands` is how many
    events are answered at a time; where nobody lives, one worker is expected back.
    """
    hands = hands or WORKERS
    own, other = inbox.alias("own"), inbox.alias("other")
    before = (
        select(func.count()).where(other.c.state == "accepted", turn(other) < turn(own)).scalar_subquery()
    )
    with engine.connect() as connection:
        ahead = connection.scalar(select(before).where(own.c.event_id == event_id, own.c.state == "accepted"))
        if ahead is None or ahead < hands:
            return 0
        rows = connection.execute(
            select(inbox.c.started_at, inbox.c.finished_at)
            .where(inbox.c.state == "answered", inbox.c.started_at.is_not(None))
            .order_by(inbox.c.id.desc())
            .limit(LATELY)
        ).all()
    took = [(row.finished_at - row.started_at).total_seconds() for row in rows]
    # Its turn comes once it and all before it were taken; then it takes as long as others.
    seconds = sum(took) / len(took) * ((ahead + 1) / hands + 1) if took else 0.0
    return ROUNDED * ceil(seconds / ROUNDED) if seconds >= FROM_SECONDS else 0


def tell(services: Services, incoming: Incoming) -> None:
    """Has it shown in the thread that it takes a while, where it does. Nothing depends on it.

    Where many are to be told, too, it is told later, and then what is true then.
    """
    if not incoming.unasked:
        services.telling.submit(logged, _show, services, incoming)


def _show(services: Services, incoming: Incoming) -> None:
    if seconds := seconds_to_wait(services.engine, services.queue.hands(), incoming.event_id):
        with suppress(*SLACK_ERRORS):
            services.client.assistant_threads_setStatus(
                channel_id=incoming.channel,
                thread_ts=str(incoming.thread_ts),
                status=words.busy_status(seconds),
            )
