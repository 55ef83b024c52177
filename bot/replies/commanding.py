"""Carries out what people tell Ragtime in plain words, and says what it did."""

from __future__ import annotations

from bot import inbox, words
from bot.blocks import actions
from bot.blocks.actions import GuideBlock
from bot.blocks.blockkit import Block, button, section
from bot.blocks.render import MARKDOWN_LIMIT, Rendered, plain_message
from bot.blocks.views import moment
from bot.inbox import Incoming
from bot.records import conversations, forgetting, guides
from bot.records.guides import StoredGuide
from bot.replies import guiding, verdicts
from bot.replies.questions import list_documents, own_failures
from bot.replies.sharing import Sharer, answer_shared, verdict_shared
from bot.replies.spoken import Spoken
from bot.services import Services

# Commands that only a guide can carry out.
OF_A_GUIDE = frozenset({"export", "start_over", "cancel"})


def carry_out(services: Services, incoming: Incoming, command: Spoken, guide: StoredGuide | None) -> Rendered:
    """Does what a message commands. `guide` is the one that lives where the command was given."""
    match command.name:
        case "help":
            return plain_message(words.help_with(services.answerer.examples))
        case "documents" | "search_documents":
            return list_documents(services, incoming, command.words)
        case "last_sync":
            return _last_sync(services)
        case "delete_history":
            return _ask_whether_to_forget(incoming)
        case "forget_thread":
            return _forget_thread(services, incoming)
        case "share":
            return _share(services, incoming, guide)
        case "export" if guide:
            return _export(services, guide)
        case "start_over" if guide:
            return guiding.show(services, incoming, guiding.start_over(services, incoming, guide))
        case "cancel" if guide:
            guiding.set_aside(services, guide)
            return plain_message(words.CANCELLED)
    return plain_message(words.NO_GUIDE)


def forget_person(services: Services, incoming: Incoming) -> Rendered:
    """Deletes a person's history, as they have confirmed."""
    return plain_message(words.forgotten(forgetting.forget_person(services.engine, incoming.user).turns))


def _last_sync(services: Services) -> Rendered:
    with own_failures():
        when = services.answerer.last_sync()
    line = words.last_looked(moment(when)) if when else words.NOT_LOOKED
    return Rendered("", (section(line),), line)


def _ask_whether_to_forget(incoming: Incoming) -> Rendered:
    delete = button(actions.FORGET, words.FORGET, incoming.event_id, "danger")
    buttons: Block = {"type": "actions", "elements": [delete]}
    return Rendered("", (section(words.FORGET_ALL), buttons), words.FORGET_ALL)


def _forget_thread(services: Services, incoming: Incoming) -> Rendered:
    if incoming.ts == incoming.thread_ts:
        # It begins a thread of its own. A direct message is one conversation, which is all of it.
        return _ask_whether_to_forget(incoming) if incoming.direct else plain_message(words.NOTHING_HERE)
    forgetting.forget_thread(services.engine, incoming.channel, str(incoming.thread_ts))
    return plain_message(words.THREAD_FORGOTTEN)


def _share(services: Services, incoming: Incoming, guide: StoredGuide | None) -> Rendered:
    """Has what was said here last shown in the channel; another channel is chosen by a button."""
    verdict = guides.last_verdict(services.engine, guide.event_id) if guide else None
    if verdict and (incoming.direct or "#" in incoming.text):
        block = GuideBlock(verdict.guide, verdict.moves, part="share")
        choose = button(actions.GUIDE_SHARE_TO, words.SHARE, style="primary")
        buttons: Block = {"type": "actions", "block_id": block.block_id, "elements": [choose]}
        return Rendered("", (section(words.SHARE_BY_BUTTON), buttons), words.SHARE_BY_BUTTON)
    by = Sharer(incoming.user, incoming.team, incoming.channel)
    if verdict:
        shared = verdict_shared(GuideBlock(verdict.guide, verdict.moves), by)
    elif guide is None and not incoming.direct and (last := conversations.last(services.engine, incoming)):
        shared = answer_shared(last, by)
    else:
        return plain_message(words.NOTHING_TO_SHARE)
    inbox.accept(services.engine, shared, services.queue.put)
    services.queue.wake()
    return plain_message(words.SHARED)


def _export(services: Services, guide: StoredGuide) -> Rendered:
    block = GuideBlock(guide.event_id, guide.moves, part="export")
    parts = verdicts.record(services.engine, block)
    whole = "\n\n".join(parts)
    if len(whole) <= MARKDOWN_LIMIT:
        return Rendered(whole, (), words.EXPORTED)
    export: Block = {
        "type": "actions",
        "block_id": block.block_id,
        "elements": [button(actions.GUIDE_EXPORT, words.EXPORT)],
    }
    return Rendered(words.EXPORT_BY_BUTTON, (export,), words.EXPORT_BY_BUTTON)
