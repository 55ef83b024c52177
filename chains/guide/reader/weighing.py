"""The features that a message is weighed by: its embedding, its words, what the rules found of a factor.

An answer and what is said in passing are told apart: the first says something about its factor or that it
is not known, the second mostly nothing. Whether pairs are some or many is left to their count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from chains.guide.policy import POLICY
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.material import kind
from chains.guide.reader.phrases import hedges
from chains.guide.reader.replies import affirms

# What a message says in passing of a factor: nothing.
NOTHING = "-"
# The embedding is of unit length; the rules' features are counts.
EMBEDDING_WEIGHT = 4.0
# What stands for any number among the words.
_NUMBER = "#"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+")


def kinds(factor: str) -> tuple[str, ...]:
    """A factor's values as they are told apart by what a message means: pairs are one, however many."""
    return tuple(dict.fromkeys(kind(value) for value in POLICY.factors[factor].points))


def answers(factor: str) -> tuple[str, ...]:
    """What an answer to a factor's question may say."""
    return (*kinds(factor), UNSURE)


def remarks(factor: str) -> tuple[str, ...]:
    """What a message may say of a factor in passing."""
    return (NOTHING, *kinds(factor))


def words_of(low: str) -> frozenset[str]:
    """The words of a plain text, and each two that follow each other; the first one is marked as well."""
    words = [_NUMBER if word[0].isdigit() else word for word in _WORD.findall(low)]
    pairs = [f"{first} {second}" for first, second in zip(["^", *words], words, strict=False)]
    return frozenset(words + pairs)


def answer_features(vector: np.ndarray, low: str, hits: Sequence[Hit], factor: str) -> np.ndarray:
    """Of an answer to a factor's question: `vector` (d,) and the factor's hits in the plain text."""
    found: list[float] = []
    last = max((hit.end for hit in hits), default=0)
    for value in answers(factor):
        own = [hit for hit in hits if kind(hit.value) == value]
        latest = bool(own) and max(hit.end for hit in own) >= last
        found += [any(hit.sure for hit in own), min(3, len(own)) / 1.5, latest]
    yes, words = affirms(low), len(low.split())
    found += [yes is True, yes is False, bool(hedges(low)), words <= 3, min(words, 30) / 15]
    return np.concatenate([vector * EMBEDDING_WEIGHT, np.array(found)]).astype(np.float32)


def remark_features(vector: np.ndarray, low: str, hits: Sequence[Hit], factor: str) -> np.ndarray:
    """Of a message that may say something of a factor in passing."""
    found: list[float] = []
    for value in kinds(factor):
        own = [hit for hit in hits if kind(hit.value) == value]
        found += [any(hit.sure for hit in own), min(3, len(own)) / 1.5]
    found.append(min(len(low.split()), 60) / 30)
    return np.concatenate([vector * EMBEDDING_WEIGHT, np.array(found)]).astype(np.float32)
