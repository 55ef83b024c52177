"""Reads one message: each factor's value with the words it rests on, what is left open, a yes or a no.

Rules read numbers, rates, money, times and phrases; classifiers weigh what the rules found together with
what the message means as a whole. A model, where there is one, reads first; what it does not say, or says
without the message's own words, is read by rules and classifiers. Where it contradicts a sure rule, it is
left to the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from chains.guide.contract import Heard, Reading
from chains.guide.policy import POLICY
from chains.guide.reader.by_model import read_by_model
from chains.guide.reader.classifier import Fitted, fitted
from chains.guide.reader.contrasts import FACTOR as CONTRASTED
from chains.guide.reader.contrasts import denied
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.material import PAIRS, RATINGS, counted, kind
from chains.guide.reader.phrases import hedges, says_nothing
from chains.guide.reader.rates import FACTOR as RATE
from chains.guide.reader.rates import is_of_change
from chains.guide.reader.replies import NO, YES, affirms, all_or_none, lines_for
from chains.guide.reader.rules import as_answer, find_hits, in_passing
from chains.guide.reader.spans import Span, around, clauses, plain, sentences
from chains.guide.reader.ticks import ticked
from chains.guide.reader.weighing import (
    answer_features,
    answers,
    remark_features,
    remarks,
    words_of,
)
from chains.guide.words import named

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from knowledge.embeddings.base import TokenReader

# An answer that is less likely than this to say anything certain says nothing.
LEAST_ANSWER = 0.4
# The same where no rule found anything, and where what they found is of another factor.
LEAST_UNFOUND = 0.55
LEAST_ELSEWHERE = 0.9
# Where so much of an answer is what a rule surely found, nothing else is weighed.
MOST_OF_IT = 0.8
# In passing: what rules found must be this likely, what they did not find that likely. What is less
# likely is better asked about: a direct answer is read far better.
LEAST_FOUND = 0.25
# The same where their own words name the factor: "never changes".
LEAST_NAMED = 0.1
LEAST_GUESSED = 0.9
# What an answer surely says by rule counts where it is this likely.
LEAST_SURE = 0.3
# What a person cannot answer, but seems to have said at first; for two authors whose lines the weights had
# not seen, verdicts are as often right as with less, and at 0.4 four in a hundred fewer.
LEAST_RECALLED = 0.1
# The same of what nobody was asked about.
LEAST_SAID = 0.5
# So many vectors of a few hundred numbers are kept.
REMEMBERED = 64
# Shorter messages say nothing in passing that a rule would not find.
FEWEST_WORDS = 6
# A question that asks for the verdict says nothing besides.
ASKS_WHICH = re.compile(r"\b(?:rag|retrieval|fine-?\s?tun\w*|train\w*)\b")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads by rules and small classifiers; by a model first, where there is one."""

    encoder: TokenReader
    model: BaseChatModel | None = None
    classifiers: Fitted = field(default_factory=fitted)
    # An opening is looked at again at the end, an answer to a confirmation twice.
    _vector: Callable[[str], np.ndarray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Texts that were encoded lately are not encoded again."""
        remembering = lru_cache(REMEMBERED)(lambda text: self.encoder.encode([text])[0].vector)
        object.__setattr__(self, "_vector", remembering)

    def read(
        self,
        text: str,
        asked: tuple[str, ...] = (),
        confirming: tuple[str, str] | None = None,
        today: date | None = None,
    ) -> Reading:
        """What a message says. `asked` are the factors of the pending question, none for an opening;
        `confirming` is the factor and value of a pending confirmation; months and seasons by themselves
        say when something must be live only with `today`.
        """
        heard: dict[str, Heard] = {}
        disputed: list[Heard] = []
        unsure: set[str] = set()
        low = plain(text)
        lines = lines_for(text, asked)
        parts = [(0, len(text), asked)]
        if lines is not None:
            parts = [(*line, (factor,)) for factor, line in zip(asked, lines, strict=True)]
        for start, end, factors in parts:
            part, vector = low[start:end], self._vector(text[start:end])
            spans = sentences(part)
            for hit in self._found(part, vector, factors, today):
                if hit.value == UNSURE:
                    unsure.add(hit.factor)
                elif hit.factor not in heard or hit.factor in factors:
                    span = around(spans, hit.start, hit.end)
                    quote = text[start + span.start : start + span.end]
                    heard[hit.factor] = Heard(hit.factor, hit.value, quote)
        if not asked and confirming is None:
            missing = [factor for factor in POLICY.factors if factor not in heard]
            heard |= {each.factor: each for each in self._seeming(text, missing, LEAST_GUESSED)}
        if self.model is not None and confirming is None:
            hits = find_hits(low, asked, today)
            for value in read_by_model(self.model, text, asked):
                sure = in_passing([hit for hit in hits if hit.factor == value.factor])
                if sure is None or sure.value == value.value:
                    heard[value.factor] = value
                    continue
                span = around(sentences(low), sure.start, sure.end)
                heard[value.factor] = Heard(value.factor, sure.value, text[span.start : span.end])
                disputed.append(value)
        return Reading(
            tuple(heard[factor] for factor in POLICY.in_order(heard)),
            POLICY.in_order(factor for factor in unsure if factor not in heard),
            affirms(low) if confirming else None,
            tuple(disputed),
        )

    def recall(self, text: str, factors: Iterable[str], least: float = LEAST_RECALLED) -> tuple[Heard, ...]:
        """What a first message seems to say of factors that stayed open, where that is likelier than `least`.

        What is not said clearly is asked about; only where the answer is missing is this taken.
        """
        if not _tells(plain(text)):
            return ()
        return tuple(
            heard
            for heard in self._seeming(text, factors, least)
            # What alone decides is not taken from what words only seem to say.
            if heard.value not in POLICY.vetoes.get(heard.factor, ()) or _is_said(heard)
        )

    def _seeming(self, text: str, factors: Iterable[str], least: float) -> Iterator[Heard]:
        if len(text.split()) < FEWEST_WORDS:
            return
        pieces = self._pieces(text)
        for factor in factors:
            if heard := self._seems(text, pieces, factor, least):
                yield heard

    def _pieces(self, text: str) -> list[tuple[Span, list[Hit]]]:
        """The whole text and each of its sentences, with what rules find there."""
        low = plain(text)
        spans = [Span(0, len(low)), *sentences(low)]
        return [(span, find_hits(low[span.start : span.end], ())) for span in spans]

    def _seems(
        self, text: str, pieces: Sequence[tuple[Span, list[Hit]]], factor: str, least: float
    ) -> Heard | None:
        """What a text seems to say of a factor in passing, if that is at least so likely."""
        whole, *parts = (
            self._likely_remark(text[span.start : span.end], hits, factor) for span, hits in pieces
        )
        # What one sentence says is lost among many; what it seems to say alone may be meant otherwise.
        likely = np.sqrt(whole * np.max(parts, axis=0))
        # The first class is that it says nothing.
        best = 1 + int(likely[1:].argmax())
        if likely[best] < least:
            return None
        low, own = plain(text), [hit for hit in pieces[0][1] if hit.factor == factor]
        hit = _resting_on(own, remarks(factor)[best], low, factor)
        if hit in own:
            span = around(_quotable(low), hit.start, hit.end)
        elif len(parts) == 1:
            likely_part = [
                self._likely_remark(text[s.start : s.end], [], factor)[best] for s in _quotable(low)
            ]
            span = _quotable(low)[int(np.argmax(likely_part))]
        else:
            span, _ = pieces[1 + int(np.argmax([part[best] for part in parts]))]
        return Heard(factor, hit.value, text[span.start : span.end])

    def _found(self, part: str, vector: np.ndarray, asked: tuple[str, ...], today: date | None) -> list[Hit]:
        """What one part says of each factor, at most one hit a factor."""
        hits = find_hits(part, asked, today)
        together = POLICY.dialogue.together
        ticks = ticked(part, together) if set(asked) & set(together) else {}
        if ticks:
            return [Hit(factor, value, 0, len(part), sure=True) for factor, value in ticks.items()]
        several = all_or_none(part) if len(asked) > 1 else None
        found: list[Hit | None] = []
        for factor in POLICY.factors:
            own = [hit for hit in hits if hit.factor == factor]
            if asked == (factor,):
                others = [hit for hit in hits if hit.sure and hit.factor != factor]
                if not _is_all_about(others, own, part):
                    found.append(self._answer(own, part, vector, factor, elsewhere=bool(others)))
            elif factor in asked:
                chosen = as_answer(own, part, factor, alone=False)
                if chosen is None and several is not None:
                    chosen = Hit(factor, (YES if several else NO)[factor], 0, len(part))
                found.append(chosen)
            elif not asked or factor != RATE or is_of_change(part, own):
                found.append(self._remark(own, part, vector, factor))
        return [hit for hit in found if hit]

    def _likely_remark(self, piece: str, hits: list[Hit], factor: str) -> np.ndarray:
        """How likely a piece of a message says each of `remarks` of a factor."""
        low, own = plain(piece), [hit for hit in hits if hit.factor == factor]
        features = remark_features(self._vector(piece), low, own, factor)
        return self.classifiers.remarks[factor].probabilities(features, words_of(low))

    def _answer(
        self, own: list[Hit], part: str, vector: np.ndarray, factor: str, *, elsewhere: bool
    ) -> Hit | None:
        """An answer's value; `elsewhere`, it surely says something of another factor."""
        answer = affirms(part)
        if says_nothing(part) and (answer is None or factor not in (YES if answer else NO)):
            return None
        if found := _beyond_doubt(own, part):
            return found
        least = LEAST_ANSWER if own else LEAST_ELSEWHERE if elsewhere else LEAST_UNFOUND
        likely = self.classifiers.answers[factor].probabilities(
            answer_features(vector, part, own, factor), words_of(part)
        )
        for value in denied(part) if factor == CONTRASTED else ():
            likely[answers(factor).index(value)] = 0.0
        best = int(likely.argmax())
        by_rule = in_passing(own)
        if by_rule and likely[answers(factor).index(kind(by_rule.value))] >= LEAST_SURE:
            return by_rule
        if likely[best] < least or (answers(factor)[best] == UNSURE and not hedges(part)):
            return as_answer(own, part, factor, alone=True)
        return _resting_on(own, answers(factor)[best], part, factor)

    def _remark(self, own: list[Hit], part: str, vector: np.ndarray, factor: str) -> Hit | None:
        """What rules surely find of a factor that was not asked about, unless that is unlikely."""
        by_rule = in_passing(own)
        if by_rule is None or len(part.split()) < FEWEST_WORDS:
            return by_rule
        if by_rule.certain:
            return by_rule
        likely = self.classifiers.remarks[factor].probabilities(
            remark_features(vector, part, own, factor), words_of(part)
        )
        found = part[by_rule.start : by_rule.end]
        # A single word, such as "daily", may well speak of something else.
        least = LEAST_NAMED if " " in found and factor in named(found) else LEAST_FOUND
        return by_rule if likely[remarks(factor).index(kind(by_rule.value))] >= least else None


def _quotable(low: str) -> list[Span]:
    """What of a plain text may be quoted: a sentence, or a clause of the only one."""
    found = sentences(low)
    return found if len(found) > 1 else clauses(low) or [Span(0, len(low))]


def _tells(low: str) -> bool:
    """Whether a plain text tells anything beside asking which of the two it should be."""
    told = [low[span.start : span.end] for span in sentences(low)]
    told = [part for part in told if not (part.endswith("?") and ASKS_WHICH.search(part))]
    return sum(len(part.split()) for part in told) >= FEWEST_WORDS


def _is_said(heard: Heard) -> bool:
    """Whether the words of a value say it by a sure rule."""
    hits = find_hits(plain(heard.quote), ())
    return any(hit.sure and (hit.factor, hit.value) == (heard.factor, heard.value) for hit in hits)


def _beyond_doubt(own: Sequence[Hit], part: str) -> Hit | None:
    """What an answer says whatever it seems to say as a whole: certain words, or nothing but sure ones."""
    certain = [hit for hit in own if hit.certain]
    if certain and len({hit.value for hit in certain}) == 1:
        return certain[-1]
    by_rule = in_passing(own)
    return by_rule if by_rule and _is_most(by_rule, part) else None


def _is_all_about(others: Sequence[Hit], own: Sequence[Hit], part: str) -> bool:
    """Whether an answer says hardly more than what is of another factor: “20,000 pairs”, asked for money."""
    return any(
        _is_most(other, part)
        and all(other.start <= hit.start and hit.end <= other.end for hit in own)
        and all(hit.end - hit.start < other.end - other.start for hit in own)
        for other in others
    )


def _is_most(hit: Hit, part: str) -> bool:
    letters = sum(char.isalnum() for char in part)
    return sum(char.isalnum() for char in part[hit.start : hit.end]) >= MOST_OF_IT * letters


def _resting_on(own: list[Hit], value: str, part: str, factor: str) -> Hit:
    """A value with the words that a rule found for it, or else with all of them.

    Pairs count by their number, and count as well where there are ratings beside them.
    """
    pairs = [hit for hit in own if hit.sure and kind(hit.value) == PAIRS]
    if value == PAIRS or (value == RATINGS and pairs):
        value = counted(part)
    found = [hit for hit in own if hit.value == value]
    return max(found, key=lambda hit: (hit.sure, hit.end)) if found else Hit(factor, value, 0, len(part))
