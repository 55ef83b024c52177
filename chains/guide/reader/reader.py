"""Reads one message: each factor's value with the words it rests on, what is left open, a yes or a no.

Rules read numbers, rates, money, times and phrases; classifiers weigh what the rules found together with
what the message means as a whole. A model, where there is one, reads first; what it does not say, or says
without the message's own words, is read by rules and classifiers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from chains.guide.contract import Heard, Reading
from chains.guide.policy import POLICY
from chains.guide.reader.by_model import read_by_model
from chains.guide.reader.classifier import Fitted, fitted
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.material import PAIRS, counted, kind
from chains.guide.reader.phrases import hedges
from chains.guide.reader.replies import NO, YES, affirms, all_or_none, lines_for
from chains.guide.reader.rules import as_answer, find_hits, in_passing
from chains.guide.reader.spans import around, plain, sentences
from chains.guide.reader.weighing import (
    NOTHING,
    answer_features,
    answers,
    remark_features,
    remarks,
    words_of,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from knowledge.embeddings.base import TokenReader

# An answer that is less likely than this to say anything certain says nothing.
LEAST_ANSWER = 0.4
# The same where no rule found anything, and where what they found is of another factor.
LEAST_UNFOUND = 0.55
LEAST_ELSEWHERE = 0.9
# In passing: what rules found must be this likely, what they did not find that likely. What is less
# likely is better asked about: a direct answer is read far better.
LEAST_FOUND = 0.25
LEAST_GUESSED = 0.95
# What a person cannot answer, but seems to have said at first.
LEAST_RECALLED = 0.02
# The same of what nobody was asked about.
LEAST_SAID = 0.5
# Shorter messages say nothing in passing that a rule would not find.
FEWEST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads by rules and small classifiers; by a model first, where there is one."""

    encoder: TokenReader
    model: BaseChatModel | None = None
    classifiers: Fitted = field(default_factory=fitted)

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
        unsure: set[str] = set()
        low = plain(text)
        lines = lines_for(text, asked)
        parts = [(0, len(text), asked)]
        if lines is not None:
            parts = [(*line, (factor,)) for factor, line in zip(asked, lines, strict=True)]
        vectors = [encoded.vector for encoded in self.encoder.encode([text[s:e] for s, e, _ in parts])]
        for (start, end, factors), vector in zip(parts, vectors, strict=True):
            part = low[start:end]
            spans = sentences(part)
            for hit in self._found(part, vector, factors, today):
                if hit.value == UNSURE:
                    unsure.add(hit.factor)
                elif hit.factor not in heard or hit.factor in factors:
                    span = around(spans, hit.start, hit.end)
                    quote = text[start + span.start : start + span.end]
                    heard[hit.factor] = Heard(hit.factor, hit.value, quote)
        if self.model is not None and confirming is None:
            for value in read_by_model(self.model, text, asked):
                heard[value.factor] = value
        return Reading(
            tuple(heard[factor] for factor in POLICY.in_order(heard)),
            POLICY.in_order(factor for factor in unsure if factor not in heard),
            affirms(low) if confirming else None,
        )

    def recall(self, text: str, factors: Iterable[str], least: float = LEAST_RECALLED) -> tuple[Heard, ...]:
        """What a first message seems to say of factors that stayed open, where that is likelier than `least`.

        What is not said clearly is asked about; only where the answer is missing is this taken.
        """
        low = plain(text)
        if len(low.split()) < FEWEST_WORDS:
            return ()
        vector, words, spans = self.encoder.encode([text])[0].vector, words_of(low), sentences(low)
        hits = find_hits(low, ())
        heard: list[Heard] = []
        for factor in factors:
            own = [hit for hit in hits if hit.factor == factor]
            features = remark_features(vector, low, own, factor)
            likely = self.classifiers.remarks[factor].probabilities(features, words)
            # The first class is that it says nothing.
            best = 1 + int(likely[1:].argmax())
            if likely[best] >= least:
                hit = _resting_on(own, remarks(factor)[best], low, factor)
                span = around(spans, hit.start, hit.end)
                heard.append(Heard(factor, hit.value, text[span.start : span.end]))
        return tuple(heard)

    def _found(self, part: str, vector: np.ndarray, asked: tuple[str, ...], today: date | None) -> list[Hit]:
        """What one part says of each factor, at most one hit a factor."""
        hits = find_hits(part, asked, today)
        several = all_or_none(part) if len(asked) > 1 else None
        found: list[Hit | None] = []
        for factor in POLICY.factors:
            own = [hit for hit in hits if hit.factor == factor]
            if asked == (factor,):
                elsewhere = any(hit.sure and hit.factor != factor for hit in hits)
                found.append(self._answer(own, part, vector, factor, elsewhere=elsewhere))
            elif factor in asked:
                chosen = as_answer(own, part, factor, alone=False)
                if chosen is None and several is not None:
                    chosen = Hit(factor, (YES if several else NO)[factor], 0, len(part))
                found.append(chosen)
            else:
                found.append(self._remark(own, part, vector, factor, opening=not asked))
        return [hit for hit in found if hit]

    def _answer(
        self, own: list[Hit], part: str, vector: np.ndarray, factor: str, *, elsewhere: bool
    ) -> Hit | None:
        """An answer's value; `elsewhere`, it surely says something of another factor."""
        least = LEAST_ANSWER if own else LEAST_ELSEWHERE if elsewhere else LEAST_UNFOUND
        likely = self.classifiers.answers[factor].probabilities(
            answer_features(vector, part, own, factor), words_of(part)
        )
        best = int(likely.argmax())
        if likely[best] < least or (answers(factor)[best] == UNSURE and not hedges(part)):
            return as_answer(own, part, factor, alone=True)
        return _resting_on(own, answers(factor)[best], part, factor)

    def _remark(
        self, own: list[Hit], part: str, vector: np.ndarray, factor: str, *, opening: bool
    ) -> Hit | None:
        by_rule = in_passing(own)
        if len(part.split()) < FEWEST_WORDS:
            return by_rule
        kinds = remarks(factor)
        likely = self.classifiers.remarks[factor].probabilities(
            remark_features(vector, part, own, factor), words_of(part)
        )
        if by_rule and likely[kinds.index(kind(by_rule.value))] >= LEAST_FOUND:
            return by_rule
        best = int(likely.argmax())
        if not opening or kinds[best] == NOTHING or likely[best] < LEAST_GUESSED:
            return None
        return _resting_on(own, kinds[best], part, factor)


def _resting_on(own: list[Hit], value: str, part: str, factor: str) -> Hit:
    """A value with the words that a rule found for it, or else with all of them."""
    value = counted(part) if value == PAIRS else value
    found = [hit for hit in own if hit.value == value]
    return max(found, key=lambda hit: (hit.sure, hit.end)) if found else Hit(factor, value, 0, len(part))
