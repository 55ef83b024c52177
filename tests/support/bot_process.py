"""A bot in a process of its own, for tests that end it: `python -m tests.support.bot_process`.

It reads the settings from the environment, and answers slowly enough to be interrupted.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import Future

from bot.config import load_settings
from bot.serve import run
from chains.contract import Question
from knowledge.database import open_database
from tests.support.answerer import FakeAnswerer


def slowly(_: Question) -> None:
    """Takes its time, as a model does."""
    time.sleep(float(os.environ.get("SLOWNESS", "0")))


def told(line: str) -> None:
    """Where the bot is, for whoever started it."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    settings = load_settings(os.environ)
    settings.ragtime_home.mkdir(parents=True, exist_ok=True)
    answerer = FakeAnswerer(before=slowly, between=slowly)
    run(settings, answerer, open_database(settings.database), told, Future())
