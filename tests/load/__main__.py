"""`python -m tests.load`: a steady stream of signed events against a real bot (docs/benchmarks.md).

The bot is a process of its own, or several, over the sample and without a key; so is the local Slack that
it answers to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from knowledge.database import open_database
from tests.bench.figures import Figure, percentile
from tests.bench.large import Say
from tests.bench.latency import QUESTIONS_FILE
from tests.bench.table import OUT, print_figures, status, write_json
from tests.load.bots import Bot, one_process, several_processes
from tests.load.sending import Sent, send_all
from tests.load.slack import Slack
from tests.load.waits import LONG_SECONDS, Told, Wait, compare, waits
from tests.load.watching import Look, Watch, growth, open_events
from tests.support.chroma import chroma_server
from tests.support.postgres import empty_database, server_url

PART = "load"
ACK_MS = 50.0
# What allocators keep and caches fill is a few per cent.
FLAT = 1.10


@dataclass(frozen=True, slots=True)
class Plan:
    """How many events a second, for how many seconds, which share of them about questions to the bot.

    It is waited for `patience` seconds until the last one is answered.
    """

    rate: float
    seconds: float
    asking: float
    patience: float


def main() -> None:
    """Puts a bot under load and prints what came of it; exits with 1 where a question was lost or doubled."""
    options = _options()
    plan = Plan(options.rate, options.seconds, options.asking, options.patience)
    with status() as say, ExitStack() as stack:
        say("Preparing")
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ragtime-load-")))
        slack = stack.enter_context(local_slack())
        if options.processes:
            database = stack.enter_context(empty_database(stack.enter_context(server_url())))
            chroma = stack.enter_context(chroma_server(home / "chroma"))
            bot = stack.enter_context(several_processes(home, slack.variables, database, chroma.url))
        else:
            bot = stack.enter_context(one_process(home, slack.variables))
        figures, verdict = measure(bot, slack, plan, say)
    print_figures(figures, "Ragtime under load")
    OUT.print(", ".join(f"{count} {name}" for name, count in verdict.items()))
    write_json(figures, options.json)
    OUT.print(f"Written to {options.json}")
    sys.exit(not held(verdict))


def held(verdict: Mapping[str, int]) -> bool:
    """Whether no question was lost, answered twice or left half written."""
    return not (verdict["lost"] or verdict["doubled"] or verdict["streaming"])


def measure(bot: Bot, slack: Slack, plan: Plan, say: Say) -> tuple[list[Figure], dict[str, int]]:
    """The figures, and Slack's verdict: how many questions were asked, answered, lost, doubled."""
    questions = [json.loads(line)["question"] for line in QUESTIONS_FILE.read_text("utf-8").splitlines()]
    count = round(plan.rate * plan.seconds)
    events = slack.prepare(questions, count, plan.asking)
    engine = open_database(bot.database)
    with Watch(bot.processes, engine) as watch:

        def tick(sent: int) -> None:
            open_now = watch.looks[-1].open if watch.looks else 0
            say(f"{sent} of {count} events sent, {open_now} to be answered")

        sent = asyncio.run(send_all(bot.events, slack.signing_secret, events, plan.rate, tick))
        under_load = list(watch.looks)
        drained = _drain(engine, plan.patience, say)
    waited = waits(engine)
    engine.dispose()
    figures = [
        *_acks(sent),
        *_replies(waited, under_load, drained),
        *_waits(waited, slack.told()),
        *_memory(under_load),
    ]
    return figures, slack.verdict()


def _acks(sent: Sequence[Sent]) -> Iterator[Figure]:
    acks = [each.seconds * 1000 for each in sent]
    yield Figure(PART, "Deliveries", "", "more", len(sent))
    yield Figure(PART, "Not acked", "", "less", sum(each.status != 200 for each in sent), bar=0)
    yield Figure(PART, "Ack, median", "ms", "less", percentile(acks, 0.5))
    yield Figure(PART, "Ack, 99th percentile", "ms", "less", percentile(acks, 0.99), bar=ACK_MS)
    yield Figure(PART, "Ack, slowest", "ms", "less", max(acks))


def _replies(
    waited: Mapping[tuple[str, str], Wait], looks: Sequence[Look], drained: float | None
) -> Iterator[Figure]:
    took = [wait.seconds for wait in waited.values()]
    yield Figure(PART, "Event to complete reply, median", "s", "less", percentile(took, 0.5))
    yield Figure(PART, "Event to complete reply, 95th percentile", "s", "less", percentile(took, 0.95))
    yield Figure(PART, "Most events open at once", "", "less", max(look.open for look in looks))
    yield Figure(PART, "Queue drained, after the last event", "s", "less", drained)


def _waits(waited: Mapping[tuple[str, str], Wait], told: Sequence[Told]) -> Iterator[Figure]:
    """Nothing where nobody had to wait."""
    telling = compare(waited, told)
    if telling.long or told:
        yield Figure(PART, f"Waited for {LONG_SECONDS:.0f} s or more", "", "less", telling.long)
        yield Figure(PART, "Of these, told that it takes a while", "", "more", telling.told)
        yield Figure(PART, "Told, right to a factor of two", "", "more", telling.right)
        yield Figure(PART, "Told by what it took, median", "×", "less", telling.ratio)


def _memory(looks: Sequence[Look]) -> Iterator[Figure]:
    for name in looks[0].mebibytes:
        mebibytes = [look.mebibytes[name] for look in looks]
        yield Figure(PART, f"Memory of {name}, most", "MiB", "less", max(mebibytes))
        yield Figure(PART, f"Memory of {name}, last third by first", "×", "less", growth(mebibytes), bar=FLAT)


def _drain(engine: Engine, patience: float, say: Say) -> float | None:
    """Seconds until nothing is open; None where it took longer than `patience`."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        left = open_events(engine)
        if not left:
            return time.monotonic() - began
        say(f"All sent; {left} to be answered")
        time.sleep(0.2)
    return None


@contextmanager
def local_slack() -> Iterator[Slack]:
    """A local Slack in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.slack"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Slack(**json.loads(process.stdout.readline()))
        finally:
            process.kill()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument(
        "--processes",
        action="store_true",
        help="web and two workers on PostgreSQL and a Chroma server, in place of one process",
    )
    parser.add_argument("--rate", type=float, default=50, help="events a second (default: 50)")
    parser.add_argument("--seconds", type=float, default=300, help="for how long (default: 300)")
    parser.add_argument(
        "--asking",
        type=float,
        default=0.2,
        help="the share of events that are about questions to the bot, not people’s talk (default: 0.2)",
    )
    parser.add_argument(
        "--patience", type=float, default=1800, help="seconds for the queue to drain (default: 1800)"
    )
    parser.add_argument("--json", type=Path, default=Path("load.json"), help="default: load.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
