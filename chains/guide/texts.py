"""The words of a recommendation, from `recommendation.toml` and `evidence.toml`, and where each fits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from chains.guide.contract import Decision, Evidence, Line, Values

Entry = Mapping[str, Any]


@cache
def texts() -> Mapping[str, Any]:
    """The words, as the file has them."""
    return _read("recommendation.toml")


@cache
def _findings() -> Mapping[str, Any]:
    return _read("evidence.toml")


def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files("chains.guide").joinpath(name).read_text(encoding="utf-8"))


def title(factor: str) -> str:
    """What a factor is called."""
    return texts()["factors"][factor]["title"]


def said(factor: str, value: str) -> str:
    """A value as a short statement: "what it must know changes every week"."""
    return _value(factor, value)["said"]


def would(factor: str, value: str) -> str:
    """A value as it stands after "if", where it is not so: "what it must know changed every week"."""
    return _value(factor, value)["would"]


def same_words() -> str:
    """What stands in place of a person's words that were quoted just before."""
    return texts()["same_words"]


def meaning(line: Line) -> str | None:
    """What a value means for the choice; None where it speaks for neither side."""
    return _value(line.factor, line.value).get("reason")


def enables(line: Line) -> str | None:
    """What a value makes possible, where it counts nothing: there are people, there is money."""
    return _value(line.factor, line.value).get("enables")


def _value(factor: str, value: str) -> Entry:
    return texts()["factors"][factor]["values"][value]


def fill(template: str, **values: str) -> str:
    """A template of the file with its $names filled in."""
    return Template(template).substitute(values)


def listed(parts: Sequence[str]) -> str:
    """Parts as a list in a sentence: "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """The text with a capital in front."""
    return text[:1].upper() + text[1:]


def signed(points: int) -> str:
    """Points with their sign, as people write it: "+3", "−4", "0"."""
    return "0" if points == 0 else f"{points:+d}".replace("-", "−")


def fitting(entries: Iterable[Entry], decision: Decision, values: Values) -> Iterator[Entry]:
    """The entries whose conditions this decision meets; one without conditions fits always."""
    for entry in entries:
        if (
            _among(entry, "verdict", decision.verdict)
            and _among(entry, "type", decision.type)
            and _among(entry, "decided_by", decision.decided_by)
            and entry.get("missing") in (None, *decision.missing)
            and all(values.get(factor) in wanted for factor, wanted in entry.get("when", {}).items())
            and not any(values.get(factor) in spared for factor, spared in entry.get("unless", {}).items())
        ):
            yield entry


def _among(entry: Entry, name: str, value: str | None) -> bool:
    return name not in entry or value in entry[name]


def evidence(decision: Decision, values: Values) -> tuple[Evidence, ...]:
    """The findings that bear on this decision, each with its source."""
    found = fitting(_findings()["findings"], decision, values)
    return tuple(Evidence(entry["text"], entry["source"]) for entry in found)[: _findings()["most"]]
