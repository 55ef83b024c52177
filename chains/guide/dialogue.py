"""The guide's dialogue: from a state and what a person said, pressed or commanded to the next state.

A plain reducer. All that is remembered is `State`; what is shown is `Step`. How a message is understood is
in `hearing`, what it does to the state in `moves`, what the guide says of itself in `talk`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chains.guide import moves, talk
from chains.guide.commands import Command, Name, corrects, find_command, is_courtesy, opens_with
from chains.guide.contract import Known, Reading, State, Step
from chains.guide.explain import recommend
from chains.guide.hearing import has_words, hear, hear_confirmation, hear_doubt, new_volumes, supposed
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM, may_ask, next_question
from chains.guide.reader import LEAST_SAID, Reader
from chains.guide.volumes import without_rates
from chains.guide.words import (
    ask,
    factors_of,
    note,
    noted,
    option_meant,
    otherwise,
    settled,
    unticked,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# In front of a factor, as a question's id: the person has asked to change that answer.
CHANGE = "change:"
LONGEST_TOPIC = 1_000
LONG_PAUSE = timedelta(days=1)

Notes = tuple[str, ...]
Moved = tuple[State, Step]


@dataclass(frozen=True, slots=True)
class Guide:
    """Holds dialogues, and remembers nothing itself. The model may only word the recommendation."""

    reader: Reader
    model: BaseChatModel | None = None

    def begin(self, text: str, user: str, now: datetime) -> Moved:
        """Begins a dialogue; `text` is what the person is building, perhaps nothing."""
        state = State()
        if has_words(text) and (command := opens_with(text)):
            state, step = self._ask_next(state, (note("greeting"),), now)
            return self._obey(state, Command(command), now) if command == "just_tell" else (state, step)
        if has_words(text) and not is_courtesy(text):
            topic = " ".join(text.split())[:LONGEST_TOPIC]
            reading = self.reader.read(without_rates(text), today=now.date())
            state = moves.heed(State(topic=topic, volumes=new_volumes(text, state)), reading, user)
        state, step = self._ask_next(state, talk.noted_now(State(), state), now)
        return state, replace(step, notes=(note("greeting"), *step.notes)) if step.ask else step

    def say(self, state: State, text: str, user: str, now: datetime) -> Moved:
        """Takes a message: a command, an answer, a correction, something said in passing."""
        # "ok" may well answer a yes or no.
        confirms = state.pending is not None and state.pending.startswith(CONFIRM)
        if not has_words(text) or (is_courtesy(text) and not confirms):
            return self._stay(state, (note("nothing_said" if state.pending else "gladly"),), now)
        if found := find_command(text, state):
            return self._obey(state, found, now)
        shown = ask(state)
        if shown and (option := option_meant(text, shown)):
            return self.choose(state, shown.id, {option.factor: option.value}, user, now)
        if state.doubt:
            return self._hear_doubt(state, text, user, now)
        if confirms:
            return self._hear_confirmation(state, text, user, now)
        return self._hear(state, text, user, now)

    def choose(
        self,
        state: State,
        question: str,
        values: Mapping[str, str],
        user: str,
        now: datetime,
        *,
        unsure: bool = False,
    ) -> Moved:
        """Takes a pressed button; where its question is not the open one, a new value is asked about.

        `values` maps factors to values: for a confirmation to "yes" or "no"; for boxes the ticked ones,
        the others are a no. `unsure` is "I don't know". `CHANGE` and a factor in place of the question
        changes that answer without asking.
        """
        factors = factors_of(question.removeprefix(CHANGE))
        is_open = question == state.pending
        if unsure:
            return self._skip(state, now) if is_open else self._stay(state, talk.kept(state, factors), now)
        if question.startswith(CONFIRM) and values[factors[0]] not in POLICY.factors[factors[0]].points:
            return self._press_confirmation(state, factors[0], values[factors[0]] == "yes", user, now)
        if is_open and state.doubt:
            holds = Known(values[factors[0]], "", user)
            return self._go_on(state, moves.settle(state, holds), (), now)
        boxes = {factor: unticked(factor) for factor in factors} if len(factors) > 1 else {}
        reading = moves.pressed({**boxes, **values})
        after = moves.heed(state, reading, user, replaces=question.startswith(CHANGE))
        if after == state:
            return self._stay(state, talk.kept(state, factors), now)
        return self._go_on(state, after if is_open else moves.unasked(after), (), now)

    def command(self, state: State, name: Name, user: str, now: datetime) -> Moved:  # noqa: ARG002
        """Carries out a command of `commands.Name`, whoever gives it."""
        return self._obey(state, Command(name), now)

    def resume(self, state: State, now: datetime) -> Step:
        """The open question once more, after something else was said; nothing where none is open."""
        if state.pending is None:
            return Step()
        return Step((*_recap(state, now), note("back_to")), ask(state), settled=settled(state))

    def _hear(self, state: State, text: str, user: str, now: datetime) -> Moved:
        """An answer to the open question, or, where none is open, something more to take into account."""
        hearing = hear(self.reader, text, state, now.date())
        volumes = new_volumes(text, state)
        after = moves.heed(state, hearing.reading, user, replaces=hearing.replaces)
        after = self._left_open(after, [f for f in hearing.reading.unsure if f not in after.known], user)
        after = replace(after, volumes={**state.volumes, **volumes})
        asked = factors_of(state.pending) if state.pending else ()
        missed = [factor for factor in asked if factor not in hearing.mentioned]
        if hearing.between and not state.missed and may_ask(state.asked):
            lower, higher = hearing.between
            return self._miss(state, user, now, (note("between", lower=lower, higher=higher),))
        if len(missed) < len(asked):
            notes = (note("skipped"),) if after.known == state.known and not missed else ()
            return self._go_on_without(missed, state, after, notes, user, now)
        if hearing.takes_back:
            after = moves.forget(moves.unasked(after), hearing.takes_back)
            return self._go_on(state, after, (), now)
        if after.doubt or moves.changed(state, after):
            return self._go_on(state, moves.unasked(after), (), now)
        news = bool(moves.newly_known(state, after))
        if volumes and not news:
            return self._stay(after, talk.costs(after), now)
        if hearing.is_unclear and not news:
            return self._stay(state, (note("which_value"),), now)
        if news:
            return self._go_on_without(asked, state, after, (), user, now)
        said = {heard.factor: heard.value for heard in hearing.reading.heard}
        notes = (note("have_that", noted=noted(said)),) if said else ()
        if asked:
            return self._miss(state, user, now, notes)
        return self._stay(state, notes or (note("not_placed"),), now)

    def _go_on_without(
        self, missed: Sequence[str], state: State, after: State, notes: Notes, user: str, now: datetime
    ) -> Moved:
        """After a move that leaves out some of what was asked: that is asked once more, then left open."""
        if missed and (state.missed or not may_ask(state.asked)):
            after, notes = self._left_open(after, missed, user), (*notes, *talk.left_open(missed))
        return self._go_on(state, after, notes, now, missed)

    def _left_open(self, state: State, factors: Sequence[str], user: str) -> State:
        """The state in which factors stay open, but for what the first message seems to say of them."""
        recalled = self.reader.recall(state.topic, factors)
        return moves.heed(moves.leave_open(state, factors), Reading(recalled), user)

    def _hear_confirmation(self, state: State, text: str, user: str, now: datetime) -> Moved:
        (factor,) = factors_of(state.pending or "")
        heard = hear_confirmation(self.reader, text, state, factor, now.date())
        after = moves.heed(state, heard.rest, user, replaces=bool(corrects(text)))
        if heard.instead:
            after = moves.confirm(moves.know(after, factor, replace(heard.instead, user=user)), factor)
        elif heard.yes is not None:
            after = _confirmed(after, factor, heard.yes, user)
        elif heard.is_unsure:
            after = moves.leave_open(moves.forget(after, factor), [factor])
        elif after != state:
            return self._go_on(state, moves.unasked(after), (), now)
        else:
            return self._miss(state, user, now)
        return self._go_on(state, after, (), now)

    def _hear_doubt(self, state: State, text: str, user: str, now: datetime) -> Moved:
        assert state.doubt
        interrupted = _next_question(replace(state, doubt=None, more_doubts=()))
        holds, rest = hear_doubt(self.reader, text, state.doubt, interrupted, now.date())
        more = moves.heed(state, rest, user, replaces=bool(corrects(text)))
        if holds is None:
            return self._go_on(state, more, (), now) if more != state else self._miss(state, user, now)
        after = moves.settle(more, holds)
        is_kept = after.known[state.doubt.factor].value == state.doubt.old.value
        return self._go_on(state, after, talk.kept(after, [state.doubt.factor]) if is_kept else (), now)

    def _press_confirmation(self, state: State, factor: str, yes: bool, user: str, now: datetime) -> Moved:
        """Also an old one: the value that it asked about may have changed since."""
        known = state.known.get(factor)
        if known is None or known.value != POLICY.dialogue.confirmed[factor]:
            return self._stay(state, talk.kept(state, [factor]), now)
        if state.pending == CONFIRM + factor and not state.doubt:
            return self._go_on(state, _confirmed(state, factor, yes, user), (), now)
        if yes:
            return self._stay(moves.confirm(state, factor), talk.kept(state, [factor]), now)
        after = moves.heed(state, moves.pressed({factor: otherwise(factor)}), user)
        return self._go_on(state, moves.unasked(after), (), now)

    def _obey(self, state: State, command: Command, now: datetime) -> Moved:
        match command.name:
            case "start_over":
                begun = moves.remember(state, State())
                return self._ask_next(begun, (*_recap(state, now), note("started_over")), now)
            case "undo":
                return self._undo(state, now)
            case "skip":
                return self._skip(state, now)
            case "just_tell" if state.pending:
                after = replace(state, doubt=None, more_doubts=(), told_at_once=True)
                return self._go_on(state, after, (note("told"),), now)
            case "just_tell" | "repeat":
                return self._stay(state, (), now, again=True)
            case "what_if":
                values = supposed(self.reader, command.words, state, now.date())
                return self._stay(state, talk.what_if(state, values), now)
        return self._stay(state, talk.SAYS[command.name](state, now.date()), now)

    def _undo(self, state: State, now: datetime) -> Moved:
        before = moves.undone(state)
        if before is None:
            return self._stay(state, (note("nothing_to_undo"),), now)
        return replace(before, touched_at=now), self._shown(
            before, (*_recap(state, now), *talk.undone(state, before)), now
        )

    def _skip(self, state: State, now: datetime) -> Moved:
        """The open question stays without an answer: a doubt leaves what was known before."""
        if state.pending is None:
            return self._stay(state, (note("nothing_pending"),), now)
        if state.doubt or state.pending.startswith(CONFIRM):
            return self._leave_unsettled(state, now)
        after = moves.leave_open(state, factors_of(state.pending))
        return self._go_on(state, after, (note("skipped"),), now)

    def _miss(self, state: State, user: str, now: datetime, notes: Notes = ()) -> Moved:
        """Nothing was made out that answers the open question: it is asked once more, then left open."""
        assert state.pending
        confirms = state.pending.startswith(CONFIRM)
        if not state.missed and (confirms or may_ask(state.asked)):
            asked = state.asked if confirms else (*state.asked, state.pending)
            missed = replace(state, asked=asked, missed=True)
            return self._stay(missed, notes or (note("not_made_out"),), now, again=True)
        if confirms:
            return self._leave_unsettled(state, now)
        after = self._left_open(state, factors_of(state.pending), user)
        return self._go_on(state, after, (*notes, note("left_open")), now)

    def _leave_unsettled(self, state: State, now: datetime) -> Moved:
        """A doubt leaves what was known; what was not confirmed, and carries the verdict, is not known."""
        if state.doubt:
            after = moves.drop_doubt(state)
            return self._go_on(state, after, talk.kept(after, [state.doubt.factor]), now)
        factors = factors_of(state.pending or "")
        after = moves.leave_open(moves.forget(state, factors[0]), factors)
        return self._go_on(state, after, (), now)

    def _go_on(
        self, before: State, after: State, notes: Notes, now: datetime, missed: Sequence[str] = ()
    ) -> Moved:
        """After a move: says what it was understood to change, then asks or concludes.

        `missed` are factors that were asked about, and the answer left out.
        """
        said = (*_recap(before, now), *talk.differences(before, after), *notes)
        state, step = self._ask_next(moves.remember(before, after), said, now, missed)
        # What is still open is asked in other words.
        return state, replace(step, ask=ask(state, again=state.pending == before.pending))

    def _ask_next(self, state: State, notes: Notes, now: datetime, missed: Sequence[str] = ()) -> Moved:
        state = replace(state, pending=None, missed=False, concluded=False, touched_at=now)
        if state.doubt:
            state = replace(state, pending=CONFIRM + state.doubt.factor)
        elif question := _next_question(state, missed):
            again = {*factors_of(question)} <= {*missed}
            state = replace(state, pending=question, asked=(*state.asked, question), missed=again)
        else:
            # What was known and taken back is not taken from the first message again.
            told = {*state.known, *state.unsure}.union(*(earlier.known for earlier in state.earlier))
            never_told = [factor for factor in POLICY.factors if factor not in told]
            said = Reading(self.reader.recall(state.topic, never_told, LEAST_SAID))
            state = replace(moves.heed(state, said, ""), concluded=True)
            if before := moves.last_concluded(state):
                notes = (*notes, *talk.verdict_turned(before, state))
        return state, self._shown(state, notes, now)

    def _stay(self, state: State, notes: Notes, now: datetime, *, again: bool = False) -> Moved:
        """Says something and leaves the question open, or the verdict as it is; `again` shows it anew."""
        shown = Step((*_recap(state, now), *notes), ask(state, again=again), settled=settled(state))
        if state.concluded and again:
            shown = self._shown(state, shown.notes, now)
        return replace(state, touched_at=now), shown

    def _shown(self, state: State, notes: Notes, now: datetime) -> Step:
        verdict = None
        if state.concluded:
            verdict = recommend(state.known, state.unsure, state.volumes, now.date(), self.model)
        return Step(notes, ask(state), verdict, settled(state))


def _next_question(state: State, missed: Sequence[str] = ()) -> str | None:
    if state.told_at_once:
        return None
    return next_question(
        state.values, unsure=state.unsure, asked=state.asked, confirmed=state.confirmed, missed=missed
    )


def _confirmed(state: State, factor: str, yes: bool, user: str) -> State:
    """The state after a yes or no to a confirmation."""
    if not yes:
        state = moves.know(state, factor, Known(otherwise(factor), "", user))
    return moves.confirm(state, factor)


def _recap(state: State, now: datetime) -> Notes:
    """After a long pause, what was known."""
    if state.touched_at is None or now - state.touched_at < LONG_PAUSE:
        return ()
    return talk.welcome_back(state)
