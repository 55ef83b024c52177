"""The features that a message is weighed by: its embedding, and what the rules found of one factor.

An answer and what is said in passing are told apart: the first says something about its factor or that it
is not known, the second mostly nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chains.guide.policy import POLICY
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.phrases import hedges
from chains.guide.reader.replies import affirms

# What a message says in passing of a factor: nothing.
NOTHING = "-"
# The embedding is of unit length; the rules' features are counts.
EMBEDDING_WEIGHT = 4.0


def answers(factor: str) -> tuple[str, ...]:
    """What an answer to a factor's question may say."""
    return (*POLICY.factors[factor].points, UNSURE)


def remarks(factor: str) -> tuple[str, ...]:
    """What a message may say of a factor in passing."""
    return (NOTHING, *POLICY.factors[factor].points)


def answer_features(vector: np.ndarray, low: str, hits: Sequence[Hit], factor: str) -> np.ndarray:
    """Of an answer to a factor's question: `vector` (d,) and the factor's hits in the plain text."""
    found: list[float] = []
    last = max((hit.end for hit in hits), default=0)
    for value in answers(factor):
        own = [hit for hit in hits if hit.value == value]
        latest = bool(own) and max(hit.end for hit in own) >= last
        found += [any(hit.sure for hit in own), min(3, len(own)) / 1.5, latest]
    yes, words = affirms(low), len(low.split())
    found += [yes is True, yes is False, bool(hedges(low)), words <= 3, min(words, 30) / 15]
    return np.concatenate([vector * EMBEDDING_WEIGHT, np.array(found)]).astype(np.float32)


def remark_features(vector: np.ndarray, low: str, hits: Sequence[Hit], factor: str) -> np.ndarray:
    """Of a message that may say something of a factor in passing."""
    found: list[float] = []
    for value in POLICY.factors[factor].points:
        own = [hit for hit in hits if hit.value == value]
        found += [any(hit.sure for hit in own), min(3, len(own)) / 1.5]
    found.append(min(len(low.split()), 60) / 30)
    return np.concatenate([vector * EMBEDDING_WEIGHT, np.array(found)]).astype(np.float32)
