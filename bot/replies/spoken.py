"""What people say in plain words that is no question, by patterns: commands, and friendly words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
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


def friendly_words(text: str) -> str:
    """One line in return for a greeting, thanks, praise or the like."""
    entries = _table("smalltalk.toml")["word"]
    return next(entry["says"] for entry in entries if re.search(entry["pattern"], text, re.IGNORECASE))


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
