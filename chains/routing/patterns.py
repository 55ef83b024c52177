"""Patterns in a message, as `patterns.toml` lists them: each found or not."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATTERNS = Path(__file__).with_name("patterns.toml")


@dataclass(frozen=True, slots=True)
class Patterns:
    """`alone` are looked for in the text; `together` name some of them that say more when both are there."""

    alone: Mapping[str, re.Pattern[str]]
    together: Mapping[str, tuple[str, ...]]

    def found(self, text: str) -> list[bool]:
        """Which are in a text (`features.normal`), always in the same order."""
        alone = {name: pattern.search(text) is not None for name, pattern in self.alone.items()}
        return [*alone.values(), *(all(alone[name] for name in names) for names in self.together.values())]


@cache
def patterns() -> Patterns:
    """The patterns of the file."""
    table = patterns_file()
    fillers = "|".join(table["fillers"])
    # A full stop or comma belongs to the filler before it: "Thanks, now export this".
    opening = rf"^\W*(?:(?:{fillers})\b[\s,.!:;-]*)*"
    alone = {
        **{name: _any_of(r"(?<![\w'])", words) for name, words in table["anywhere"].items()},
        **{name: _any_of(opening, words) for name, words in table["opening"].items()},
        **{name: _only(words) for name, words in table["whole"].items()},
        **{name: re.compile(pattern) for name, pattern in table["written"].items()},
    }
    return Patterns(alone, {name: tuple(names) for name, names in table["together"].items()})


@cache
def patterns_file() -> dict[str, Any]:
    """The file as it stands."""
    return tomllib.loads(PATTERNS.read_text(encoding="utf-8"))


def _any_of(before: str, words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"{before}(?:{'|'.join(words)})(?!\w)")


def _only(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:(?:{'|'.join(words)})\b\W*)+$")
