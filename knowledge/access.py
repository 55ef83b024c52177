"""Who may see what: documents name an audience, the place of an answer names who reads it there.

Both are sets of principals, plain strings: `everyone`, `external`, `channel:<id>`, `group:<id>`,
`user:<id>`. A document may be used in a place when the two sets meet. A place holds a principal only
if *all* who read there hold it, so that a channel never sees what only some of its members may see.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from pathspec import GitIgnoreSpec

EVERYONE = "everyone"
EXTERNAL = "external"
KINDS = ("channel", "group", "user")


class UnknownPrincipal(ValueError):
    """A principal that is not `everyone`, `external`, or `channel:`, `group:`, `user:` with a name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer will be read, as the principals that every reader there holds.

    `paths` are patterns as in .gitignore: with them, only documents whose path matches are used there.
    They narrow what is talked of, and protect nothing: that is what audiences are for.
    """

    principals: frozenset[str]
    paths: tuple[str, ...] = ()

    @classmethod
    def internal(cls, *principals: str) -> Place:
        """A place inside the company: what everyone may see, and what these principals may."""
        return cls(frozenset((EVERYONE, *principals)))

    @classmethod
    def shared(cls, *principals: str) -> Place:
        """A place that another company reads too: only what is marked for it."""
        return cls(frozenset((EXTERNAL, *principals)))


def talked_of(path: str, place: Place) -> bool:
    """Whether a document with this path is among those that are used in the place."""
    return not place.paths or _patterns(place.paths).match_file(path)


@cache
def _patterns(paths: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(paths)


def may_read(audience: Collection[str], place: Place) -> bool:
    """Whether a document with this audience may be used where the place's readers see it."""
    return not place.principals.isdisjoint(audience)


def parse_audience(names: Collection[str]) -> frozenset[str]:
    """Checks and normalises principals as written in front matter or a path rule.

    An empty collection is everyone. `external` documents are for everyone inside, too.

    Raises:
        UnknownPrincipal: a name is none of the known kinds.
    """
    audience: set[str] = set()
    for name in names:
        name = name.strip()
        kind, _, rest = name.partition(":")
        if name not in (EVERYONE, EXTERNAL) and (kind not in KINDS or not rest or "|" in rest):
            raise UnknownPrincipal(
                f"“{name}” is no audience: write everyone, external, channel:<id>, group:<id> or user:<id>"
            )
        audience.add(name)
    if not audience or EXTERNAL in audience:
        audience.add(EVERYONE)
    return frozenset(audience)


def audience_key(audience: Collection[str]) -> str:
    """An audience as one string: how the index stores it, and what its searches filter by."""
    return "|".join(sorted(audience))


def may_read_key(key: str, place: Place) -> bool:
    """As `may_read`, for an audience as stored."""
    return may_read(key.split("|"), place)
