"""What the small classifier looks at: a message's meaning, words and patterns, and where it was said."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

Context = Literal["channel", "dm", "guide_thread", "answer_thread"]
CONTEXTS: tuple[Context, ...] = ("channel", "dm", "guide_thread", "answer_thread")

PATTERNS = Path(__file__).with_name("patterns.toml")
# Words and pairs of words share so many places; what falls on the same place is told apart by the rest.
PLACES = 2048
LENGTHS = (1, 2, 4, 8, 16)
# The parts are weighed against each other, as the penalty on large weights is the same for all.
MEANING_SCALE, PATTERN_SCALE = 3.0, 0.6

_MENTION = re.compile(r"<@\w+>|@ragtime\b", re.IGNORECASE)
_QUOTES = str.maketrans("’‘“”", "''\"\"")
_NUMBER = re.compile(r"\d[\d.,]*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d|[?!#]")


def normal(text: str) -> str:
    """A message on one line in lower case, with straight quotes and without mentions of the bot."""
    return " ".join(_MENTION.sub(" ", text).translate(_QUOTES).lower().split())


def features(text: str, vector: np.ndarray, context: Context) -> np.ndarray:
    """The numbers of one message; `text` is `normal`, `vector` its embedding of unit length.

    What a message is depends on where it is said ("weekly" answers the guide, a question interrupts it),
    so that everything is there once for all contexts and once more for the guide's threads.
    """
    in_guide, in_answer = context == "guide_thread", context == "answer_thread"
    seen = PATTERN_SCALE * found(text)
    meaning = MEANING_SCALE * vector
    said = _words(text)
    return np.concatenate(
        [
            np.array([context == each for each in CONTEXTS], np.float32),
            seen,
            meaning,
            said,
            seen * in_guide,
            meaning * in_guide,
            said * in_guide,
            seen * in_answer,
        ]
    ).astype(np.float32)


def found(text: str) -> np.ndarray:
    """Which patterns a normal text has, and how short it is: ones and zeros."""
    length = len(text.split())
    return np.array(
        [
            *(pattern.search(text) is not None for pattern in patterns().values()),
            *(length <= most for most in LENGTHS),
        ],
        np.float32,
    )


@cache
def patterns() -> Mapping[str, re.Pattern[str]]:
    """The compiled patterns by name."""
    table: dict[str, str] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))["patterns"]
    return {name: re.compile(pattern) for name, pattern in table.items()}


def _words(text: str) -> np.ndarray:
    """Words and pairs of words, each at the place that its hash gives, to unit length."""
    words = _WORD.findall(_NUMBER.sub("0", text))
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    values = np.zeros(PLACES, np.float32)
    for said in {*words, *(" ".join(pair) for pair in pairs)}:
        values[zlib.crc32(said.encode()) % PLACES] += 1
    return values / max(float(np.linalg.norm(values)), 1e-9)
