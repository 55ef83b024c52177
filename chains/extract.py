"""Answers without a model: the sentences that answer, quoted word for word."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from chains.features import NAMES, Candidate, candidates, says_nothing
from knowledge.retriever import Hit

WEIGHTS = Path(__file__).with_name("extraction.toml")
MAX_STATEMENTS = 3
MAX_WORDS = 80
# How far a further sentence may be behind the best one, in the score's unit: fewer words where one answers.
MAX_BEHIND = 4.5


@dataclass(frozen=True, slots=True)
class Choice:
    """A sentence chosen, and how well it seems to answer."""

    candidate: Candidate
    score: float


def rank(hits: Sequence[Hit], weights: np.ndarray | None = None) -> list[Choice]:
    """Every sentence of the passages, best first; `weights` of the features replace the fitted ones."""
    weights = _weights() if weights is None else weights
    found = [Choice(c, float(c.values @ weights)) for c in candidates(hits)]
    return sorted(found, key=lambda choice: -choice.score)


def choose(ranked: Sequence[Choice]) -> list[Candidate]:
    """The best sentences, at most three and eighty words, in the order in which they stand.

    The best one is taken however long it is; of passages, the one that holds the best comes first. What says
    nothing alone is taken only where there is nothing else.
    """
    saying = [choice for choice in ranked if not says_nothing(choice.candidate)] or ranked
    chosen: list[Choice] = []
    texts: set[str] = set()
    words = 0
    for choice in saying:
        if chosen and choice.score < chosen[0].score - MAX_BEHIND:
            break
        text = choice.candidate.unit.text
        length = len(text.split())
        if text in texts or (chosen and words + length > MAX_WORDS):
            continue
        chosen.append(choice)
        texts.add(text)
        words += length
        if len(chosen) == MAX_STATEMENTS:
            break
    passages = list(dict.fromkeys(choice.candidate.hit.stored.id for choice in chosen))
    return sorted(
        (choice.candidate for choice in chosen),
        key=lambda candidate: (passages.index(candidate.hit.stored.id), candidate.position),
    )


@cache
def _weights() -> np.ndarray:
    table = tomllib.loads(WEIGHTS.read_text())["weights"]
    return np.array([table[name] for name in NAMES], np.float32)
