"""The job queue of several processes: its tables, whether any worker lives, and what waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings
from bot.doctor.finding import Finding, first_line
from bot.tables import inbox
from knowledge.database import BadDatabase, open_database

QUEUE = "Queue"
# What waits for longer, while workers live, waits for a reason.
LONG_SECONDS = 120.0


def queue(settings: Settings) -> Iterator[Finding]:
    """Looks at the queue's tables; a database that is a file needs none."""
    try:
        engine = open_database(settings.database)
    except BadDatabase:
        return
    try:
        if engine.dialect.name == "postgresql":
            yield _queue(engine, settings.ragtime_takeover_seconds)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        yield Finding(
            QUEUE, "failed", f"cannot be read: {first_line(cause)}", "See the database's line above"
        )
    finally:
        engine.dispose()


def _queue(engine: Engine, dead_after: float) -> Finding:
    from bot.queue.jobs import LIVE
    from bot.queue.schema import newest_migration

    tables = set(inspect(engine).get_table_names())
    if not {"procrastinate_jobs", "queue_version", inbox.name} <= tables:
        return Finding(QUEUE, "ok", "its tables are not there yet: made at the first start")
    with engine.connect() as connection:
        version = connection.execute(text("SELECT migration FROM queue_version")).scalar_one()
        live = connection.execute(text(LIVE), {"seconds": dead_after}).scalar_one()
        waiting, oldest = connection.execute(
            select(func.count(), func.min(inbox.c.accepted_at)).where(inbox.c.state == "accepted")
        ).one()
    if version > newest_migration():
        found = "its tables were made by a newer version of Ragtime"
        return Finding(QUEUE, "warning", found, "Start the newer version here, too")
    behind = "; gets this version's tables at the next start" if version < newest_migration() else ""
    found = f"{live} workers live, {waiting} events wait{behind}"
    if not live:
        advice = "Start `ragtime worker`, or `ragtime run`: until then what is asked waits"
        return Finding(QUEUE, "warning", found, advice)
    seconds = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
    if seconds > LONG_SECONDS:
        advice = "`ragtime inbox list` says why; start more workers where nothing fails"
        return Finding(QUEUE, "warning", f"{found}, the oldest for {seconds / 60:.0f} minutes", advice)
    return Finding(QUEUE, "ok", found)
