"""Answers from the documents: as they come, all at once, for a channel; and lists of documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from opentelemetry.trace import Span

from bot import words
from bot.blocks.mrkdwn import escape_mrkdwn
from bot.blocks.render import SHOWN_LIMIT, Rendered, plain_text, render, statements_markdown
from bot.blocks.views import DOCUMENTS_LISTED, documents_message
from bot.client import SLACK_ERRORS
from bot.inbox import Incoming
from bot.records import conversations
from bot.records.conversations import Exchange
from bot.replies.reply import Reply
from bot.services import Services
from bot.telemetry import measures
from bot.telemetry.traces import span
from chains.contract import Answer, AnswerEvent, Question, Refusal, Statement
from chains.contract import Reply as WholeReply
from knowledge.access import Place
from knowledge.terms import terms

# A question above its shared answer; longer ones are cut there.
QUESTION_LIMIT = 300


class NoReply(Exception):
    """The answerer ended without exactly one whole reply."""


class NothingToSay(Exception):
    """Nobody asked us, and we do not know either."""


class NotForChannel(Exception):
    """What was to be shared rests on documents that not everyone in the channel may read."""


class AnsweringFailed(Exception):
    """The answerer raised an error: whatever its kind, it is ours and not Slack's."""


def answer_as_it_comes(services: Services, incoming: Incoming, reply: Reply) -> Rendered:
    """Shows the answer as it comes; returns the whole."""
    place = _place(services, incoming)
    with own_failures():
        documents = services.answerer.document_count(place)
    show_status(services, incoming, words.status(documents))
    history = conversations.history(services.engine, incoming)
    with span("answer") as step:
        whole = _follow(_events(services, Question(incoming.text, place, history)), reply)
        _tell(step, incoming, whole)
    return _recorded(services, incoming, whole, shareable=False)


def answer_unasked(services: Services, incoming: Incoming) -> Rendered:
    """The answer to a question that nobody put to us.

    Raises:
        NothingToSay: it is no question for the documents, or they hardly answer it.
    """
    with own_failures():
        routed = services.answerer.route(incoming.text, "channel", ())
    if routed.route != "answer":
        raise NothingToSay
    whole = _whole(services, incoming)
    if isinstance(whole, Refusal) or not whole.sure:
        raise NothingToSay
    return _recorded(services, incoming, whole, shareable=False)


def answer_at_once(services: Services, incoming: Incoming, *, shareable: bool = False) -> Rendered:
    """The whole answer, for a place where it cannot be shown as it comes."""
    return _recorded(services, incoming, _whole(services, incoming), shareable=shareable)


def answer_for_channel(services: Services, incoming: Incoming) -> Rendered:
    """Answers again, for the channel: it may not see all that the asker may.

    Raises:
        NotForChannel: there it would be no answer.
    """
    whole = _whole(services, incoming)
    if isinstance(whole, Refusal):
        raise NotForChannel
    intro = words.shared(incoming.user, escape_mrkdwn(incoming.text[:QUESTION_LIMIT]))
    return replace(_recorded(services, incoming, whole, shareable=False), intro=intro)


def list_documents(services: Services, incoming: Incoming, searched: str) -> Rendered:
    """The documents of this place: all that there are, or those that match some words."""
    place = _place(services, incoming)
    with own_failures():
        found = services.answerer.find_documents(place, searched, limit=DOCUMENTS_LISTED)
        total = services.answerer.document_count(place)
    return documents_message(found, total, searched)


def is_in_a_title(services: Services, incoming: Incoming) -> bool:
    """Whether a document of this place has all of a message's words in its title."""
    said = set(terms(incoming.text))
    place = _place(services, incoming)
    with own_failures():
        found = services.answerer.find_documents(place, incoming.text, limit=DOCUMENTS_LISTED)
    return bool(said) and any(said <= set(terms(document.title)) for document in found)


@contextmanager
def own_failures() -> Iterator[None]:
    """What is raised within is a failure of ours, not of Slack.

    Raises:
        AnsweringFailed: something was.
    """
    try:
        yield
    except Exception as error:
        raise AnsweringFailed(str(error)) from error


def show_status(services: Services, incoming: Incoming, status: str) -> None:
    """Shows what is going on where Slack has a place for it; the reply does not depend on it."""
    with suppress(*SLACK_ERRORS):
        services.client.assistant_threads_setStatus(
            channel_id=incoming.channel, thread_ts=str(incoming.thread_ts), status=status
        )


def _whole(services: Services, incoming: Incoming) -> WholeReply:
    question = Question(incoming.text, _place(services, incoming))
    with span("answer") as step:
        events = list(_events(services, question))
        whole = _only([event for event in events if isinstance(event, (Answer, Refusal))])
        _tell(step, incoming, whole)
    return whole


def _tell(step: Span, incoming: Incoming, whole: WholeReply) -> None:
    """What came of a question, for traces and metrics."""
    refused = isinstance(whole, Refusal)
    step.set_attribute("ragtime.refused", refused)
    if refused:
        measures.REFUSALS.add(1, {"kind": incoming.kind})
    else:
        step.set_attributes({"ragtime.statements": len(whole.statements), "ragtime.sure": whole.sure})


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


def _place(services: Services, incoming: Incoming) -> Place:
    # Slack's own errors are dealt with there; what is left comes from the documents' side.
    with own_failures():
        place = services.audience.place(incoming)
    return replace(place, paths=services.channels.of("" if incoming.private else incoming.channel).documents)


def _events(services: Services, question: Question) -> Iterator[AnswerEvent]:
    with own_failures():
        yield from services.answerer.answer(question)


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
