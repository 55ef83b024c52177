"""What was accepted and what was done about it: two tables that both contenders write to."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine, text

# Set where the order of a thread is given up, to see what keeping it costs.
UNORDERED = "QUEUES_UNORDERED"
# Puts an event of a thread into a queue, in the transaction of this connection.
Put = Callable[[Connection, str, str], None]

TABLES = """
CREATE TABLE accepted (event text PRIMARY KEY, thread text, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE runs (
    id serial PRIMARY KEY, event text, worker text,
    started_at timestamptz DEFAULT clock_timestamp(), ended_at timestamptz
)
"""
LATENCIES = """
SELECT extract(epoch FROM min(started_at) - at) * 1000
FROM runs JOIN accepted USING (event) GROUP BY event, at
"""


def make_tables(engine: Engine) -> None:
    """Makes the tables in an empty database."""
    with engine.begin() as connection:
        for statement in TABLES.split(";"):
            connection.execute(text(statement))


def accept(connection: Connection, event: str, thread: str) -> None:
    """Writes down that an event arrived, as the inbox does."""
    connection.execute(
        text("INSERT INTO accepted VALUES (:event, :thread)"), {"event": event, "thread": thread}
    )


def work(engine: Engine, event: str, worker: str, seconds: float) -> None:
    """Does what an answer is here: notes the start, takes its time, notes the end."""
    with engine.begin() as connection:
        begin = text("INSERT INTO runs (event, worker) VALUES (:event, :worker) RETURNING id")
        run = connection.execute(begin, {"event": event, "worker": worker}).scalar_one()
    time.sleep(seconds)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET ended_at = clock_timestamp() WHERE id = :run"), {"run": run})


def undone(engine: Engine) -> int:
    """How many accepted events no run has seen to its end."""
    query = (
        "SELECT count(*) FROM accepted WHERE event NOT IN (SELECT event FROM runs WHERE ended_at IS NOT NULL)"
    )
    return _number(engine, query)


def begun(engine: Engine) -> int:
    """How many runs were begun."""
    return _number(engine, "SELECT count(*) FROM runs")


def working(engine: Engine, worker: str) -> int:
    """How many runs a worker has begun and not ended."""
    return _number(engine, f"SELECT count(*) FROM runs WHERE ended_at IS NULL AND worker = '{worker}'")


def latencies(engine: Engine) -> list[float]:
    """Milliseconds from each event's arrival to its first start, ascending."""
    with engine.connect() as connection:
        return sorted(map(float, connection.scalars(text(LATENCIES))))


def _number(engine: Engine, query: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
