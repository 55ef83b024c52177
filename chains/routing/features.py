"""What the small classifier looks at: a message's meaning, words and patterns, and where it was said."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Literal

import numpy as np

from chains.routing.patterns import patterns

Context = Literal["channel", "dm", "guide_thread", "answer_thread"]
CONTEXTS: tuple[Context, ...] = ("channel", "dm", "guide_thread", "answer_thread")

# Words and pairs of words share so many places, runs of letters so many: what falls on the same place is
# told apart by the rest. Runs of letters see through typos.
WORD_PLACES, LETTER_PLACES = 2048, 1024
LETTERS = (3, 4)
SHORT = (1, 2, 4, 8, 16)
# The parts are weighed against each other, as the penalty on large weights is the same for all.
MEANING, PATTERNS, WORDS, WRITTEN = 3.0, 0.6, 1.0, 2.0

_MENTION = re.compile(r"<@\w+>|@ragtime\b", re.IGNORECASE)
_QUOTES = str.maketrans("’‘“”", "''\"\"")
_NUMBER = re.compile(r"\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d|[?!#]")


def normal(text: str) -> str:
    """A message on one line in lower case, with straight quotes and without mentions of the bot."""
    return " ".join(_MENTION.sub(" ", text).translate(_QUOTES).lower().split())


def features(text: str, context: Context, vector: np.ndarray | None = None) -> np.ndarray:
    """The numbers of one message; `text` is `normal`, `vector` its embedding of unit length.

    What a message is depends on where it is said ("weekly" answers the guide, a question interrupts it),
    so that everything is there once for all contexts and once more for the guide's threads. The meaning
    stands last: without a vector, the numbers are the first of those with one.
    """
    in_guide, in_answer = context == "guide_thread", context == "answer_thread"
    length = len(text.split())
    seen = PATTERNS * np.array([*patterns().found(text), *(length <= most for most in SHORT)], np.float32)
    written = np.concatenate(
        [WORDS * _hashed(_words(text), WORD_PLACES), WRITTEN * _hashed(_letters(text), LETTER_PLACES)]
    )
    said_in = np.array([context == each for each in CONTEXTS], np.float32)
    parts = [said_in, seen, seen * in_guide, seen * in_answer, written, written * in_guide]
    if vector is not None:
        parts += [MEANING * vector, MEANING * vector * in_guide]
    return np.concatenate(parts).astype(np.float32)


def _words(text: str) -> Iterator[str]:
    """Words and pairs of words; all numbers are alike."""
    words = _WORD.findall(_NUMBER.sub("0", text))
    yield from words
    yield from (" ".join(pair) for pair in zip(["^", *words], [*words, "$"], strict=True))


def _letters(text: str) -> Iterator[str]:
    """Every run of three and of four letters."""
    text = f" {text} "
    for size in LETTERS:
        yield from (text[start : start + size] for start in range(len(text) - size + 1))


def _hashed(pieces: Iterator[str], places: int) -> np.ndarray:
    """A vector of unit length, in which each different piece counts at the place that its hash gives."""
    found = [zlib.crc32(piece.encode()) % places for piece in set(pieces)]
    values = np.bincount(found, minlength=places).astype(np.float32)
    return values / max(float(np.linalg.norm(values)), 1e-9)
