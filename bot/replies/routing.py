"""What a message is for, and its reply: the documents, the guide, a command, or a friendly word.

A wrong guess costs one click: a reply that came by one says "Not what you meant?".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot import words
from bot.blocks.blockkit import Block, context_line
from bot.blocks.guide_blocks import offer_block, switch_block
from bot.blocks.render import Rendered, plain_message
from bot.inbox import Incoming
from bot.records import conversations, guides
from bot.records.guides import STILL_IN_MIND, StoredGuide
from bot.replies import commanding, guiding
from bot.replies.questions import answer_as_it_comes, answer_at_once, is_in_a_title, own_failures
from bot.replies.reply import Reply
from bot.replies.spoken import (
    Spoken,
    asks_to_see,
    find_command,
    friendly_words,
    may_be_a_question,
    wants_help,
)
from bot.services import Services
from chains.router import Context, Routed
from chains.routing.features import normal
from chains.routing.subject import is_about_adapting

# Answers the event from the documents.
Answer = Callable[[], Rendered]


def reply_to_message(services: Services, incoming: Incoming, reply: Reply) -> Rendered:
    """What is said to a message in a channel or a direct message."""
    done = guides.move_of(services.engine, incoming.event_id)
    if done and done.above is None:
        return guiding.show(services, incoming, done, guessed=done.moves == 1)
    guide = guides.in_thread(services.engine, incoming)
    if not incoming.text and guide is None:
        said = words.ONLY_ATTACHED if incoming.attached else words.help_with(services.answerer.examples)
        return plain_message(said)
    replied = _reply(services, incoming, guide, lambda: answer_as_it_comes(services, incoming, reply))
    return _with(replied, context_line(words.UNREAD_ATTACHMENT)) if incoming.attached else replied


def reply_to_command(services: Services, incoming: Incoming) -> Rendered:
    """What is said, privately, to `/guide`, or to words that answer a private guide."""
    if done := guides.move_of(services.engine, incoming.event_id):
        return guiding.show(services, incoming, done)
    guide = _private_guide(services, incoming)
    if not (guide and guide.state.pending) and wants_help(incoming.text):
        return plain_message(words.help_with(services.answerer.examples))
    if guide and not incoming.text:
        return guiding.where_it_stands(services, incoming, guide)
    if guide and not _is_another_topic(services, incoming, guide):
        return _reply(services, incoming, guide, lambda: answer_at_once(services, incoming))
    return guiding.show(services, incoming, guiding.begin(services, incoming))


def reply_to_switch(services: Services, incoming: Incoming, answer: Answer) -> Rendered:
    """What is said when something else was meant: the same words, taken for the other thing."""
    action = incoming.action or {}
    done = guides.move_of(services.engine, incoming.event_id)
    if done and done.above is None:
        return guiding.show(services, incoming, done)
    here = None if incoming.private else guides.in_thread(services.engine, incoming)
    if action["to"] == "guide":
        move = guiding.say(services, incoming, here) if here else guiding.begin(services, incoming)
        return guiding.show(services, incoming, move)
    if here:
        here = guiding.take_back(services, here, action["of"])
    answered = answer()
    return guiding.ask_again(services, incoming, here, answered) if here else answered


def offered(services: Services, incoming: Incoming, answered: Rendered) -> Rendered:
    """A private answer; where it is about the guide's subject, the guide is offered below."""
    about = is_about_adapting(normal(incoming.text)) or _answered_about_it(services, incoming)
    return _with(answered, offer_block(incoming.event_id)) if about else answered


def _reply(services: Services, incoming: Incoming, guide: StoredGuide | None, answer: Answer) -> Rendered:
    """What is said to words, once it is known which guide lives where they were said."""
    if guide and not incoming.text:
        return guiding.show(services, incoming, guiding.say(services, incoming, guide))
    if guide and guiding.gives_up(guide, incoming.text):
        return commanding.carry_out(services, incoming, Spoken("cancel"), guide)
    routed = _route(services, incoming, _context(services, incoming, guide))
    surely_asked = routed.sure and routed.route == "answer"
    if guide and not surely_asked and guiding.is_for(guide, incoming.text):
        return guiding.show(services, incoming, guiding.say(services, incoming, guide))
    match routed.route:
        case "smalltalk" if not _may_be_asked(routed, incoming, guide):
            still = f" {words.STILL_ASKING}" if guide and guide.state.pending else ""
            said = friendly_words(incoming.text) or words.NOT_UNDERSTOOD
            return _maybe(routed, incoming, plain_message(said + still))
        case "command" if not (asks_to_see(incoming.text) or _names_a_document(services, incoming, guide)):
            command = find_command(incoming.text)
            if command is None:
                return _with(plain_message(words.CANNOT), switch_block(incoming.event_id, "answer"))
            return _maybe(routed, incoming, commanding.carry_out(services, incoming, command, guide))
        case "guide" if guide and (routed.sure or guiding.has_use_for(services, incoming, guide)):
            said = guiding.show(services, incoming, guiding.say(services, incoming, guide))
            return _maybe(routed, incoming, said)
        case "guide" if routed.sure:
            return guiding.show(services, incoming, guiding.begin(services, incoming), guessed=True)
    answered = answer()
    if guide:
        if not routed.sure:
            answered = _with(answered, switch_block(incoming.event_id, "guide"))
        return guiding.ask_again(services, incoming, guide, answered)
    if routed.subject or routed.route == "guide" or _answered_about_it(services, incoming):
        return _with(answered, offer_block(incoming.event_id))
    return answered if routed.sure else _with(answered, switch_block(incoming.event_id, "guide"))


def _may_be_asked(routed: Routed, incoming: Incoming, guide: StoredGuide | None) -> bool:
    """Whether what seems to be talk may name something in the documents: “the long script”."""
    said = incoming.text
    return not (routed.sure or guide or friendly_words(said)) and may_be_a_question(said)


def _names_a_document(services: Services, incoming: Incoming, guide: StoredGuide | None) -> bool:
    """Whether what cannot be carried out here as a command is what a document is called: “leave”."""
    command = find_command(incoming.text)
    useless = command is None or (guide is None and command.name in commanding.OF_A_GUIDE)
    return useless and is_in_a_title(services, incoming)


def _route(services: Services, incoming: Incoming, context: Context) -> Routed:
    history = conversations.history(services.engine, incoming)
    with own_failures():
        return services.answerer.route(incoming.text, context, history)


def _answered_about_it(services: Services, incoming: Incoming) -> bool:
    """Whether the document that answers a message first is about the guide's subject."""
    exchange = conversations.find(services.engine, incoming.event_id)
    sources = exchange.sources[:1] if exchange and not exchange.refused else ()
    return any(is_about_adapting(normal(source.title)) for source in sources)


def _context(services: Services, incoming: Incoming, guide: StoredGuide | None) -> Context:
    if guide:
        return "guide_thread"
    if conversations.last(services.engine, incoming):
        return "answer_thread"
    return "dm" if incoming.direct else "channel"


def _private_guide(services: Services, incoming: Incoming) -> StoredGuide | None:
    """The person's own guide here; one that has concluded is over after a while."""
    guide = guides.private(services.engine, incoming.channel, incoming.user)
    if guide and guide.state.concluded and incoming.text:
        return guide if guide.updated_at >= datetime.now(UTC) - STILL_IN_MIND else None
    return guide


def _is_another_topic(services: Services, incoming: Incoming, guide: StoredGuide) -> bool:
    """Whether words after a private verdict are about something else to build."""
    if guide.state.pending or guiding.is_for(guide, incoming.text):
        return False
    routed = _route(services, incoming, "guide_thread")
    return routed.route == "guide" and not guiding.has_use_for(services, incoming, guide)


def _maybe(routed: Routed, incoming: Incoming, rendered: Rendered) -> Rendered:
    """A reply that may have taken the message for something that it is not."""
    return rendered if routed.sure else _with(rendered, switch_block(incoming.event_id, "answer"))


def _with(rendered: Rendered, block: Block) -> Rendered:
    return replace(rendered, blocks=(*rendered.blocks, block))
