"""Lines of documents that speak to a model rather than to readers.

What keeps hostile documents harmless is that every sentence is checked, and that nothing retrieved is
obeyed. This only keeps such lines from being sent, and from being quoted as if they were answers.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

PATTERNS = Path(__file__).with_name("hostile.toml")


def speaks_to_model(line: str) -> bool:
    """Whether a line of a document addresses a model."""
    return _pattern().search(line) is not None


@cache
def _pattern() -> re.Pattern[str]:
    patterns = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
