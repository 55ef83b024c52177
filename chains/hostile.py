"""Lines of documents that speak to a model rather than to readers.

What keeps hostile documents harmless is that every sentence is checked, and that nothing retrieved is
obeyed. This only keeps such lines from being sent, and from being quoted as if they were answers: a reply
that consists of nothing else is a refusal.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from knowledge.documents import Unit

PATTERNS = Path(__file__).with_name("hostile.toml")


def speaks_to_model(line: str) -> bool:
    """Whether a line of a document addresses a model."""
    pieces, pattern = _read()
    lower = line.lower()
    return any(piece in lower for piece in pieces) and pattern.search(line) is not None


def is_for_readers(unit: Unit, passage: str = "") -> bool:
    """Whether nothing of a unit, nor of what is shown with it, addresses a model.

    Nor may its paragraph, a line of its passage: what stands beside such words was written for them.
    """
    beside = (line for line in passage.splitlines() if unit.text in line)
    return not any(map(speaks_to_model, (unit.text, unit.lead, *unit.header, *beside)))


@cache
def _read() -> tuple[tuple[str, ...], re.Pattern[str]]:
    """The pieces of words of which such a line holds one, and the pattern that it matches."""
    table = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    pattern = "|".join(f"(?:{pattern})" for pattern in table["patterns"])
    return tuple(table["pieces"]), re.compile(pattern, re.IGNORECASE)
