"""The phrases of `phrases.toml` as hits in a message."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from chains.guide.reader.hits import Hit


@dataclass(frozen=True, slots=True)
class _Phrases:
    """All phrases of one value and strength, as one expression."""

    factor: str
    value: str
    sure: bool
    pattern: re.Pattern[str]


@cache
def _table() -> tuple[tuple[_Phrases, ...], re.Pattern[str]]:
    table = tomllib.loads(
        resources.files("chains.guide.reader").joinpath("phrases.toml").read_text(encoding="utf-8")
    )
    macros = table.pop("macros")
    hedges = _joined(table.pop("hedges")["patterns"], macros)
    found = [
        _Phrases(factor, value, strength == "sure", _joined(patterns, macros))
        for factor, values in table.items()
        for value, strengths in values.items()
        for strength, patterns in strengths.items()
        if patterns
    ]
    return tuple(found), hedges


def _joined(patterns: list[str], macros: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(patterns)
    for name, macro in macros.items():
        joined = joined.replace("{" + name + "}", macro)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def phrase_hits(text: str) -> list[Hit]:
    """Every phrase of the table that stands in a plain text."""
    return [
        Hit(phrases.factor, phrases.value, *match.span(), phrases.sure)
        for phrases in _table()[0]
        for match in phrases.pattern.finditer(text)
    ]


def hedges(text: str) -> list[tuple[int, int]]:
    """Where a plain text hedges or says that the person does not know."""
    return [match.span() for match in _table()[1].finditer(text)]
