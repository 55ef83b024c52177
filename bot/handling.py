"""Sees one event of the inbox through: to its reply, to another try later, or to an apology.

Whoever took the event from the inbox calls it; what it comes to stands in the inbox afterwards.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from slack_sdk.errors import SlackApiError

from bot import inbox, words
from bot.blocks.render import plain_message
from bot.client import error_code, is_transient
from bot.inbox import ClaimLost, Item
from bot.replies.answering import answer, apologize
from bot.replies.questions import NothingToSay
from bot.replies.reply import UNREACHABLE, Withdrawn
from bot.replies.respond import NotDelivered, respond
from bot.services import Services
from bot.telemetry.logs import about
from bot.telemetry.reasons import reason

log = logging.getLogger(__name__)

TRIES = 3
# A process that is killed says nothing about the question, so it may happen more often.
INTERRUPTIONS = 10
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(seconds=60)
GIVE_UP_AFTER = timedelta(hours=24)
# How soon it is looked again whether a database that failed works.
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


class Handler:
    """Handles events; called from several threads at once. `stopping` is set when the process is to end."""

    def __init__(self, services: Services, stopping: threading.Event) -> None:
        self._services = services
        self._stopping = stopping
        self._no_streams = threading.Event()

    def handle(self, item: Item) -> None:
        """Sees an event through. Where the database fails meanwhile, it is opened again once that works."""
        with about(item.incoming.event_id, item.incoming.text):
            try:
                self._see_through(item)
            except ClaimLost:
                log.warning(
                    "event %s: this worker was thought dead, another one answers", item.incoming.event_id
                )
            except Exception:
                log.exception("event %s cannot be seen through", item.incoming.event_id)
                self._hand_back(item)

    def _hand_back(self, item: Item) -> None:
        while not self._stopping.is_set():
            try:
                inbox.hand_back(self._services.engine, item)
                return
            except Exception:
                log.exception("event %s cannot be handed back yet", item.incoming.event_id)
                self._stopping.wait(LOOK_AGAIN_SECONDS)

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
        except ClaimLost:
            raise
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
                respond(self._services.client, item.incoming.response_url, plain_message(words.NOT_SHARED))
            except (NotDelivered, OSError) as error:
                log.warning("event %s: %s", item.incoming.event_id, error)
