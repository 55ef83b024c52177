"""The volumes that a person gives for the cost figures: documents, questions a month, rates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from chains.guide.reader.numbers import numbers


def read_volumes(text: str) -> dict[str, float]:
    """The volumes of a message, by the names of the price file; only numbers with their unit count."""
    plain = text.lower()
    found: dict[str, float] = {}
    for number in numbers(plain):
        for name, pattern in _patterns().items():
            unit = pattern.match(plain, number.end)
            if not unit or number.value <= 0:
                continue
            times = _per_month(unit["per"]) if name == "questions" else 1.0
            if times:
                found.setdefault(name, round(number.value * times, 2))
            break
    return found


def _per_month(words: str) -> float | None:
    """How often a month something happens that happens "a day", "per week", "monthly"."""
    return _table()["per_month"].get(words.split()[-1].strip("/ "))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _table()["patterns"].items()}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("chains.guide").joinpath("volumes.toml").read_text(encoding="utf-8"))
