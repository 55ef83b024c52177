"""The volumes that a person gives for the cost figures: documents, questions a month, rates."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from chains.guide.reader.numbers import numbers


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume by its name in the price file, and where it stands in the text."""

    name: str
    value: float
    start: int
    end: int


def read_volumes(text: str) -> dict[str, float]:
    """The volumes of a message, by the names of the price file; only numbers with their unit count."""
    found: dict[str, float] = {}
    for volume in _volumes(text):
        found.setdefault(volume.name, volume.value)
    return found


def without_rates(text: str) -> str:
    """The text without volumes that sound like something else: "5,000 questions a month" changes nothing."""
    for volume in reversed(list(_volumes(text))):
        if volume.name in _table()["rates"]:
            text = f"{text[: volume.start]}.{text[volume.end :]}"
    return text


def _volumes(text: str) -> Iterator[Volume]:
    plain = text.lower()
    for number in numbers(plain):
        units = ((name, pattern.match(plain, number.end)) for name, pattern in _patterns().items())
        name, unit = next(((name, unit) for name, unit in units if unit), ("", None))
        if not unit or number.value <= 0:
            continue
        times = _per_month(unit["per"]) if name == "questions" else 1.0
        if times:
            yield Volume(name, round(number.value * times, 2), number.start, unit.end())


def _per_month(words: str) -> float | None:
    """How often a month something happens that happens "a day", "per week", "monthly"."""
    return _table()["per_month"].get(words.split()[-1].strip("/ "))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in _table()["patterns"].items()}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("chains.guide").joinpath("volumes.toml").read_text(encoding="utf-8"))
