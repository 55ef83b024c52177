"""Answers to a question of several factors by name or place: "sources yes, rest no", "the last two"."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from chains.guide.policy import POLICY
from chains.guide.reader.hits import UNSURE
from chains.guide.reader.replies import NO, YES
from chains.guide.words import name_pattern

_NICE = "nice"


def ticked(text: str, factors: Sequence[str]) -> dict[str, str]:
    """The values that a plain text ticks among `factors`, in the order in which the question names them.

    `UNSURE` where it hedges. Nothing where the text holds other words than names, places, yes and no, or
    where it names none of the factors: what is not understood whole is not understood.
    """
    tokens = _tokens(text, factors)
    if tokens is None:
        return {}
    found, rest, hedged = dict[str, str](), "", False
    for clause in tokens:
        signs = {sign for sign, _ in clause if sign not in ("named", "filler")}
        named = [factor for sign, places in clause if sign == "named" for factor in places]
        if not named:
            if "rest" in signs:
                rest = "no" if "no" in signs else "yes"
            elif "nothing_else" in signs:
                rest = "no"
            hedged = hedged or "hedge" in signs
            continue
        if "nothing_else" in signs or "only" in signs:
            rest = "no"
        if "except" in signs:
            sign, rest = "no", "yes"
        else:
            sign = next((each for each in ("hedge", "nice", "no") if each in signs), "yes")
        found |= {factor: _value(factor, sign) for factor in named}
    if not found:
        return {}
    others = [factor for factor in factors if factor not in found]
    if rest:
        return found | {factor: _value(factor, rest) for factor in others}
    return found | (dict.fromkeys(others, UNSURE) if hedged else {})


def _value(factor: str, sign: str) -> str:
    if sign == "nice" and _NICE in POLICY.factors[factor].points:
        return _NICE
    return {"yes": YES, "no": NO}[sign][factor] if sign in ("yes", "no") else UNSURE


def _tokens(text: str, factors: Sequence[str]) -> list[list[tuple[str, tuple[str, ...]]]] | None:
    """The clauses of a text as signs, each with the factors that it names; None where a word is no sign."""
    table = _table()
    clauses: list[list[tuple[str, tuple[str, ...]]]] = []
    for clause in table["splits"].split(text):
        clauses.append([])
        place = 0
        while match := re.compile(r"[^\w#']*(?=[\w#'])").match(clause, place):
            place = match.end()
            token = _token(clause, place, factors)
            if token is None:
                return None
            sign, named, place = token
            clauses[-1].append((sign, named))
    return clauses


def _token(clause: str, place: int, factors: Sequence[str]) -> tuple[str, tuple[str, ...], int] | None:
    """The longest sign that begins at a place, the factors that it names, and where it ends."""
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for factor in factors:
        match = name_pattern(factor).match(clause, place)
        if match and not _table()["unnamed"].fullmatch(match[0]):
            found.append((match.end(), "named", (factor,)))
    for words, places in _places().items():
        if (match := words.match(clause, place)) and all(-len(factors) <= at < len(factors) for at in places):
            found.append((match.end(), "named", tuple(factors[at] for at in places)))
    for sign, pattern in _table().items():
        if sign not in ("splits", "unnamed") and (match := pattern.match(clause, place)):
            found.append((match.end(), sign, ()))
    if not found:
        return None
    # Of equally long ones a name comes first, a filler last.
    end, sign, named = max(found, key=lambda each: (each[0], each[1] == "named", each[1] != "filler"))
    return sign, named, end


@cache
def _file() -> Mapping[str, object]:
    text = resources.files("chains.guide.reader").joinpath("ticks.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _table() -> Mapping[str, re.Pattern[str]]:
    signs = {name: pattern for name, pattern in _file().items() if isinstance(pattern, str)}
    return {
        name: re.compile(pattern if name in ("splits", "unnamed") else rf"(?:{pattern})(?![\w'])")
        for name, pattern in signs.items()
    }


@cache
def _places() -> Mapping[re.Pattern[str], tuple[int, ...]]:
    places = _file()["places"]
    assert isinstance(places, dict)
    return {re.compile(rf"{re.escape(words)}(?!\w)"): tuple(at) for words, at in places.items()}
