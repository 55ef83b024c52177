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


@dataclass(frozen=True, slots=True)
class _Table:
    values: tuple[_Phrases, ...]
    hedges: re.Pattern[str]
    fillers: re.Pattern[str]


@cache
def _table() -> _Table:
    table = tomllib.loads(
        resources.files("chains.guide.reader").joinpath("phrases.toml").read_text(encoding="utf-8")
    )
    macros = table.pop("macros")
    hedges, fillers = (_joined(table.pop(name)["patterns"], macros) for name in ("hedges", "fillers"))
    found = [
        _Phrases(factor, value, strength == "sure", _joined(patterns, macros))
        for factor, values in table.items()
        for value, strengths in values.items()
        for strength, patterns in strengths.items()
        if patterns
    ]
    return _Table(tuple(found), hedges, fillers)


def _joined(patterns: list[str], macros: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(patterns)
    for name, macro in macros.items():
        joined = joined.replace("{" + name + "}", macro)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def phrase_hits(text: str) -> list[Hit]:
    """Every phrase of the table that stands in a plain text."""
    return [
        Hit(phrases.factor, phrases.value, *match.span(), phrases.sure)
        for phrases in _table().values
        for match in phrases.pattern.finditer(text)
    ]


def hedges(text: str) -> list[tuple[int, int]]:
    """Where a plain text hedges or says that the person does not know."""
    return [match.span() for match in _table().hedges.finditer(text)]


def says_nothing(text: str) -> bool:
    """Whether a plain text consists of nothing but "hm", "well" and the like."""
    return not any(char.isalnum() for char in _table().fillers.sub("", text))
