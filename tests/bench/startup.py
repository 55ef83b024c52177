"""Seconds from the command to a bot that takes events, in a home that was synced before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

import httpx

from tests.bench.figures import Figure
from tests.bench.large import SAMPLE, Say
from tests.support.ports import free_port

PART = "startup"
ROUNDS = 3
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.02
# What would make another bot of it than the keyless playground.
FOREIGN = ("SLACK_", "OPENAI_", "RAGTIME_", "DATABASE_URL", "CHROMA_URL")
ROOT = Path(__file__).parents[2]


class DidNotStart(Exception):
    """The bot did not come up; the message is what it said."""


def measure(say: Say) -> Iterator[Figure]:
    """The median start over the sample; the peer has no service to start."""
    with tempfile.TemporaryDirectory(prefix="ragtime-bench-") as home:
        environment = environment_in(Path(home))
        say("Syncing the sample")
        subprocess.run([*bot_command(), "sync"], cwd=home, env=environment, check=True, capture_output=True)
        seconds: list[float] = []
        for number in range(1, ROUNDS + 1):
            say(f"Starting the bot, round {number} of {ROUNDS}")
            seconds.append(_start(Path(home), environment))
    yield Figure(PART, "Start to /healthz 200", "s", "less", median(seconds), bar=3.0)


def bot_command() -> list[str]:
    """What starts Ragtime, before the command's own words."""
    return [sys.executable, "-m", "bot"]


def environment_in(home: Path) -> dict[str, str]:
    """The variables of a keyless bot over the sample, with its data in `home` and a port of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "RAGTIME_HOME": str(home / "home"),
        "RAGTIME_DOCS": str(SAMPLE),
        "PORT": str(free_port()),
    }


def _start(folder: Path, environment: Mapping[str, str]) -> float:
    """Starts the bot, waits until it is healthy, and ends it; returns the seconds until then.

    Raises:
        DidNotStart: it ended, or was not healthy in a minute.
    """
    # Run elsewhere than in the checkout, whose .env would be read.
    log = folder / "bot.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        bot = subprocess.Popen(
            [*bot_command(), "run"], cwd=folder, env=dict(environment), stdout=output, stderr=output
        )
        try:
            while not is_healthy(environment["PORT"]):
                if bot.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                    raise DidNotStart(f"The bot did not start: {log.read_text(errors='replace').strip()}")
                time.sleep(LOOK_EVERY_SECONDS)
            return time.perf_counter() - started
        finally:
            bot.send_signal(signal.SIGTERM)
            try:
                bot.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                bot.kill()


def is_healthy(port: str) -> bool:
    """Whether a bot takes events on this port."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2.0, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
