"""Answers one event of the inbox: what is done for each kind, from the question to the complete reply."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from bot import conversations, inbox, words
from bot.client import SLACK_ERRORS
from bot.conversations import Exchange
from bot.inbox import Incoming, Item
from bot.mrkdwn import escape_mrkdwn
from bot.render import SHOWN_LIMIT, Rendered, plain_message, plain_text, render, statements_markdown
from bot.reply import Reply, find_earlier
from bot.respond import respond
from bot.services import Services
from bot.views import DOCUMENTS_LISTED, documents_message
from chains.contract import Answer, AnswerEvent, Question, Refusal, Statement
from chains.contract import Reply as WholeReply
from knowledge.access import Place

# A question above its shared answer; longer ones are cut there.
QUESTION_LIMIT = 300


class NoReply(Exception):
    """The answerer ended without exactly one whole reply."""


class AnsweringFailed(Exception):
    """The answerer raised an error: whatever its kind, it is ours and not Slack's."""


def answer(services: Services, item: Item, no_streams: threading.Event) -> str | None:
    """Answers an event, once; returns the reply's ts, None for a private one.

    Raises:
        Withdrawn: the question was deleted.
        SlackApiError, OSError, NotDelivered: Slack did not take the reply, or that is not known.
        AnsweringFailed, NoReply: the answering itself failed.
    """
    if item.incoming.kind == "ask":
        _answer_privately(services, item.incoming)
        return None
    if item.incoming.kind == "docs":
        _list_documents(services, item.incoming)
        return None
    draft_ts = item.draft_ts
    if item.resumed:
        earlier = find_earlier(services.client, item.incoming, services.identity().user)
        if earlier.reply_ts:
            return earlier.reply_ts
        draft_ts = draft_ts or earlier.draft_ts
    reply = Reply(
        services.client,
        item.incoming,
        on_draft=lambda ts: inbox.note_draft(services.engine, item, ts),
        wanted=lambda: not inbox.is_withdrawn(services.engine, item),
        no_streams=no_streams,
        draft_ts=draft_ts,
    )
    if item.incoming.kind == "share":
        return _share(services, item.incoming, reply)
    if not item.incoming.text:
        return reply.finish(plain_message(words.HELP))
    return reply.finish(_answer_in_thread(services, item.incoming, reply))


def apologize(services: Services, item: Item) -> str | None:
    """Says that it could not be answered, in place of the reply; returns the apology's ts."""
    if item.incoming.response_url:
        respond(item.incoming.response_url, plain_message(words.SORRY))
        return None
    earlier = find_earlier(services.client, item.incoming, services.identity().user)
    if earlier.reply_ts:
        return earlier.reply_ts
    reply = Reply(
        services.client,
        item.incoming,
        on_draft=lambda _: None,
        wanted=lambda: not inbox.is_withdrawn(services.engine, item),
        no_streams=threading.Event(),
        draft_ts=item.draft_ts or earlier.draft_ts,
    )
    return reply.finish(plain_message(words.SORRY))


def _answer_in_thread(services: Services, incoming: Incoming, reply: Reply) -> Rendered:
    """Shows the answer as it comes; returns the whole."""
    place = _place(services, incoming)
    with _own_failures():
        documents = services.answerer.document_count(place)
    _show_status(services, incoming, words.status(documents))
    history = conversations.history(services.engine, incoming)
    whole = _follow(_events(services, Question(incoming.text, place, history)), reply)
    return _recorded(services, incoming, whole, shareable=False)


def _follow(events: Iterator[AnswerEvent], reply: Reply) -> WholeReply:
    """Writes statements as they come; returns the whole reply that comes last."""
    whole: list[WholeReply] = []

    def statements() -> Iterator[Statement]:
        for event in events:
            if isinstance(event, Statement):
                yield event
            elif isinstance(event, (Answer, Refusal)):
                whole.append(event)

    written = 0
    for piece in statements_markdown(statements()):
        written += len(piece)
        if written <= SHOWN_LIMIT:
            reply.write(piece)
    return _only(whole)


def _answer_privately(services: Services, incoming: Incoming) -> None:
    rendered = _answer_at_once(services, incoming, shareable=incoming.channel_type != "im")
    respond(str(incoming.response_url), rendered)


def _share(services: Services, incoming: Incoming, reply: Reply) -> str:
    """Answers again, for the channel: it may not see all that the asker may."""
    rendered = _answer_at_once(services, incoming, shareable=False)
    intro = words.shared(incoming.user, escape_mrkdwn(incoming.text[:QUESTION_LIMIT]))
    return reply.finish(replace(rendered, intro=intro))


def _answer_at_once(services: Services, incoming: Incoming, *, shareable: bool) -> Rendered:
    """The whole answer, for a place where it cannot be shown as it comes."""
    place = _place(services, incoming)
    events = _events(services, Question(incoming.text, place))
    whole = _only([event for event in events if isinstance(event, (Answer, Refusal))])
    return _recorded(services, incoming, whole, shareable=shareable)


def _list_documents(services: Services, incoming: Incoming) -> None:
    place = _place(services, incoming)
    with _own_failures():
        found = services.answerer.find_documents(place, incoming.text, limit=DOCUMENTS_LISTED)
        total = services.answerer.document_count(place)
    respond(str(incoming.response_url), documents_message(found, total, incoming.text))


def _place(services: Services, incoming: Incoming) -> Place:
    # Slack's own errors are dealt with there; what is left comes from the documents' side.
    with _own_failures():
        return services.audience.place(incoming)


def _events(services: Services, question: Question) -> Iterator[AnswerEvent]:
    with _own_failures():
        yield from services.answerer.answer(question)


@contextmanager
def _own_failures() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise AnsweringFailed(str(error)) from error


def _only(replies: list[WholeReply]) -> WholeReply:
    if len(replies) != 1:
        raise NoReply(f"{len(replies)} replies")
    return replies[0]


def _recorded(services: Services, incoming: Incoming, whole: WholeReply, *, shareable: bool) -> Rendered:
    """Writes the exchange down and renders it: its buttons need it to be there."""
    rendered = render(whole, incoming.event_id, shareable=shareable)
    exchange = Exchange(
        event_id=incoming.event_id,
        channel=incoming.channel,
        thread_ts=incoming.thread_ts,
        user=incoming.user,
        question=incoming.text,
        reply=plain_text(whole),
        refused=isinstance(whole, Refusal),
        sources=whole.nearest if isinstance(whole, Refusal) else whole.sources,
        rest=rendered.rest,
    )
    conversations.record(services.engine, exchange)
    return rendered


def _show_status(services: Services, incoming: Incoming, status: str) -> None:
    """Shows what is going on where Slack has a place for it; the answer does not depend on it."""
    with suppress(*SLACK_ERRORS):
        services.client.assistant_threads_setStatus(
            channel_id=incoming.channel, thread_ts=str(incoming.thread_ts), status=status
        )
