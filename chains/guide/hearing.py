"""How a message is read where the dialogue stands: as an answer, a correction, something in passing.

What the words mean is the reader's; here is only what it is asked to look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from chains.guide.commands import corrects, supposes
from chains.guide.contract import Doubt, Heard, Known, Reading, State
from chains.guide.questions import CONFIRM
from chains.guide.reader import Reader
from chains.guide.volumes import read_volumes, without_rates
from chains.guide.words import factors_of

EMOJI_CODE = re.compile(r":[a-z+][\w+-]*:")


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a message says. `replaces`: what it contradicts is replaced at once. `takes_back` is the known
    factor that it withdraws; `is_unclear`, that it corrects something, and nobody knows what.
    """

    reading: Reading
    replaces: bool = False
    takes_back: str | None = None
    is_unclear: bool = False

    @property
    def mentioned(self) -> frozenset[str]:
        """The factors that the message says something about, be it that it is not known."""
        return frozenset({heard.factor for heard in self.reading.heard} | {*self.reading.unsure})


def has_words(text: str) -> bool:
    """Whether a message says anything in words or figures: emoji alone are no answer."""
    return any(character.isalnum() for character in EMOJI_CODE.sub("", text.lower()))


def hear(reader: Reader, text: str, state: State, today: date) -> Hearing:
    """What a message says, with regard to the open question, if one is open."""
    asked = factors_of(state.pending) if state.pending else ()
    text, correction = without_rates(text), corrects(text)
    if correction == "surely":
        # It speaks of something earlier rather than of the open question: what does it change there?
        for earlier in ((), next(_answered(state), ())):
            reading = reader.read(text, earlier, today=today)
            if any(_contradicts(heard, state) for heard in reading.heard):
                return Hearing(reading, replaces=True)
    # "That was wrong" is no answer to the question that happens to be open.
    answering = () if correction == "surely" else asked
    hearing = Hearing(reader.read(text, answering, today=today), replaces=bool(correction))
    says_again = [heard.factor for heard in hearing.reading.heard if heard.factor in state.known]
    if correction == "surely" and hearing.mentioned <= {*says_again}:
        named = says_again or _values_named(reader, text, state, today)
        return replace(hearing, takes_back=next(iter(named), None), is_unclear=not named)
    return hearing


def hear_confirmation(
    reader: Reader, text: str, state: State, factor: str, today: date
) -> tuple[bool | None, Known | None, Reading]:
    """A yes or no to a confirmation; the value that was said instead; and what else was said."""
    value = state.known[factor].value
    reading = reader.read(text, (), (factor, value), today=today)
    heard = [heard for heard in reading.heard if heard.factor == factor and heard.value != value]
    instead = Known(heard[0].value, heard[0].quote) if heard and not reading.affirms else None
    return reading.affirms, instead, _without(reading, factor)


def hear_doubt(reader: Reader, text: str, doubt: Doubt, today: date) -> tuple[Known | None, Reading]:
    """The value that holds, which may be a third one, None where that is not said; and what else was said."""
    factor = doubt.factor
    reading = reader.read(text, (), (factor, doubt.new.value), today=today)
    rest = _without(reading, factor)
    if reading.affirms:
        return doubt.new, rest
    heard = [heard for heard in reading.heard if heard.factor == factor]
    if not heard and reading.affirms is False:
        return doubt.old, rest
    # "weekly" is an answer to this question, too.
    heard += [heard for heard in reader.read(text, (factor,), today=today).heard if heard.factor == factor]
    return (Known(heard[0].value, heard[0].quote, doubt.new.user) if heard else None), rest


def supposed(reader: Reader, text: str, today: date) -> dict[str, str]:
    """The values that a "what if" supposes."""
    return {heard.factor: heard.value for heard in reader.read(text, today=today).heard} | supposes(text)


def new_volumes(text: str, state: State) -> dict[str, float]:
    """The volumes that a message gives and that are not known yet."""
    return {name: value for name, value in read_volumes(text).items() if state.volumes.get(name) != value}


def _without(reading: Reading, factor: str) -> Reading:
    return replace(
        reading,
        heard=tuple(heard for heard in reading.heard if heard.factor != factor),
        unsure=tuple(name for name in reading.unsure if name != factor),
    )


def _contradicts(heard: Heard, state: State) -> bool:
    known = state.known.get(heard.factor)
    return known is not None and known.value != heard.value


def _answered(state: State) -> Iterator[tuple[str, ...]]:
    """What was asked about before the open question, the last first."""
    for question in reversed(state.asked):
        if question != state.pending and not question.startswith(CONFIRM):
            yield factors_of(question)


def _values_named(reader: Reader, text: str, state: State, today: date) -> list[str]:
    """The factor whose known value the message names: "I said never, but that is not quite true"."""
    asked = [factor for factors in _answered(state) for factor in factors]
    for factor in dict.fromkeys([*asked, *state.known]):
        heard = reader.read(text, (factor,), today=today).heard if factor in state.known else ()
        if any(each.factor == factor and not _contradicts(each, state) for each in heard):
            return [factor]
    return []
