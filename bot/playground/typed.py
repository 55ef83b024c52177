"""What a person types, with names, and Slack's message text, with ids: one into the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.playground.shapes import unescaped

_CODE = re.compile(r"(```.+?```|`[^`\n]+`)", re.DOTALL)
_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Mentionable:
    """All that can be mentioned: what is typed (`@Mara Lindqvist`, `#general`) and what Slack stores."""

    references: Mapping[str, str]

    def to_slack(self, typed: str) -> str:
        """Puts Slack's references in the place of typed names, except within code."""
        if not self.references:
            return typed
        names = sorted(self.references, key=len, reverse=True)
        pattern = re.compile(rf"(?<![\w@#])(?:{'|'.join(map(re.escape, names))})(?![\w-])", re.IGNORECASE)
        by_name = {name.casefold(): reference for name, reference in self.references.items()}
        pieces = _CODE.split(typed)
        pieces[::2] = [
            pattern.sub(lambda found: by_name[found[0].casefold()], piece) for piece in pieces[::2]
        ]
        return "".join(pieces)

    def to_typed(self, text: str) -> str:
        """A message's text as its writer may edit it; the first name of each reference is used."""
        by_reference: dict[str, str] = {}
        for name, reference in self.references.items():
            by_reference.setdefault(reference.strip("<>").partition("|")[0], name)

        def name_of(found: re.Match[str]) -> str:
            return by_reference.get(found[1], found[2] or found[1])

        return unescaped(_REFERENCE.sub(name_of, text))
