"""The workers of one process that owns its database: threads that take what is in the inbox."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot import inbox
from bot.doorbell import Doorbell
from bot.handling import LOOK_AGAIN_SECONDS, Handler
from bot.inbox import Item, Waiting
from bot.services import Services

log = logging.getLogger(__name__)

WORKERS = 4


class InProcess:
    """The queue of a process that does all the work itself: the inbox. Rings for its threads."""

    def __init__(self, bell: Doorbell) -> None:
        self._bell = bell

    def put(self, _connection: Connection, _waiting: Waiting) -> None:
        """Nothing to do: the threads look at the inbox."""

    def wake(self) -> None:
        """Rings."""
        self._bell.ring()

    def hands(self) -> int:
        """The threads."""
        return WORKERS


class Workers:
    """Answers what is in the inbox, several threads at once, until stopped.

    One process at a time may run workers on a database: what it finds as being answered at start is
    taken to be left by one that died.
    """

    def __init__(self, services: Services, bell: Doorbell, count: int = WORKERS) -> None:
        self._services = services
        self._bell = bell
        self._threads = [
            threading.Thread(target=self._run, name=f"worker-{number}", daemon=True)
            for number in range(count)
        ]
        # By event and claim: what one thread hands back, another may be at before the first has let go of it.
        self._running: dict[tuple[int, int], Item] = {}
        # All wake up for each event: several that took at once would all write, but one of them in vain.
        self._taking = threading.Lock()
        self._stopping = threading.Event()
        self._handler = Handler(services, self._stopping)

    def start(self) -> None:
        """Opens what was interrupted, and begins."""
        reopened = inbox.reopen_interrupted(self._services.engine)
        if reopened:
            log.info("%d events were being answered when the last process ended: going on", reopened)
        for thread in self._threads:
            thread.start()

    def stop(self, within: float) -> None:
        """Takes nothing more; what is not answered within so many seconds is handed back to the inbox."""
        deadline = time.monotonic() + within
        self._stopping.set()
        self._bell.ring()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        for item in list(self._running.values()):
            inbox.hand_back(self._services.engine, item)
            log.info("event %s is handed back", item.incoming.event_id)

    def hands(self) -> int:
        """How many of the threads live."""
        return sum(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while not self._stopping.is_set():
            heard = self._bell.rings
            try:
                with self._taking:
                    item = inbox.take(self._services.engine)
                wait = LOOK_AGAIN_SECONDS if item else self._until_next()
            except Exception:
                log.exception("the inbox cannot be read")
                item, wait = None, LOOK_AGAIN_SECONDS
            if item is None:
                self._bell.wait(heard, wait)
                continue
            self._running[item.id, item.claim] = item
            try:
                self._handler.handle(item)
            finally:
                del self._running[item.id, item.claim]
                # What waited for this one in its thread may go on.
                self._bell.ring()

    def _until_next(self) -> float:
        """Seconds to wait when there is nothing to take."""
        due = inbox.next_due(self._services.engine)
        if due is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, max(0.05, (due - datetime.now(UTC)).total_seconds()))
