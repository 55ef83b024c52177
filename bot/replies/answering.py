"""Answers one event of the inbox: what is done for each kind, up to the complete reply."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from bot import inbox, words
from bot.blocks.render import Rendered, plain_message
from bot.inbox import PRIVATE_COMMANDS, Incoming, Item
from bot.limits import why_no_model
from bot.records import spending
from bot.records.guides import GuideGone
from bot.replies import guiding, verdicts
from bot.replies.commanding import forget_person
from bot.replies.late import take_in_missed
from bot.replies.questions import (
    NotForChannel,
    NothingToSay,
    answer_as_it_comes,
    answer_at_once,
    answer_for_channel,
    answer_unasked,
    list_documents,
)
from bot.replies.reply import Reply, find_earlier
from bot.replies.respond import respond
from bot.replies.routing import offered, reply_to_command, reply_to_message, reply_to_switch
from bot.services import Services
from bot.telemetry import measures
from chains.metering import Spent, metered, refused


def answer(services: Services, item: Item, no_streams: threading.Event) -> str | None:
    """Answers an event, once; returns the reply's ts, None for a private one. What models cost is noted.

    Raises:
        Withdrawn: the question was deleted.
        ClaimLost: somebody else answers it meanwhile.
        NothingToSay: nobody asked us, and there is no answer.
        SlackApiError, OSError, NotDelivered: Slack did not take the reply, or that is not known.
        AnsweringFailed, NoReply: the answering itself failed.
    """
    rules, engine = services.channels.rules, services.engine
    prices = {name: price.price for name, price in rules.price.items()}
    no_model = why_no_model(engine, rules.limits, item.incoming, datetime.now(UTC))

    def note(spent: Spent) -> None:
        spending.record(engine, item.incoming, spent)
        measures.spent(spent)

    told = metered(note, prices)
    with refused(no_model) if no_model else told:
        return _answer(services, item, no_streams)


def _answer(services: Services, item: Item, no_streams: threading.Event) -> str | None:
    incoming = item.incoming
    if incoming.kind == "share" and services.channels.of(incoming.channel).quiet:
        if incoming.response_url:
            _respond(services, incoming, plain_message(words.QUIET))
        return None
    if incoming.private:
        try:
            _respond(services, incoming, _privately(services, incoming))
        except GuideGone:
            _respond(services, incoming, plain_message(words.GUIDE_GONE))
        return None
    take_in_missed(services, item)
    draft_ts = item.draft_ts or item.replaces_ts
    if item.resumed:
        earlier = find_earlier(services.client, incoming, services.identity().user)
        # An apology is a complete reply, too; one that is to be replaced counts for nothing.
        if earlier.reply_ts and earlier.reply_ts != item.replaces_ts:
            guiding.posted(services, incoming, earlier.reply_ts)
            return earlier.reply_ts
        draft_ts = draft_ts or earlier.draft_ts
    reply = Reply(
        services.client,
        incoming,
        on_draft=lambda ts: inbox.note_draft(services.engine, item, ts),
        wanted=lambda: inbox.is_wanted(services.engine, item),
        no_streams=no_streams,
        draft_ts=draft_ts,
    )
    try:
        ts = reply.finish(_openly(services, incoming, reply))
    except GuideGone:
        _respond(services, incoming, plain_message(words.GUIDE_GONE))
        return None
    except NotForChannel:
        if incoming.response_url:
            _respond(services, incoming, plain_message(words.NOT_FOR_CHANNEL))
        return None
    guiding.posted(services, incoming, ts)
    return ts


def apologize(services: Services, item: Item) -> str | None:
    """Says that it could not be answered, in place of the reply; returns the apology's ts."""
    incoming = item.incoming
    if incoming.response_url:
        respond(services.client, incoming.response_url, plain_message(words.SORRY), incoming.thread_ts)
        return None
    earlier = find_earlier(services.client, incoming, services.identity().user)
    if earlier.reply_ts:
        return earlier.reply_ts
    reply = Reply(
        services.client,
        incoming,
        on_draft=lambda _: None,
        wanted=lambda: inbox.is_wanted(services.engine, item),
        no_streams=threading.Event(),
        draft_ts=item.draft_ts or earlier.draft_ts,
    )
    return reply.finish(plain_message(words.SORRY))


def _openly(services: Services, incoming: Incoming, reply: Reply) -> Rendered:
    """The reply that everyone there reads; it may be shown as it comes.

    Raises:
        GuideGone: it was about a guide that was deleted.
    """
    match incoming.kind:
        case "message" if not _may_ask(services, incoming):
            return _turned_away(incoming)
        case "message" if incoming.unasked:
            return answer_unasked(services, incoming)
        case "share" if incoming.action:
            return verdicts.for_channel(services.engine, incoming)
        case "share":
            return answer_for_channel(services, incoming)
        case "press":
            return guiding.show(services, incoming, guiding.press(services, incoming))
        case "switch":
            return reply_to_switch(services, incoming, lambda: answer_as_it_comes(services, incoming, reply))
        case "forget":
            return forget_person(services, incoming)
        case _:
            return reply_to_message(services, incoming, reply)


def _privately(services: Services, incoming: Incoming) -> Rendered:
    """The reply that only this person reads."""
    if incoming.kind in PRIVATE_COMMANDS and not _may_ask(services, incoming):
        return _turned_away(incoming)
    match incoming.kind:
        case "docs":
            return list_documents(services, incoming, incoming.text)
        case "ask":
            answered = answer_at_once(services, incoming, shareable=not incoming.direct)
            return offered(services, incoming, answered)
        case "press":
            return guiding.show(services, incoming, guiding.press(services, incoming))
        case "switch":
            return reply_to_switch(services, incoming, lambda: answer_at_once(services, incoming))
        case "forget":
            return forget_person(services, incoming)
        case _:
            return reply_to_command(services, incoming)


def _may_ask(services: Services, incoming: Incoming) -> bool:
    allowed = services.channels.of(incoming.channel).ask
    return not allowed or services.audience.holds(incoming.user, allowed)


def _turned_away(incoming: Incoming) -> Rendered:
    """What is said to a person who may not ask here, if they turned to us."""
    if incoming.unasked:
        raise NothingToSay
    return plain_message(words.MAY_NOT_ASK)


def _respond(services: Services, incoming: Incoming, rendered: Rendered) -> None:
    """Shows it to the one person who acted; a guide's next step takes the place of the one before."""
    replaces = incoming.private and bool((incoming.action or {}).get("replace"))
    respond(services.client, incoming.response_url, rendered, incoming.thread_ts, replace_original=replaces)
