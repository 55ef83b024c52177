"""Whether the documents say: a calibrated judgement over the passages and sentences found.

A logistic model over a few numbers, fitted on questions with and without an answer in several
collections of documents (`python -m tests.evaluation.fit`); its weights are in `refusal.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from chains.extract import Choice
from chains.features import NAMES as UNIT_FEATURES
from knowledge.retriever import Hit
from knowledge.terms import STOP_WORDS, words

WEIGHTS = Path(__file__).with_name("refusal.toml")
LOOKED_AT = 3

NAMES = (
    "late",  # late interaction of the best passage
    "dense",  # cosine of the best passage
    "dense_best",  # the best cosine among the first passages
    "late_best",  # the best late interaction among them
    "weakest",  # the question's content word that the best passages meet worst
    "weak_share",  # share of the question's rarity in words that they meet badly
    "unit_late",  # the best sentence: late interaction,
    "unit_pooled",  # cosine,
    "unit_shared",  # shared rarity with its headings,
    "unit_alone",  # and alone
    "unit_score",  # its score
    "unit_lead",  # how far it is ahead of the fifth best
    "fresh",  # the question's rarest word, by how rare it is
    "words",  # how many content words the question has
    "number_missing",
    "time_missing",
    "person_wanted",
)
# A content word counts as met badly below this similarity to the passage's closest token.
MET = 0.55


def supports(hits: Sequence[Hit], ranked: Sequence[Choice]) -> bool:
    """Whether these passages and sentences, best first, answer their question."""
    return probability(hits, ranked) >= _model()[2]


def probability(hits: Sequence[Hit], ranked: Sequence[Choice]) -> float:
    """How likely it is that they do."""
    weights, bias, _ = _model()
    return 1 / (1 + math.exp(-(float(features(hits, ranked) @ weights) + bias)))


def features(hits: Sequence[Hit], ranked: Sequence[Choice]) -> np.ndarray:
    """What the judgement rests on, in the order of `NAMES`."""
    question = hits[0].question
    first = hits[:LOOKED_AT]
    best = dict(zip(UNIT_FEATURES, ranked[0].candidate.values.tolist(), strict=True))
    met = _met(first)
    rarities = list(question.rarity.values())
    fifth = ranked[min(4, len(ranked) - 1)]
    values = {
        "late": hits[0].late,
        "dense": hits[0].dense,
        "dense_best": max(hit.dense for hit in first),
        "late_best": max(hit.late for hit in first),
        "weakest": min((similarity for similarity, _ in met), default=0.0),
        "weak_share": sum(r for s, r in met if s < MET) / max(sum(r for _, r in met), 1e-9),
        "unit_late": best["late"],
        "unit_pooled": best["pooled"],
        "unit_shared": best["shared"],
        "unit_alone": best["shared_alone"],
        "unit_score": ranked[0].score,
        "unit_lead": ranked[0].score - fifth.score,
        "fresh": max(rarities, default=0.0),
        "words": len(rarities),
        "number_missing": best["number_missing"],
        "time_missing": best["time_missing"],
        "person_wanted": best["person_wanted"],
    }
    return np.array([float(values[name]) for name in NAMES], np.float32)


def _met(hits: Sequence[Hit]) -> list[tuple[float, float]]:
    """For each content word of the question: its best similarity in any of the passages, its rarity."""
    question = hits[0].question
    spans = question.encoded.spans
    found: list[tuple[float, float]] = []
    for match in words(question.text):
        if match.group().lower() in STOP_WORDS:
            continue
        inside = np.flatnonzero((spans[:, 0] >= match.start()) & (spans[:, 1] <= match.end()))
        if len(inside):
            similarity = max(
                float(hit.similarities[inside].max(axis=1).mean())
                for hit in hits
                if hit.similarities.shape[1]
            )
            found.append((similarity, float(question.weights[inside].max())))
    return found


@cache
def _model() -> tuple[np.ndarray, float, float]:
    table = tomllib.loads(WEIGHTS.read_text())
    return np.array([table["weights"][name] for name in NAMES], np.float32), table["bias"], table["threshold"]
