"""`python -m tests.load`: a steady stream of signed events against a real bot (docs/benchmarks.md).

The bot is a process of its own, over the sample, without a key; so is the local Slack that it answers to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.bench.figures import Figure, percentile
from tests.bench.large import Say
from tests.bench.latency import QUESTIONS_FILE
from tests.bench.startup import DidNotStart, bot_command, environment_in, is_healthy
from tests.bench.table import OUT, print_figures, status, write_json
from tests.load.sending import Sent, send_all
from tests.load.watching import Look, Watch, growth, open_events, seconds_to_answer

PATIENCE_SECONDS = 120.0
PART = "load"
ACK_MS = 50.0
# What allocators keep and caches fill is a few per cent.
FLAT = 1.10


@dataclass(frozen=True, slots=True)
class Slack:
    """Where the local Slack is, and with what the bot signs in."""

    url: str
    api_url: str
    bot_token: str
    signing_secret: str

    def prepare(self, questions: Sequence[str], events: int, asking: float) -> list[Any]:
        """The events to send; see tests/load/slack.py."""
        wanted = {"questions": questions, "events": events, "asking": asking}
        return httpx.post(
            f"{self.url}/load/prepare", json=wanted, timeout=PATIENCE_SECONDS, trust_env=False
        ).json()

    def verdict(self) -> dict[str, int]:
        """What came of the questions."""
        return httpx.get(f"{self.url}/load/verdict", timeout=PATIENCE_SECONDS, trust_env=False).json()


def main() -> None:
    """Puts a bot under load and prints what came of it; exits with 1 where a question was lost or doubled."""
    options = _options()
    with status() as say, tempfile.TemporaryDirectory(prefix="ragtime-load-") as home, _slack() as slack:
        figures, verdict = measure(Path(home), slack, options, say)
    print_figures(figures, "Ragtime under load")
    OUT.print(", ".join(f"{count} {name}" for name, count in verdict.items()))
    write_json(figures, options.json)
    OUT.print(f"Written to {options.json}")
    if verdict["lost"] or verdict["doubled"] or verdict["streaming"]:
        sys.exit(1)


def measure(
    home: Path, slack: Slack, options: argparse.Namespace, say: Say
) -> tuple[list[Figure], dict[str, int]]:
    """The figures, and Slack's verdict: how many questions were asked, answered, lost, doubled."""
    questions = [json.loads(line)["question"] for line in QUESTIONS_FILE.read_text("utf-8").splitlines()]
    count = round(options.rate * options.seconds)
    say("Preparing")
    events = slack.prepare(questions, count, options.asking)
    with _bot(home, slack) as (bot, port):
        database = home / "home" / "ragtime.db"
        with Watch(bot.pid, database) as watch:

            def tick(sent: int) -> None:
                open_now = watch.looks[-1].open if watch.looks else 0
                say(f"{sent} of {count} events sent, {open_now} to be answered")

            url = f"http://127.0.0.1:{port}/slack/events"
            sent = asyncio.run(send_all(url, slack.signing_secret, events, options.rate, tick))
            under_load = list(watch.looks)
            drained = _drain(watch, options.patience, say)
        took = seconds_to_answer(watch.engine)
        watch.engine.dispose()
    return list(_figures(sent, under_load, took, drained)), slack.verdict()


def _figures(
    sent: Sequence[Sent], looks: Sequence[Look], took: Sequence[float], drained: float | None
) -> Iterator[Figure]:
    acks = [each.seconds * 1000 for each in sent]
    yield Figure(PART, "Deliveries", "", "more", len(sent))
    yield Figure(PART, "Not acked", "", "less", sum(each.status != 200 for each in sent), bar=0)
    yield Figure(PART, "Ack, median", "ms", "less", percentile(acks, 0.5))
    yield Figure(PART, "Ack, 99th percentile", "ms", "less", percentile(acks, 0.99), bar=ACK_MS)
    yield Figure(PART, "Ack, slowest", "ms", "less", max(acks))
    yield Figure(PART, "Event to complete reply, median", "s", "less", percentile(took, 0.5))
    yield Figure(PART, "Event to complete reply, 95th percentile", "s", "less", percentile(took, 0.95))
    yield Figure(PART, "Most events open at once", "", "less", max(look.open for look in looks))
    yield Figure(PART, "Queue drained, after the last event", "s", "less", drained)
    yield Figure(PART, "Memory, most", "MiB", "less", max(look.mebibytes for look in looks))
    yield Figure(PART, "Memory, last third by first", "×", "less", growth(looks), bar=FLAT)


def _drain(watch: Watch, patience: float, say: Say) -> float | None:
    """Seconds until nothing is open; None where it took longer than `patience`."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        left = open_events(watch.engine)
        if not left:
            return time.monotonic() - began
        say(f"All sent; {left} to be answered")
        time.sleep(0.2)
    return None


@contextmanager
def _slack() -> Iterator[Slack]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.load.slack"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield Slack(**json.loads(process.stdout.readline()))
        finally:
            process.kill()


@contextmanager
def _bot(home: Path, slack: Slack) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A bot over the sample that takes events by HTTP, and its port.

    Raises:
        DidNotStart: it ended, or was not healthy in time.
    """
    environment = environment_in(home) | {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    subprocess.run([*bot_command(), "sync"], cwd=home, env=environment, check=True, capture_output=True)
    log = home / "bot.log"
    with log.open("wb") as output:
        bot = subprocess.Popen(
            [*bot_command(), "run"], cwd=home, env=environment, stdout=output, stderr=output
        )
        try:
            began = time.monotonic()
            while not is_healthy(environment["PORT"]):
                if bot.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                    raise DidNotStart(f"The bot did not start: {log.read_text(errors='replace').strip()}")
                time.sleep(0.1)
            yield bot, environment["PORT"]
        finally:
            bot.terminate()
            bot.wait(PATIENCE_SECONDS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
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
