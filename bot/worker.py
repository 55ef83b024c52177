"""The workers: threads that take events from the inbox and see each through to its one reply."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime

from bot import inbox
from bot.doorbell import Doorbell
from bot.handling import Handler
from bot.inbox import Item
from bot.services import Services
from bot.telemetry.logs import about

log = logging.getLogger(__name__)

WORKERS = 4
LOOK_AGAIN_SECONDS = 5.0


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
        self._running: dict[int, Item] = {}
        self._stopping = False
        self._handler = Handler(services)

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
        self._stopping = True
        self._bell.ring()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        for item in list(self._running.values()):
            inbox.hand_back(self._services.engine, item)
            log.info("event %s is handed back", item.incoming.event_id)

    def _run(self) -> None:
        while not self._stopping:
            heard = self._bell.rings
            try:
                item = inbox.take(self._services.engine)
                wait = LOOK_AGAIN_SECONDS if item else self._until_next()
            except Exception:
                log.exception("the inbox cannot be read")
                item, wait = None, LOOK_AGAIN_SECONDS
            if item is None:
                self._bell.wait(heard, wait)
                continue
            self._running[item.id] = item
            try:
                with about(item.incoming.event_id, item.incoming.text):
                    self._handler.handle(item)
            except Exception:
                log.exception("event %s cannot be seen through", item.incoming.event_id)
                self._hand_back(item)
            finally:
                del self._running[item.id]
                # What waited for this one in its thread may go on.
                self._bell.ring()

    def _hand_back(self, item: Item) -> None:
        """Opens an event again after the database failed, once it works again."""
        while not self._stopping:
            try:
                inbox.hand_back(self._services.engine, item)
                return
            except Exception:
                log.exception("event %s cannot be handed back yet", item.incoming.event_id)
                self._bell.wait(self._bell.rings, LOOK_AGAIN_SECONDS)

    def _until_next(self) -> float:
        """Seconds to wait when there is nothing to take."""
        due = inbox.next_due(self._services.engine)
        if due is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, max(0.05, (due - datetime.now(UTC)).total_seconds()))
