"""Keeps what was said for so many days: a bot that runs deletes what is older, once a day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.clock import ClockDoubted, trusted_now
from bot.migrations import HISTORY
from bot.records.forgetting import forget_older
from bot.records.opening import copies
from knowledge.database import migrate

log = logging.getLogger(__name__)

EVERY_SECONDS = 24 * 3600.0
# When the clock is looked at again, after it was doubted.
AGAIN_SECONDS = 3600.0


@contextmanager
def kept(engine: Engine, days: int | None, slack: WebClient | None) -> Iterator[None]:
    """Deletes what is older than so many days, now and once a day while the context lasts; None: never.

    A clock that has jumped ahead would have everything deleted. So Slack is asked what time it is; without
    it, as in the playground, nothing is deleted.
    """
    if days is None or slack is None:
        yield
        return
    migrate(engine, HISTORY, "bot")
    ended = threading.Event()

    def run() -> None:
        while True:
            wait = EVERY_SECONDS
            try:
                prune(engine, trusted_now(slack) - timedelta(days=days))
            except ClockDoubted as doubt:
                wait = AGAIN_SECONDS
                log.warning("what is older than %d days is not deleted now: %s", days, doubt)
            except Exception:
                log.exception("what is older than %d days could not be deleted; trying again tomorrow", days)
            if ended.wait(wait):
                return

    threading.Thread(target=run, name="retention", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def prune(engine: Engine, than: datetime) -> None:
    """Deletes turns, guides and settled events that are older, and copies of the database as old."""
    done = forget_older(engine, than)
    if done.turns or done.guides or done.events:
        log.info("deleted by age: %d turns, %d guides, %d events", done.turns, done.guides, done.events)
    for copy in copies(engine):
        if datetime.fromtimestamp(copy.stat().st_mtime, UTC) < than:
            copy.unlink(missing_ok=True)
            log.info("deleted by age: %s", copy.name)
