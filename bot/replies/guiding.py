"""What an event makes of a guide: it begins one, answers its question, or has its question asked again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot import words
from bot.blocks.guide_blocks import Setting, question_below, render_step, small_line
from bot.blocks.render import Rendered
from bot.client import SLACK_ERRORS, is_transient
from bot.inbox import Incoming
from bot.records import guides
from bot.records.guides import AskedMessage, GuideGone, Move, Overtaken, StoredGuide
from bot.replies import spoken
from bot.replies.questions import AnsweringFailed, own_failures
from bot.services import Services
from chains.guide.commands import find_command
from chains.guide.contract import State, Step

log = logging.getLogger(__name__)

# Presses that come at the same time overtake each other; each then looks at the guide again.
TRIES = 5

Turn = Callable[[State], tuple[State, Step]]


def begin(services: Services, incoming: Incoming) -> Move:
    """Begins a guide with what was said."""
    if done := guides.move_of(services.engine, incoming.event_id):
        return done
    with own_failures():
        state, step = services.answerer.guide.begin(incoming.text, incoming.user, _now())
    return guides.begin(services.engine, incoming, state, step)


def say(services: Services, incoming: Incoming, guide: StoredGuide) -> Move:
    """Tells a guide what was said."""
    dialogue = services.answerer.guide
    return _move(
        services, incoming, guide, lambda state: dialogue.say(state, incoming.text, incoming.user, _now())
    )


def start_over(services: Services, incoming: Incoming, guide: StoredGuide) -> Move:
    """Begins a guide anew, in its place."""
    dialogue = services.answerer.guide

    def turn(state: State) -> tuple[State, Step]:
        return dialogue.command(state, "start_over", incoming.user, _now())

    return _move(services, incoming, guide, turn)


def is_for(guide: StoredGuide, text: str) -> bool:
    """Whether words are one of the guide's own commands, such as "undo" or "why?"."""
    return find_command(text, guide.state) is not None


def gives_up(guide: StoredGuide, text: str) -> bool:
    """Whether words want no more of the guide's questions: "never mind"."""
    return guide.state.pending is not None and spoken.gives_up(text)


def has_use_for(services: Services, incoming: Incoming, guide: StoredGuide) -> bool:
    """Whether words would move the guide: while it asks they always do, after its verdict not all."""
    if guide.state.pending:
        return True
    with own_failures():
        state, step = services.answerer.guide.say(guide.state, incoming.text, incoming.user, _now())
    return bool(step.ask or step.recommendation or state.volumes != guide.state.volumes)


def press(services: Services, incoming: Incoming) -> Move:
    """Tells a guide what was pressed.

    Raises:
        GuideGone: there is no such guide any more.
    """
    action: Any = incoming.action
    guide = guides.find(services.engine, action["guide"])
    if guide is None:
        raise GuideGone
    dialogue = services.answerer.guide

    def turn(state: State) -> tuple[State, Step]:
        question, values, unsure = action["question"], action["values"], action["unsure"]
        return dialogue.choose(state, question, values, incoming.user, _now(), unsure=unsure)

    return _move(services, incoming, guide, turn)


def show(services: Services, incoming: Incoming, move: Move, *, guessed: bool = False) -> Rendered:
    """A move's step as it is shown where the event came from.

    `guessed` says that the event's message was taken to be for the guide, and may not have been.
    """
    guide = guides.find(services.engine, move.guide)
    if guide is None:
        raise GuideGone
    return render_step(move.step, _setting(incoming, move, incoming.event_id if guessed else ""), guide.state)


def where_it_stands(services: Services, incoming: Incoming, guide: StoredGuide) -> Rendered:
    """The guide's open question once more, or its recommendation."""
    with own_failures():
        step = services.answerer.guide.resume(guide.state, _now())
    if step.ask is None and (verdict := guides.last_verdict(services.engine, guide.event_id)):
        step = replace(verdict.step, notes=(words.GUIDE_OVER,))
    return show(services, incoming, guides.show_again(services.engine, guide, incoming, step))


def ask_again(services: Services, incoming: Incoming, guide: StoredGuide, above: Rendered) -> Rendered:
    """What answers something else, with the guide's open question below it; alone where none is open."""
    with own_failures():
        step = services.answerer.guide.resume(guide.state, _now())
    if step.ask is None:
        return above
    kept = {"markdown": above.markdown, "blocks": above.closing_blocks, "text": above.text}
    move = guides.show_again(services.engine, guide, incoming, step, kept)
    return replace(above, blocks=(*above.blocks, *question_below(step, _setting(incoming, move))))


def posted(services: Services, incoming: Incoming, ts: str) -> None:
    """Takes note of a reply's message; where it goes on with a guide, earlier questions become one line.

    That is for the looks alone: where it fails, a later reply tries it again.
    """
    guide = guides.note_message(services.engine, incoming.event_id, ts)
    move = guides.move_of(services.engine, incoming.event_id) if guide else None
    if move is None:
        return
    settled = {question: f"{words.TICK} {line}" for question, line in move.step.settled}
    goes_on = bool(move.step.ask or move.step.recommendation)
    asked_below = {move.step.ask.id} if move.step.ask else set[str]()
    for asked in guides.asked_messages(services.engine, move.guide):
        if asked.event_id != incoming.event_id and (goes_on or asked.question in settled):
            line = words.ASKED_BELOW if asked.question in asked_below else settled.get(asked.question)
            _collapse(services, incoming.channel, asked, line)


def take_back(services: Services, guide: StoredGuide, event_id: str) -> StoredGuide | None:
    """Undoes what an event made of a guide, which was not meant for it; None where it had begun it.

    What was moved again since stays as it is.
    """
    move = guides.move_of(services.engine, event_id)
    if move is None or move.guide != guide.event_id or move.moves != guide.moves:
        return guide
    if guide.moves == 1:
        set_aside(services, guide)
        return None
    if not _went_on(services, move):
        return guide
    with own_failures():
        before, _ = services.answerer.guide.command(guide.state, "undo", guide.user, _now())
    return guides.put_back(services.engine, guide, before)


def set_aside(services: Services, guide: StoredGuide) -> None:
    """Ends a guide; its open question becomes a line that says so."""
    for asked in guides.asked_messages(services.engine, guide.event_id):
        _collapse(services, guide.channel, asked, words.SET_ASIDE)
    guides.end(services.engine, guide.event_id)


def _collapse(services: Services, channel: str, asked: AskedMessage, line: str | None) -> None:
    """Makes a question's message one line; what stands above the question stays, and is enough by itself
    where the question is asked again below.
    """
    if line is None or line == words.ASKED_BELOW:
        move = guides.move_of(services.engine, asked.event_id)
        text = move.step.ask.text if move and move.step.ask else asked.question
        line = f"{text} {line or ''}".strip()
    above = Rendered(**asked.above) if asked.above else Rendered("", (), line)
    is_below = bool(asked.above) and line.endswith(words.ASKED_BELOW)
    collapsed = above if is_below else replace(above, blocks=(*above.blocks, small_line(line)))
    try:
        services.client.chat_update(
            channel=channel, ts=asked.ts, text=collapsed.text, blocks=collapsed.all_blocks
        )
    except SLACK_ERRORS as error:
        log.info("the question %s stays as it is: %s", asked.ts, error)
        if is_transient(error):
            return
    guides.note_collapsed(services.engine, asked.event_id)


def _move(services: Services, incoming: Incoming, guide: StoredGuide, turn: Turn) -> Move:
    """Moves a guide by one event, once: what the event has made of it already is what it makes of it."""
    for _ in range(TRIES):
        if done := guides.move_of(services.engine, incoming.event_id):
            return done
        with own_failures():
            state, step = turn(guide.state)
        try:
            return guides.go_on(services.engine, guide, incoming, state, step)
        except Overtaken:
            read_again = guides.find(services.engine, guide.event_id)
            if read_again is None:
                raise GuideGone from None
            guide = read_again
    raise AnsweringFailed(f"the guide {guide.event_id} was overtaken {TRIES} times")


def _went_on(services: Services, move: Move) -> bool:
    """Whether a move went on from the question before it, rather than only said something."""
    before = guides.move_shown(services.engine, move.guide, move.moves - 1)
    asked, asks = before and before.step.ask, move.step.ask
    return bool(move.step.recommendation) or (asks is not None and asked is not None and asks.id != asked.id)


def _setting(incoming: Incoming, move: Move, guessed: str = "") -> Setting:
    return Setting(move.guide, move.moves, incoming.private, incoming.direct, guessed)


def _now() -> datetime:
    return datetime.now(UTC)
