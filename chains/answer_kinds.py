"""What kind of answer a question asks for (a sum, a date, a name …), and whether a text could hold one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.terms import STOP_WORDS, stem

PATTERNS = Path(__file__).with_name("answer_kinds.toml")
# How much a text is worth that has only a hint of such an answer.
HINT = 0.5
# And one whose number counts something else, or is a bound of what is counted ("up to five days").
OTHER_COUNT = 0.4
# In words: how far before what is counted its number may stand, and behind it.
NUMBER_BEFORE, NUMBER_BEHIND = 4, 2

_COUNTED = re.compile(r"\b(?:how many|number of) (\w+(?:[ -]\w+)?)", re.IGNORECASE)
_TOKEN = re.compile(r"[\w.,]*\w")
_BOUND = re.compile(
    r"\b(?:up to|at (?:least|most)|within|over|under|(?:more|less|fewer) than)$", re.IGNORECASE
)
_ASKS_BOUND = re.compile(
    r"\b(?:max\w*|min(?:imum)?|at (?:most|least)|up to|limit\w*|within|must|can|may|allowed)\b", re.IGNORECASE
)

# Kinds of which a team's documents say little: most who ask for one ask in vain.
PARTICULARS = ("contact", "money", "name")
# Kinds that nearly any sentence could be an answer to.
VAGUE = ("place", "way")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of answer: what asks for it, what is good evidence of one in a text, and what is a hint."""

    name: str
    asked: re.Pattern[str]
    held: re.Pattern[str]
    hinted: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants: a kind of answer (None: any), the stems of what it wants counted, and whether
    a bound of their number would do ("up to five").
    """

    kind: _Kind | None
    counted: tuple[str, ...] = ()
    bound: bool = False

    @property
    def name(self) -> str:
        """The kind's name, one of `KINDS`; empty where no kind is asked for."""
        return self.kind.name if self.kind else ""

    def met_by(self, text: str) -> float:
        """How far a text could hold such an answer, from 0 to 1; 1 where no kind is asked for."""
        if self.kind is None:
            return 1.0
        if self.kind.held.search(text):
            return 1.0 if not self.counted or self._counts(self.kind.held, text) else OTHER_COUNT
        return HINT if self.kind.hinted and self.kind.hinted.search(text) else 0.0

    def _counts(self, number: re.Pattern[str], text: str) -> bool:
        """Whether a number stands beside what is counted."""
        tokens = [match.group() for match in _TOKEN.finditer(text)]
        for i, token in enumerate(tokens):
            if stem(token) not in self.counted:
                continue
            for j in range(max(0, i - NUMBER_BEFORE), min(len(tokens), i + NUMBER_BEHIND + 1)):
                bound = _BOUND.search(" ".join(tokens[max(0, j - 2) : j])) is not None
                if number.search(tokens[j]) and (self.bound or not bound):
                    return True
        return False


def wanted(question: str) -> Wanted:
    """What kind of answer a question asks for."""
    kind = next((kind for kind in _KINDS if kind.asked.search(question)), None)
    found = _COUNTED.search(question) if kind and kind.name == "count" else None
    counted = found[1].split() if found else ()
    stems = tuple(stem(word) for word in counted if word.lower() not in STOP_WORDS)
    return Wanted(kind, stems, _ASKS_BOUND.search(question) is not None)


def asks_whether(question: str) -> bool:
    """Whether a question is answered by yes or no."""
    return _WHETHER.search(question) is not None


def passing(question: str) -> list[str]:
    """What in a question points at one moment or asks for a ranking ("last year", "best"), in lower case."""
    return [match.group().lower() for match in _PASSING.finditer(question)]


def _read() -> tuple[list[_Kind], re.Pattern[str], re.Pattern[str]]:
    """The kinds of the file, with its named pieces filled in, what is passing, and what asks whether."""
    table: dict[str, Any] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))

    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"<(\w+)>", lambda piece: table["pieces"][piece[1]], text), re.IGNORECASE)

    kinds = [
        _Kind(
            kind["name"],
            pattern(kind["asked"]),
            pattern(kind["held"]),
            pattern(kind["hinted"]) if "hinted" in kind else None,
        )
        for kind in table["kinds"]
    ]
    return kinds, pattern(table["passing"]), pattern(table["whether"])


_KINDS, _PASSING, _WHETHER = _read()
KINDS = tuple(kind.name for kind in _KINDS)
