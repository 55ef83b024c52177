"""Sees one event of the inbox through: to its reply, to another try later, or to an apology.

Whoever took the event from the inbox calls it; what it comes to stands in the inbox afterwards.
"""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Literal

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError

from bot import inbox, words
from bot.blocks.render import plain_message
from bot.client import error_code, is_transient
from bot.inbox import ClaimLost, Item
from bot.replies.answering import answer, apologize
from bot.replies.questions import NothingToSay
from bot.replies.reply import UNREACHABLE, Withdrawn
from bot.replies.respond import NotDelivered, respond
from bot.services import Services
from bot.telemetry import measures
from bot.telemetry.logs import about
from bot.telemetry.reasons import reason
from bot.telemetry.traces import about_event, chain_traced
from knowledge.vectors import VectorsUnavailable

log = logging.getLogger(__name__)

TRIES = 3
# A process that is killed says nothing about the question, so it may happen more often.
INTERRUPTIONS = 10
FIRST_RETRY = timedelta(seconds=1)
GIVE_UP_AFTER = timedelta(hours=24)
# For how long it is nobody's fault that the database or Chroma is away; then it counts as a failure.
AWAY_SECONDS = 600.0
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

# What a try came to: "put off" is tried again.
Outcome = Literal["answered", "failed", "withdrawn", "put off"]


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
                with about_event("handle", item.incoming) as step, chain_traced():
                    outcome = self._see_through(item)
                    step.set_attributes({"ragtime.outcome": outcome, "ragtime.failures": item.failures})
                kind = item.incoming.kind
                measures.ANSWERS.record(_seconds(item), {"kind": kind, "outcome": outcome})
            except ClaimLost:
                event_id = item.incoming.event_id
                if self._stopping.is_set():
                    log.info("event %s was handed back, as this process ends: another one answers", event_id)
                else:
                    log.warning("event %s: this worker was thought dead, another one answers", event_id)
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

    def _see_through(self, item: Item) -> Outcome:
        """Answers an event or says that it cannot be answered; writes down which.

        Raises:
            ClaimLost: somebody else answers it.
        """
        engine = self._services.engine
        event_id = item.incoming.event_id
        try:
            if _is_given_up(item):
                inbox.fail(engine, item, apologize(self._services, item))
                return "failed"
            inbox.finish(engine, item, answer(self._services, item, self._no_streams))
            kind, channel = item.incoming.kind, item.incoming.channel
            log.info("answered", extra={"kind": kind, "channel": channel, "seconds": _seconds(item)})
            return "answered"
        except Withdrawn:
            log.info("event %s: its message was deleted", event_id)
            inbox.withdraw(engine, item.incoming.channel, str(item.incoming.ts))
            return "withdrawn"
        except ClaimLost:
            raise
        except NothingToSay:
            inbox.withdraw(engine, item.incoming.channel, str(item.incoming.ts))
            return "withdrawn"
        except NotDelivered as error:
            log.warning("event %s: the private reply was not taken: %s", event_id, error)
            inbox.fail(engine, item, None, reason(error, item.incoming.text))
            return "failed"
        except Exception as error:
            return self._went_wrong(item, error)

    def _went_wrong(self, item: Item, error: Exception) -> Outcome:
        """Tries it again later, or gives it up."""
        engine = self._services.engine
        event_id = item.incoming.event_id
        why = reason(error, item.incoming.text)
        if isinstance(error, SlackApiError) and error_code(error) in UNREACHABLE:
            log.warning("event %s cannot be answered where it was asked: %s", event_id, error_code(error))
            inbox.fail(engine, item, None, why)
            self._explain_share(item)
            return "failed"
        if is_transient(error) or error_code(error) in FOR_THE_ADMIN:
            log.warning("event %s: Slack does not take the reply now: %s", event_id, error)
            if _seconds(item) > GIVE_UP_AFTER.total_seconds():
                inbox.fail(engine, item, None, why)
                return "failed"
            inbox.retry_later(engine, item, _growing(item), failed=False, why=why)
            return "put off"
        if is_away(error) and _seconds(item) < AWAY_SECONDS:
            log.warning("event %s: %s", event_id, why)
            inbox.retry_later(engine, item, _growing(item), failed=False, why=why)
            return "put off"
        if _is_given_up(item):
            log.error("event %s: not even an apology", event_id, exc_info=error)
            inbox.fail(engine, item, None)
            return "failed"
        log.error("event %s failed, try %d", event_id, item.failures + 1, exc_info=error)
        last = item.failures + 1 >= TRIES
        wait = timedelta(0) if last else FIRST_RETRY * 2**item.failures
        inbox.retry_later(engine, item, wait, failed=True, why=why)
        return "put off"

    def _explain_share(self, item: Item) -> None:
        if item.incoming.kind == "share" and item.incoming.response_url:
            try:
                respond(self._services.client, item.incoming.response_url, plain_message(words.NOT_SHARED))
            except (NotDelivered, OSError) as error:
                log.warning("event %s: %s", item.incoming.event_id, error)


def _is_given_up(item: Item) -> bool:
    return item.failures >= TRIES or item.interruptions >= INTERRUPTIONS


def is_away(error: BaseException) -> bool:
    """Whether something failed because the database or Chroma is away, full or locked, which may pass."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    return any(isinstance(each, (OperationalError, VectorsUnavailable)) for each in causes)


def _growing(item: Item) -> timedelta:
    """How long to wait before the next try: the longer, the longer it has waited."""
    return min(inbox.LONGEST_RETRY, max(FIRST_RETRY, timedelta(seconds=_seconds(item) / 4)))


def _seconds(item: Item) -> float:
    """How long ago the event was taken in."""
    return round((datetime.now(UTC) - item.accepted_at).total_seconds(), 3)
