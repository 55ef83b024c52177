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

from chains.answer_kinds import wanted
from chains.extract import Choice
from knowledge.retriever import Hit
from knowledge.terms import STOP_WORDS, words

WEIGHTS = Path(__file__).with_name("refusal.toml")
LOOKED_AT = 3

NAMES = (
    "late",  # late interaction of the best passage
    "cosine",  # the best cosine of any sentence found
    "weakest",  # the question's content word that the best sentence's passage meets worst
    "weakest_of_first",  # the same over the first passages together
    "ahead",  # how far the best sentence is ahead of the fifth best
    "stands_out",  # and of the mean of all, in standard deviations
    "rarest",  # the rarity of the question's rarest word
    "words",  # how many content words the question has
    "kind_missing",  # how far the best sentences are from the kind of answer that it asks for
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
    best = ranked[0]
    scores = np.array([choice.score for choice in ranked])
    rarities = hits[0].question.rarity.values()
    asked = wanted(hits[0].question.text)
    values = {
        "late": hits[0].late,
        "cosine": max(max(hit.units_cosine, default=0.0) for hit in hits),
        "weakest": min(_met([best.candidate.hit]), default=0.0),
        "weakest_of_first": min(_met(hits[:LOOKED_AT]), default=0.0),
        "ahead": best.score - scores[min(4, len(scores) - 1)],
        "stands_out": (best.score - scores.mean()) / max(float(scores.std()), 1e-6),
        "rarest": max(rarities, default=0.0),
        "words": len(rarities),
        "kind_missing": 1 - max(asked.met_by(_with_lead(choice)) for choice in ranked[:LOOKED_AT]),
    }
    return np.array([float(values[name]) for name in NAMES])


def _with_lead(choice: Choice) -> str:
    """A sentence with what gives it meaning."""
    unit = choice.candidate.unit
    return " | ".join((unit.text, unit.lead, *unit.header))


def _met(hits: Sequence[Hit]) -> list[float]:
    """For each content word of the question: its best similarity to any token of the passages."""
    question = hits[0].question
    spans = question.encoded.spans
    found: list[float] = []
    for match in words(question.text):
        inside = np.flatnonzero((spans[:, 0] >= match.start()) & (spans[:, 1] <= match.end()))
        if len(inside) and match.group().lower() not in STOP_WORDS:
            passages = [hit.similarities[inside] for hit in hits if hit.similarities.shape[1]]
            found.append(max((float(each.max(axis=1).mean()) for each in passages), default=0.0))
    return found


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
