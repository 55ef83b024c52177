"""What was said below a question that reached us late is taken in, as if the question had come in time."""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.client import error_code, is_transient, said
from bot.inbox import Incoming, Item
from bot.relevance import relevant
from bot.replies.reply import REPLY, thread_pages
from bot.services import Services
from bot.taking_in import take_in

log = logging.getLogger(__name__)

# Slack delivers again at once, after a minute and after five. Sooner than this hardly anybody follows up.
LATE_SECONDS = 30.0


def take_in_missed(services: Services, item: Item) -> None:
    """Takes in what came before its thread was ours: it did not look like a message for us then.

    Only below a question that turned to us in a channel and is late; what is there already is passed over.

    Raises:
        Withdrawn: the thread is gone.
        SlackApiError, OSError: Slack could not be asked now.
    """
    incoming = item.incoming
    if not _is_late(item) or services.channels.of(incoming.channel).quiet:
        return
    try:
        pages = thread_pages(services.client, incoming.channel, str(incoming.thread_ts), str(incoming.ts))
        messages = [message for page in pages for message in said(page)["messages"]]
    except SlackApiError as error:
        if is_transient(error):
            raise
        log.warning("event %s: its thread cannot be read: %s", incoming.event_id, error_code(error))
        return
    for missed in _missed(services, incoming, messages):
        log.info("event %s is taken in from its thread", missed.event_id)
        take_in(services, missed)


def _is_late(item: Item) -> bool:
    incoming = item.incoming
    if incoming.kind != "message" or incoming.direct or incoming.unasked or incoming.ts is None:
        return False
    return item.accepted_at.timestamp() - float(incoming.ts) >= LATE_SECONDS


def _missed(services: Services, late: Incoming, thread: list[dict[str, Any]]) -> list[Incoming]:
    """Messages after the late one that are for us only since that one is."""
    us = services.identity()
    answered = {_answers(message) for message in thread if message.get("user") == us.user}
    own = next((message for message in thread if message["ts"] == late.ts), None)
    if own is None:
        return []
    # A mention may have been added by editing: what was said before that was not said to us.
    since = (own.get("edited") or {}).get("ts") or own["ts"]
    found: list[Incoming] = []
    for message in thread:
        if message["ts"] <= since or message["ts"] in answered:
            continue
        event = {**message, "type": "message", "channel": late.channel, "channel_type": late.channel_type}

        def read(known: bool, event: dict[str, Any] = event) -> Incoming | None:
            return relevant(
                f"missed:{late.channel}:{event['ts']}",
                event,
                team=us.team,
                bot_user=us.user,
                follows=lambda *_: known,
                unasked=lambda _: False,
            )

        # What is for us in any case has an event of its own, which comes or has come.
        if read(known=False) is None and (missed := read(known=True)):
            found.append(missed)
    return found


def _answers(message: dict[str, Any]) -> str | None:
    """The ts of the message that a complete reply of ours answers."""
    marks = message.get("metadata") or {}
    return marks["event_payload"].get("ts") if marks.get("event_type") == REPLY else None
