"""Whether the documents say: a calibrated judgement over the passages and sentences found.

A logistic model over a few numbers, fitted on questions with and without an answer in several
collections of documents (`python -m tests.evaluation.fit`); its weights are in `refusal.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import numpy as np

from chains.answer_kinds import PARTICULARS, VAGUE, asks_whether, passing, wanted
from chains.extract import Choice
from chains.features import NAMES as UNIT_FEATURES
from knowledge.retriever import Hit
from knowledge.terms import STOP_WORDS, stem, terms, words

WEIGHTS = Path(__file__).with_name("refusal.toml")
LOOKED_AT = 3
# The similarity of two tokens from which they count as the same.
SAME = 0.7

NAMES = (
    "cosine",  # the best cosine of any sentence found
    "pooled",  # the best sentence's own
    "unmet",  # the share of the question, by rarity, that the best sentence's passage does not speak of
    "kind_missing",  # how far the first sentences are from the kind of answer that it asks for
    "particular",  # it asks for a particular that documents seldom give: half where a sentence has such
    "passing",  # it asks for one moment or a ranking, of which the first passages do not speak
)


class Verdict(Enum):
    """What the passages found are worth."""

    ANSWERS = "answers"
    UNSURE = "unsure"
    SILENT = "silent"


def judge(hits: Sequence[Hit], ranked: Sequence[Choice]) -> Verdict:
    """Whether these passages and sentences, best first, answer their question."""
    model = _model()
    likely = model.probability(features(hits, ranked))
    if likely < model.refuse_below:
        return Verdict.SILENT
    return Verdict.UNSURE if likely < model.unsure_below else Verdict.ANSWERS


def features(hits: Sequence[Hit], ranked: Sequence[Choice]) -> np.ndarray:
    """What the judgement rests on, in the order of `NAMES`."""
    best = ranked[0].candidate
    question = hits[0].question
    asked = wanted(question.text)
    missing = 1 - max(asked.met_by(_with_lead(choice)) for choice in ranked[:LOOKED_AT])
    particular = asked.name in PARTICULARS and not asks_whether(question.text)
    values = {
        "cosine": max(max(hit.units_cosine, default=0.0) for hit in hits),
        "pooled": best.values[UNIT_FEATURES.index("pooled")],
        "unmet": _unmet(best.hit),
        "kind_missing": 0.0 if asked.name in VAGUE else missing,
        "particular": (1 + missing) / 2 if particular else 0.0,
        "passing": _passes_by(question.text, hits[:LOOKED_AT]),
    }
    return np.array([float(values[name]) for name in NAMES])


def _with_lead(choice: Choice) -> str:
    """A sentence with what gives it meaning."""
    unit = choice.candidate.unit
    return " | ".join((unit.text, unit.lead, *unit.header))


def _unmet(hit: Hit) -> float:
    """The share of the question's content words, by their rarity, that a passage does not speak of.

    A word is met by one of the same stem, or by a token as similar in its context as `SAME`; by less, less.
    """
    question = hit.question
    spans = question.encoded.spans
    held = set(terms(hit.stored.chunk.embedding_text))
    total = missed = 0.0
    for match in words(question.text):
        inside = np.flatnonzero((spans[:, 0] >= match.start()) & (spans[:, 1] <= match.end()))
        if not len(inside) or match.group().lower() in STOP_WORDS:
            continue
        term = stem(match.group())
        rarity = question.rarity.get(term, 0.0)
        total += rarity
        if term not in held:
            near = hit.similarities[inside]
            similar = float(near.max(axis=1).mean()) if near.shape[1] else 0.0
            missed += rarity * (1 - min(max(similar / SAME, 0.0), 1.0))
    return missed / total if total else 0.0


def _passes_by(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a question asks for a moment or a ranking of which no passage speaks."""
    found = passing(question)
    text = " ".join(hit.stored.chunk.text for hit in hits).lower()
    return any(each not in text for each in found)


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model, and what its probabilities mean."""

    weights: np.ndarray
    bias: float
    refuse_below: float
    unsure_below: float

    def probability(self, values: np.ndarray) -> float:
        """How likely an answer is."""
        return 1 / (1 + math.exp(-(float(values @ self.weights) + self.bias)))


@cache
def _model() -> Model:
    table = tomllib.loads(WEIGHTS.read_text())
    weights = np.array([table["weights"][name] for name in NAMES])
    return Model(weights, table["bias"], table["refuse_below"], table["unsure_below"])
