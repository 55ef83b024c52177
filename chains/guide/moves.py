"""What messages and buttons do to a dialogue's state: something is noted, changed, in doubt, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chains.guide.contract import Doubt, Heard, Known, Reading, State
from chains.guide.policy import POLICY

# So many moves can be taken back.
MOST_EARLIER = 12


def heed(state: State, reading: Reading, user: str, *, replaces: bool = False) -> State:
    """Takes in what was said. What contradicts something known replaces it, or becomes a doubt.

    So does what a model reads otherwise than a sure rule, where the factor was not known.
    """
    after, doubts = state, list[Doubt]()
    disputed = {heard.factor: Known(heard.value, heard.quote, user) for heard in reading.disputed}
    for heard in reading.heard:
        old, new = state.known.get(heard.factor), Known(heard.value, heard.quote, user)
        if old is None or (replaces and old.value != new.value):
            after = know(after, heard.factor, new)
            if other := disputed.get(heard.factor):
                doubts.append(Doubt(heard.factor, new, other, one_message=True))
        elif old.value != new.value:
            doubts.append(Doubt(heard.factor, old, new))
    return _with_doubts(leave_open(after, reading.unsure), doubts)


def pressed(values: Mapping[str, str]) -> Reading:
    """Pressed buttons, as a message that says the same."""
    return Reading(tuple(Heard(factor, value, "") for factor, value in values.items()))


def know(state: State, factor: str, known: Known) -> State:
    """The state with this value, not confirmed yet."""
    return replace(forget(state, factor), known={**state.known, factor: known})


def forget(state: State, factor: str) -> State:
    """The state in which a factor is not known, and may be asked about."""
    return replace(
        state,
        known={name: known for name, known in state.known.items() if name != factor},
        unsure=tuple(name for name in state.unsure if name != factor),
        confirmed=tuple(name for name in state.confirmed if name != factor),
    )


def leave_open(state: State, factors: Iterable[str]) -> State:
    """The state in which these factors are not asked about any more, as far as they are not known."""
    unsure = {*state.unsure, *(factor for factor in factors if factor not in state.known)}
    return replace(state, unsure=POLICY.in_order(unsure))


def confirm(state: State, factor: str) -> State:
    """The state in which a factor's value was confirmed."""
    return replace(state, confirmed=POLICY.in_order({*state.confirmed, factor}))


def settle(state: State, holds: Known) -> State:
    """The state in which the open doubt is settled by one of its values, or by a third one."""
    assert state.doubt
    factor, new, old = state.doubt.factor, state.doubt.new, state.doubt.old
    # Who said it first, and in which words, is remembered.
    own = {old.value: old, new.value: new}.get(holds.value, holds)
    after = confirm(know(state, factor, own), factor)
    return _with_doubts(replace(after, doubt=None), [])


def drop_doubt(state: State) -> State:
    """The state in which the open doubt is not settled: what was known stays, and was not confirmed."""
    return _with_doubts(replace(state, doubt=None), [])


def unasked(state: State) -> State:
    """The state before the open question was asked; it may then be asked again."""
    asked = state.asked[:-1] if state.pending and state.asked[-1:] == (state.pending,) else state.asked
    return replace(state, pending=None, asked=asked)


def remember(before: State, after: State) -> State:
    """The state after a move, from which the one before can be brought back."""
    return replace(after, earlier=(*before.earlier, replace(before, earlier=()))[-MOST_EARLIER:])


def undone(state: State) -> State | None:
    """The state before the last move; None where nothing is remembered."""
    if not state.earlier:
        return None
    *earlier, last = state.earlier
    return replace(last, earlier=tuple(earlier))


def last_concluded(state: State) -> State | None:
    """The state at the last verdict, since the dialogue began or was begun anew."""
    for earlier in reversed(state.earlier):
        if earlier.concluded:
            return earlier
        if not earlier.known and len(earlier.asked) < 2:
            return None
    return None


def newly_known(before: State, after: State) -> tuple[str, ...]:
    """The factors that a move made known."""
    return POLICY.in_order(factor for factor in after.known if factor not in before.known)


def changed(before: State, after: State) -> tuple[str, ...]:
    """The factors whose value a move changed."""
    both = [factor for factor in after.known if factor in before.known]
    return POLICY.in_order(f for f in both if before.known[f].value != after.known[f].value)


def taken_back(before: State, after: State) -> tuple[str, ...]:
    """The factors that are not known any more."""
    return POLICY.in_order(factor for factor in before.known if factor not in after.known)


def _with_doubts(state: State, doubts: Sequence[Doubt]) -> State:
    """Puts doubts behind the open one; a newer doubt about the same factor takes the older one's place."""
    new = {doubt.factor for doubt in doubts}
    waiting = [doubt for doubt in (state.doubt, *state.more_doubts) if doubt and doubt.factor not in new]
    first, *more = [*waiting, *doubts] or [None]
    return replace(state, doubt=first, more_doubts=tuple(filter(None, more)))
