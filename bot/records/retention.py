"""Keeps what was said for so many days: a bot that runs deletes what is older, once a day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from bot.migrations import HISTORY
from bot.records.forgetting import forget_older
from bot.records.opening import copies
from knowledge.database import migrate

log = logging.getLogger(__name__)

EVERY_SECONDS = 24 * 3600.0


@contextmanager
def kept(engine: Engine, days: int | None) -> Iterator[None]:
    """Deletes what is older than so many days, now and once a day while the context lasts; None: never."""
    if days is None:
        yield
        return
    migrate(engine, HISTORY, "bot")
    ended = threading.Event()

    def run() -> None:
        while True:
            try:
                prune(engine, datetime.now(UTC) - timedelta(days=days))
            except Exception:
                log.exception("what is older than %d days could not be deleted; trying again tomorrow", days)
            if ended.wait(EVERY_SECONDS):
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
