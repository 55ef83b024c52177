"""What people say in plain words that is no question, by patterns: commands, and friendly words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command, by its name in `spoken.toml`; `words` are what is searched for, where it is a search."""

    name: str
    words: str = ""


def find_command(text: str) -> Spoken | None:
    """Which command a message is; None where it is none that we know."""
    for entry in _table("spoken.toml")["command"]:
        for pattern in entry["patterns"]:
            if found := re.search(pattern, text, re.IGNORECASE):
                return Spoken(entry["name"], (found.groupdict().get("words") or "").strip(" ?.!"))
    return None


def asks_to_see(text: str) -> bool:
    """Whether a message tells us to show something that a document may be about."""
    pattern = _table("spoken.toml")["asks_to_see"]
    return find_command(text) is None and re.search(pattern, text, re.IGNORECASE) is not None


def friendly_words(text: str) -> str | None:
    """One line in return for a greeting, thanks, praise or the like; None where it is none of these."""
    entries = _table("smalltalk.toml")["word"]
    return next((e["says"] for e in entries if re.search(e["pattern"], text, re.IGNORECASE)), None)


def may_be_a_question(text: str) -> bool:
    """Whether there are words in a message, as against signs and emoji."""
    return re.search(r"[^\W\d_]{2}", re.sub(r":\w+:", " ", text)) is not None


def gives_up(text: str) -> bool:
    """Whether words want no more of the guide's questions: "never mind"."""
    return _is_all("gives_up", text)


def wants_help(text: str) -> bool:
    """Whether words ask what Ragtime can do, rather than say what is being built."""
    return _is_all("wants_help", text)


def _is_all(name: str, text: str) -> bool:
    return re.fullmatch(_table("spoken.toml")["to_a_guide"][name], text, re.IGNORECASE) is not None


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
