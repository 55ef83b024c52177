"""What is wrong in the file of settings by channel, in words for an admin: which key, and what to write."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

CHANNEL = {
    "mention": "true or false",
    "documents": 'a list of patterns, such as ["handbook/**"]',
    "ask": 'a list of who may ask, such as ["group:S0123ABCD"]',
    "quiet": "true or false",
}
LIMITS = {
    "person_per_hour": "a whole number, 0 or more",
    "workspace_per_hour": "a whole number, 0 or more",
    "dollars_per_day": "a number, 0 or more",
}
PRICE = dict.fromkeys(("read", "written", "cached"), "dollars for a million tokens, 0 or more")
# The tables of the file, each with its keys; those of channels and prices have one below them for each.
TABLES = {"default": CHANNEL, "channel": CHANNEL, "limits": LIMITS, "price": PRICE}
WRITTEN = {
    "default": "a table, [default]",
    "channel": "a table for each channel, such as [channel.C0123ABCD]",
    "limits": "a table, [limits]",
    "price": 'a table for each model, such as [price."house-7b"]',
}
NESTED = ("channel", "price")


def in_words(error: ValidationError) -> list[str]:
    """Each fault with its key, and what to write."""
    return [_line(item) for item in error.errors(include_url=False)]


def _line(item: ErrorDetails) -> str:
    # A key that is wrong itself is told by pydantic as a place of its own.
    place = [part for part in item["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in place if isinstance(part, str))
    if item["type"] == "value_error":
        return f"{key}: {item['msg'].removeprefix('Value error, ')}"
    known, name = _keys(place)
    if item["type"] == "extra_forbidden":
        return f"{key}: there is no such key: write {_listed(known)}"
    if item["type"] == "missing":
        return f"{key}: it is missing: write {known[name]}"
    return f"{key}: write {known[name]}, not {_value(item['input'])}"


def _keys(place: list[str | int]) -> tuple[Mapping[str, str], str]:
    """The keys that there are where a fault is, with what is written there; and the one that it is about."""
    table = str(place[0])
    depth = 2 if table in NESTED else 1
    if table not in TABLES or len(place) <= depth:
        return WRITTEN, table
    return TABLES[table], str(place[depth])


def _listed(known: Mapping[str, str]) -> str:
    *others, last = known
    return f"{', '.join(others)} or {last}"


def _value(given: object) -> str:
    """What is there, as it stands in TOML as far as it is short."""
    if isinstance(given, bool):
        return str(given).lower()
    return "a table" if isinstance(given, dict) else f"“{given}”"
