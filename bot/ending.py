"""How a process ends once it is told to: in order, and ten seconds later at most."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGTERM, signal.SIGINT)

# By which second each part is over; whatever it has not done is left to the next process.
# Open pages and half-read requests; the connection to Slack.
REQUESTS_BY = 2
# What is being answered: what is not, is handed back.
ANSWERS_BY = 6.0
# A sync of the documents.
SYNC_BY = 7.0
# For how many seconds, thereafter, telemetry may send what is left.
REPORT_SECONDS = 1.0
# Threads that wait for a server do not let Python end. What is left by then, the system ends.
EXIT_BY = 9.5
# How the threads are named that embed. Python's being taken down under native code aborts the process.
AT_WORK = ("sync", "worker-", "asyncio_")


class Ending:
    """The end of a process. `told` is set as soon as it begins: nothing new is begun from then on."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self._began: float | None = None

    def begin(self) -> None:
        """Begins it, unless it has begun."""
        if self._began is None:
            self._began = time.monotonic()
            self.told.set()

    def left(self, by: float) -> float:
        """How many seconds there are until so many seconds after it began; all of them before it begins."""
        return by if self._began is None else max(0.0, self._began + by - time.monotonic())

    def begin_in_time(self) -> None:
        """Begins it, as a signal asks for, and sees to it that it comes to its end."""
        if self._began is None:
            signal.setitimer(signal.ITIMER_REAL, EXIT_BY)
        self.begin()


@contextmanager
def ended_by_signals(ending: Ending) -> Iterator[None]:
    """SIGTERM and Ctrl-C begin the end, while the context lasts. In the main thread only."""
    before = {number: signal.signal(number, lambda *_: ending.begin_in_time()) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave() -> None:
    """Ends the process here and now where a thread is still at work for which its end could not wait.

    To be called last. What that thread was at is with the next process already.
    """
    if any(thread.name.startswith(AT_WORK) for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
