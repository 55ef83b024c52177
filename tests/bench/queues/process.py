"""A process of the measurement: `python -m tests.bench.queues.process CONTENDER submit|serve URL …`."""

from __future__ import annotations

import importlib
import sys
import time

from knowledge.database import open_database
from tests.bench.queues import ledger


def submit(contender: str, url: str, prefix: str, rate: float, count: int) -> None:
    """Accepts so many events, so many a second; says after each that it is committed."""
    engine = open_database(url)
    put: ledger.Put = importlib.import_module(f"tests.bench.queues.on_{contender}").submitter(url)
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        event, thread = f"{prefix}-{number}", f"{prefix}-thread-{number}"
        with engine.begin() as connection:
            ledger.accept(connection, event, thread)
            put(connection, event, thread)
        print(event, flush=True)


def main() -> None:
    """Carries out one of the two."""
    contender, what, url, *rest = sys.argv[1:]
    if what == "submit":
        submit(contender, url, rest[0], float(rest[1]), int(rest[2]))
    else:
        module = importlib.import_module(f"tests.bench.queues.on_{contender}")
        module.serve(open_database(url), url, rest[0], rest[1], float(rest[2]))


if __name__ == "__main__":
    main()
