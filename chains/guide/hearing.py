"""How a message is read where the dialogue stands: as an answer, a correction, something in passing.

What the words mean is the reader's; here is only what it is asked to look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chains.guide.commands import agrees, asks_back, corrects, denies, limits, put_right, supposes
from chains.guide.contract import Doubt, Heard, Known, Reading, State
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM
from chains.guide.reader import Reader, rates
from chains.guide.reader.hits import UNSURE
from chains.guide.reader.spans import plain
from chains.guide.reader.ticks import ticked
from chains.guide.volumes import read_volumes, without_rates
from chains.guide.words import factors_of, label, named, otherwise

EMOJI_CODE = re.compile(r":[a-z+][\w+-]*:")
# "What if I say …": what follows is an answer.
ANSWERING = re.compile(r"\s*(?:i|we) (?:say|said|answer(?:ed)?|choose|chose|pick(?:ed)?|take|took)\b", re.I)
# "Facts, too": beside what was to be confirmed, not in its place.
BESIDE = re.compile(r"\b(?:too|also|as well|some)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a message says. `replaces`: what it contradicts is replaced at once. `takes_back` is the known
    factor that it withdraws; `is_unclear`, that it corrects something, and nobody knows what;
    `between` are the two options between which its answer lies.
    """

    reading: Reading
    replaces: bool = False
    takes_back: str | None = None
    is_unclear: bool = False
    between: tuple[str, str] | None = None

    @property
    def mentioned(self) -> frozenset[str]:
        """The factors that the message says something about, be it that it is not known."""
        return frozenset({heard.factor for heard in self.reading.heard} | {*self.reading.unsure})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What an answer to a confirmation says: yes or no (None: neither), the value that holds instead, that
    it is not known, and what else.
    """

    yes: bool | None
    instead: Known | None
    is_unsure: bool
    rest: Reading


def has_words(text: str) -> bool:
    """Whether a message says anything in words or figures: emoji alone are no answer."""
    return any(character.isalnum() for character in EMOJI_CODE.sub("", text.lower()))


def hear(reader: Reader, text: str, state: State, today: date) -> Hearing:
    """What a message says, with regard to the open question, if one is open."""
    asked = factors_of(state.pending) if state.pending else ()
    text, correction = without_rates(text), corrects(text)
    surely = correction == "surely"
    if _ticks(text, state, asked):
        return Hearing(reader.read(text, POLICY.dialogue.together, today=today), replaces=bool(correction))
    if correction and (reading := _corrected(reader, text, state, surely=surely, today=today)):
        return Hearing(reading, replaces=True)
    # "That was wrong" is no answer to the question that happens to be open, nor is a question.
    answers = put_right(text) if surely else not asks_back(text)
    reading = reader.read(text, asked if answers else (), today=today)
    if both := _added(reading, text, state):
        return Hearing(both, replaces=True)
    hearing = Hearing(reading, replaces=bool(correction), between=_between(reading, text, asked))
    says_again = [heard.factor for heard in reading.heard if heard.factor in state.known]
    if surely and hearing.mentioned <= {*says_again}:
        return _withdrawn(reader, text, state, hearing, says_again, today)
    if not hearing.mentioned and answers:
        # It may speak of something else, by its name.
        return replace(hearing, reading=_elsewhere(reader, text, asked, today))
    return hearing


def hear_confirmation(reader: Reader, text: str, state: State, factor: str, today: date) -> Confirmation:
    """What a message says where a factor's value is to be confirmed; only a plain yes is one."""
    value = state.known[factor].value
    reading = reader.read(text, (), (factor, value), today=today)
    answering = reader.read(text, (factor,), today=today)
    own = [heard for heard in reading.heard if heard.factor == factor]
    yes, rest = reading.affirms, _without(reading, factor)
    if agrees(text, factor):
        yes = True
    elif yes is None and (denies(text) or corrects(text) == "surely"):
        yes = False
    elif yes is False and own and own[0].value == value:
        # "No, it never changes."
        yes = True
    elif yes and limits(text) and not rest.heard:
        yes = None
    if yes is False or (yes is None and not rest.heard):
        own += [heard for heard in answering.heard if heard.factor == factor]
    others = [heard for heard in own if heard.value != value]
    if yes or not others:
        return Confirmation(yes, None, yes is None and factor in answering.unsure, rest)
    new = otherwise(factor) if BESIDE.search(text) else others[0].value
    return Confirmation(None, Known(new, others[0].quote), False, rest)


def hear_doubt(
    reader: Reader, text: str, doubt: Doubt, interrupted: str | None, today: date
) -> tuple[Known | None, Reading]:
    """The value that holds, which may be a third one, None where that is not said; and what else was said.

    `interrupted` is the question in whose place the doubt is asked about: some answer that one.
    """
    factor = doubt.factor
    reading = reader.read(text, (), (factor, doubt.new.value), today=today)
    rest = _without(reading, factor)
    if reading.affirms:
        return doubt.new, rest
    heard = [heard for heard in reading.heard if heard.factor == factor]
    if not heard and (reading.affirms is False or denies(text)):
        return doubt.old, rest
    # "weekly" is an answer to this question, too.
    heard += [heard for heard in reader.read(text, (factor,), today=today).heard if heard.factor == factor]
    if heard:
        return Known(heard[0].value, heard[0].quote, doubt.new.user), rest
    asked = factors_of(interrupted) if interrupted else ()
    answers = reader.read(text, asked, today=today).heard if asked and factor not in asked else ()
    more = tuple(heard for heard in answers if heard.factor in asked)
    if not rest.heard and not more:
        # It may speak of an answer further back, by its name.
        more = _elsewhere(reader, text, (factor,), today).heard
    return None, replace(rest, heard=(*(h for h in rest.heard if h.factor not in asked), *more))


def supposed(reader: Reader, text: str, state: State, today: date) -> dict[str, str]:
    """The values that a "what if" supposes; "what if I say both?" is about the open question."""
    asked = factors_of(state.pending) if state.pending else ()
    answer = ANSWERING.match(text)
    heard = reader.read(text[answer.end() :] if answer else text, asked if answer else (), today=today).heard
    # "What if sources were a must?" is no answer, and names what it is about.
    by_name = (
        {} if answer else {each.factor: each.value for each in _elsewhere(reader, text, (), today).heard}
    )
    return by_name | {each.factor: each.value for each in heard} | supposes(text)


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


def _corrected(reader: Reader, text: str, state: State, *, surely: bool, today: date) -> Reading | None:
    """The reading by which a correction contradicts something earlier, rather than answers what is open."""
    asked = factors_of(state.pending) if state.pending else ()
    names = named(text)
    earlier = [(factor,) for factor in names if factor in state.known]
    if surely:
        earlier = [(), *earlier, *([] if names else [next(_answered(state), ())])]
    elif set(names) & set(asked):
        return None
    for factors in earlier:
        reading = reader.read(text, factors, today=today)
        if any(_contradicts(heard, state) for heard in reading.heard):
            return reading
    return None


def _withdrawn(
    reader: Reader, text: str, state: State, hearing: Hearing, says_again: Sequence[str], today: date
) -> Hearing:
    """A correction that names only what is known: it says that once more, or takes it back."""
    factors = says_again or _values_named(reader, text, state, today)
    if not factors:
        return replace(hearing, is_unclear=True)
    if right := put_right(text):
        heard = [heard for factor in factors for heard in reader.read(right, (factor,), today=today).heard]
        if any(each.factor in factors and not _contradicts(each, state) for each in heard):
            return replace(hearing, reading=Reading(tuple(each for each in heard if each.factor in factors)))
    return replace(hearing, takes_back=factors[0])


def _ticks(text: str, state: State, asked: Sequence[str]) -> bool:
    """Whether a message ticks factors that are asked about together, where another question is open or none.

    By their names; by their places only where they were the last that was asked about.
    """
    together = POLICY.dialogue.together
    if set(asked) & set(together) or not ticked(plain(text), together):
        return False
    latest = () if asked else next(_answered(state), ())
    return bool(set(named(text)) & set(together)) or set(latest) == set(together)


def _added(reading: Reading, text: str, state: State) -> Reading | None:
    """The reading with both in place of what is needed besides: "it should also know our products"."""
    first = POLICY.dialogue.first
    known = state.known.get(first)
    heard = next((each for each in reading.heard if each.factor == first), None)
    if known is None or heard is None or not BESIDE.search(text):
        return None
    if known.value == heard.value or otherwise(first) in (known.value, heard.value):
        return None
    both = Heard(first, otherwise(first), heard.quote)
    return replace(reading, heard=tuple(both if each is heard else each for each in reading.heard))


def _between(reading: Reading, text: str, asked: Sequence[str]) -> tuple[str, str] | None:
    """The two options between which an answer lies: "two or three times a year" is nearer to neither."""
    if rates.FACTOR not in asked or rates.FACTOR not in reading.unsure:
        return None
    if not any(hit.value == UNSURE for hit in rates.rate_hits(plain(text))):
        return None
    values = [*(value for _, value in rates.BORDERS), rates.BEYOND]
    place = values.index(UNSURE)
    return label(rates.FACTOR, values[place - 1]), label(rates.FACTOR, values[place + 1])


def _elsewhere(reader: Reader, text: str, asked: Sequence[str], today: date) -> Reading:
    """What a message says of the factors that it names, as if they had been asked about."""
    found = [
        heard
        for factor in named(text)
        if factor not in asked
        for heard in reader.read(text, (factor,), today=today).heard
        if heard.factor == factor
    ]
    return Reading(tuple(found))


def _values_named(reader: Reader, text: str, state: State, today: date) -> list[str]:
    """The factor whose known value the message names: "I said never, but that is not quite true"."""
    asked = [factor for factors in _answered(state) for factor in factors]
    for factor in dict.fromkeys([*asked, *state.known]):
        heard = reader.read(text, (factor,), today=today).heard if factor in state.known else ()
        if any(each.factor == factor and not _contradicts(each, state) for each in heard):
            return [factor]
    return []
