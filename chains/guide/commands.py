"""What people say to steer the guide rather than to answer: undo, start over, why, what if."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast, get_args

from chains.guide.contract import State
from chains.guide.words import names_open

Name = Literal[
    "start_over",
    "undo",
    "skip",
    "how_sure",
    "flips",
    "what_if",
    "why_ask",
    "why",
    "just_tell",
    "so_far",
    "costs",
    "repeat",
    "explain",
]
NAMES: tuple[Name, ...] = get_args(Name)

# What a guide may be begun with.
OPENINGS: tuple[Name, ...] = ("just_tell", "repeat", "start_over", "undo")

# Longer messages tell something; what steers is short.
LONGEST = 160
ASKS_AND_ANSWERS = re.compile(r"\?\W*\w")


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and the words that it is about: for "what_if", what is supposed."""

    name: Name
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Pattern:
    name: Name
    when: Literal["", "asking", "concluded"]
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Table:
    before: re.Pattern[str]
    after: re.Pattern[str]
    corrections: tuple[re.Pattern[str], ...]
    answers: Mapping[str, re.Pattern[str]]
    agrees: Mapping[str, re.Pattern[str]]
    supposed: Mapping[str, Mapping[str, re.Pattern[str]]]
    patterns: tuple[_Pattern, ...]


def find_command(text: str, state: State) -> Command | None:
    """The command that a message is, where the dialogue stands as it does; None where it is none."""
    if len(text) > LONGEST:
        return None
    plain = " ".join(_plain(text).split())
    if ASKS_AND_ANSWERS.search(plain):
        return None
    question_mark = "?" if plain.rstrip(" .!)…").endswith("?") else ""
    for bare in _bare(plain):
        for pattern in _table().patterns:
            if pattern.when and (pattern.when == "asking") != (state.pending is not None):
                continue
            for whole in dict.fromkeys((bare, bare + question_mark)):
                found = pattern.expression.fullmatch(whole)
                if found and _is_about(state, found):
                    return Command(pattern.name, _words(text, found))
    return None


def opens_with(text: str) -> Name | None:
    """The command that a first message is instead of what is being built: "help", "just tell me"."""
    found = find_command(text, State())
    if found is None or found.name not in OPENINGS:
        return None
    # "RAG or fine-tuning?" is what a guide begins with.
    at_once = found.name != "just_tell" or _table().answers["at_once"].search(_plain(text))
    return found.name if at_once else None


def is_courtesy(text: str) -> bool:
    """Whether a message only says "thanks", "hmm" or "ok, wait"."""
    return _table().before.fullmatch(" ".join(_plain(text).rstrip(" .!?…").split())) is not None


def corrects(text: str) -> Literal["", "perhaps", "surely"]:
    """Whether a message takes back something that was said, by its words: "surely", "perhaps" or not."""
    plain = _plain(text)
    surely, perhaps = _table().corrections
    return "surely" if surely.search(plain) else "perhaps" if perhaps.search(plain) else ""


def put_right(text: str) -> str:
    """The words behind "I was wrong", where they say what is right instead; empty where there are none."""
    found = None if is_courtesy(text) else _table().corrections[0].search(_plain(text))
    rest = text.strip()[found.end() :].lstrip(" ,.:;!–-") if found else ""
    return "" if is_courtesy(rest) or _table().answers["withdraws"].search(_plain(rest)) else rest


def asks_back(text: str) -> bool:
    """Whether a message asks something, and says nothing besides."""
    plain = " ".join(_plain(text).split())
    begun = plain[found.end() :] if (found := _table().before.match(plain)) else plain
    return _table().answers["asks_back"].search(begun) is not None


def agrees(text: str, factor: str) -> bool:
    """Whether an answer to a factor's confirmation says yes without the word: "it never does"."""
    plain = " ".join(_plain(text).split())
    begun = plain[found.end() :] if (found := _table().before.match(plain)) else plain
    wholes = (whole.rstrip(" .!,") for whole in (begun, plain))
    return any(_table().agrees[factor].fullmatch(whole) for whole in wholes)


def denies(text: str) -> bool:
    """Whether an answer to a confirmation says no without the word: "that's wrong", "not only"."""
    return _table().answers["denies"].search(_plain(text).rstrip(" .!…")) is not None


def limits(text: str) -> bool:
    """Whether a yes is less than one: "yes, but …"."""
    return _table().answers["limits"].search(_plain(text)) is not None


def supposes(text: str) -> dict[str, str]:
    """The values that are supposed in words that nobody would answer with: "no deadline"."""
    plain = _plain(text)
    return {
        factor: value
        for factor, values in _table().supposed.items()
        for value, pattern in values.items()
        if pattern.search(plain)
    }


def _is_about(state: State, found: re.Match[str]) -> bool:
    """Whether what a message asks to have explained is in the open question, where it names something."""
    words = found.groupdict()
    of, term = words.get("of"), words.get("term")
    if not of and not term:
        return True
    return names_open(state.pending or "", of or term or "", alone=bool(term))


def _bare(plain: str) -> Iterator[str]:
    """A message with fewer and fewer courtesies around it; "sorry?" may be all of it."""
    table = _table()
    begun = plain[found.end() :] if (found := table.before.match(plain)) else plain
    for whole in (begun, plain):
        shorter, whole = whole, ""
        while shorter != whole:
            whole = shorter.rstrip(" ,.:;!?)…–-")
            yield whole
            shorter = table.after.sub("", whole)


def _plain(text: str) -> str:
    return text.lower().replace("’", "'").replace("‘", "'").strip()


def _words(text: str, found: re.Match[str]) -> str:
    """The words that a pattern is about, as the person wrote them."""
    words = (found.groupdict().get("words") or "").strip(" ?.!,")
    place = " ".join(_plain(text).split()).find(words)
    return " ".join(text.split())[place : place + len(words)] if words else ""


@cache
def _table() -> _Table:
    text = resources.files("chains.guide").joinpath("commands.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    patterns = tuple(
        _Pattern(cast("Name", entry["name"]), entry.get("when", ""), re.compile(pattern))
        for entry in table["command"]
        for pattern in entry["patterns"]
    )
    corrections = tuple(re.compile(table["corrections"][name]) for name in ("surely", "perhaps"))
    supposed = {
        factor: {value: re.compile(pattern) for value, pattern in values.items()}
        for factor, values in table["supposed"].items()
    }
    before, after = re.compile(table["before"]), re.compile(table["after"])
    answers = {name: re.compile(pattern) for name, pattern in table["answers"].items()}
    agrees = {factor: re.compile(pattern) for factor, pattern in table["agrees"].items()}
    return _Table(before, after, corrections, answers, agrees, supposed, patterns)
