"""The workers: threads that take events from the inbox and see each through to its one reply."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from slack_sdk.errors import SlackApiError

from bot import inbox, words
from bot.blocks.render import plain_message
from bot.client import error_code, is_transient
from bot.doorbell import Doorbell
from bot.inbox import Item
from bot.replies.answering import answer, apologize
from bot.replies.questions import NothingToSay
from bot.replies.reply import UNREACHABLE, Withdrawn
from bot.replies.respond import NotDelivered, respond
from bot.services import Services
from bot.telemetry.logs import about
from bot.telemetry.reasons import reason

log = logging.getLogger(__name__)

WORKERS = 4
TRIES = 3
# A process that is killed says nothing about the question, so it may happen more often.
INTERRUPTIONS = 10
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(seconds=60)
GIVE_UP_AFTER = timedelta(hours=24)
LOOK_AGAIN_SECONDS = 5.0

# Errors that pass once an admin has done something.
FOR_THE_ADMIN = {
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
}


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
        self._no_streams = threading.Event()

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
                    self._see_through(item)
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

    def _see_through(self, item: Item) -> None:
        """Answers an event or says that it cannot be answered; writes down which."""
        engine = self._services.engine
        event_id = item.incoming.event_id
        text = item.incoming.text
        given_up = item.failures >= TRIES or item.interruptions >= INTERRUPTIONS
        try:
            if given_up:
                inbox.fail(engine, item, apologize(self._services, item))
            else:
                inbox.finish(engine, item, answer(self._services, item, self._no_streams))
                seconds = round((datetime.now(UTC) - item.accepted_at).total_seconds(), 3)
                kind, channel = item.incoming.kind, item.incoming.channel
                log.info("answered", extra={"kind": kind, "channel": channel, "seconds": seconds})
        except Withdrawn:
            log.info("event %s: its message was deleted", event_id)
            inbox.withdraw(engine, item.incoming.channel, str(item.incoming.ts))
        except NothingToSay:
            inbox.withdraw(engine, item.incoming.channel, str(item.incoming.ts))
        except NotDelivered as error:
            log.warning("event %s: the private reply was not taken: %s", event_id, error)
            inbox.fail(engine, item, None, reason(error, text))
        except Exception as error:
            age = datetime.now(UTC) - item.accepted_at
            if isinstance(error, SlackApiError) and error_code(error) in UNREACHABLE:
                log.warning("event %s cannot be answered where it was asked: %s", event_id, error_code(error))
                inbox.fail(engine, item, None, reason(error))
                self._explain_share(item)
            elif is_transient(error) or error_code(error) in FOR_THE_ADMIN:
                log.warning("event %s: Slack does not take the reply now: %s", event_id, error)
                why = reason(error, text)
                if age > GIVE_UP_AFTER:
                    inbox.fail(engine, item, None, why)
                else:
                    wait = min(LONGEST_RETRY, max(FIRST_RETRY, age / 4))
                    inbox.retry_later(engine, item, wait, failed=False, why=why)
            elif given_up:
                log.exception("event %s: not even an apology", event_id)
                inbox.fail(engine, item, None)
            else:
                log.exception("event %s failed, try %d", event_id, item.failures + 1)
                last = item.failures + 1 >= TRIES
                wait = timedelta(0) if last else FIRST_RETRY * 2**item.failures
                inbox.retry_later(engine, item, wait, failed=True, why=reason(error, text))

    def _explain_share(self, item: Item) -> None:
        if item.incoming.kind == "share" and item.incoming.response_url:
            try:
                respond(item.incoming.response_url, plain_message(words.NOT_SHARED))
            except (NotDelivered, OSError) as error:
                log.warning("event %s: %s", item.incoming.event_id, error)

    def _until_next(self) -> float:
        """Seconds to wait when there is nothing to take."""
        due = inbox.next_due(self._services.engine)
        if due is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, max(0.05, (due - datetime.now(UTC)).total_seconds()))
