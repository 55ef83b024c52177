"""What documents say that something is: the entry, the row or the sentence that defines it.

The sentence that is most like "what is X?" is often one that merely uses X. One that defines it shows it by
where X stands: a row's first cell, the words before a colon or dash, the heading above, before "is a".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from chains.abbreviations import in_other_form
from chains.features import Candidate, says_nothing
from knowledge.documents import Unit
from knowledge.index import Index
from knowledge.terms import STOP_WORDS, terms

PATTERNS = Path(__file__).with_name("definition.toml")

# How surely a candidate defines: the first sentence under a heading that asks what the thing is, an entry or
# a sentence that says so, the first sentence under its name, one under a heading that says more, one that
# gives a name to what was said before it.
ASKED, DEFINES, HEADED, NEARLY_HEADED, NAMED = 5, 4, 3, 2, 1
# A sentence under such a heading names what it defines within so many words.
NAMED_WITHIN = 8
# An entry says more than a word or two.
LEAST_WORDS = 3

Name = tuple[str, ...]


def asked_name(question: str) -> str:
    """What a question wants defined; empty where it wants no definition."""
    found = filter(None, (pattern.match(question) for pattern in _patterns()["asks"]))
    return next((match[1].strip() for match in found if _names((match[1],))), "")


def best_definition(index: Index, question: str, ranked: Sequence[Candidate]) -> Candidate | None:
    """Of the units ranked, best first, the one that defines what a question wants defined."""
    asked = asked_name(question)
    if not asked:
        return None
    texts = (candidate.hit.stored.chunk.embedding_text for candidate in ranked)
    names = _names((asked, in_other_form(asked, texts)))
    best = max(ranked, key=lambda candidate: _surely(index, candidate, names), default=None)
    return best if best and _surely(index, best, names) else None


def units(definition: Candidate) -> tuple[Unit, ...]:
    """A definition with the sentence before it where that is what it means ("This is called …")."""
    held, at = definition.hit.stored.chunk.units, definition.position
    first = at - 1 if at and _match("refers", definition.unit.text) else at
    return held[first : at + 1]


def _surely(index: Index, candidate: Candidate, names: frozenset[Name]) -> int:
    """How surely a unit defines one of the names; 0 where it does not."""
    unit = candidate.unit
    text = unit.text.strip()
    if unit.kind == "code" or says_nothing(candidate):
        return 0
    if unit.kind == "table_row":
        return DEFINES if len(unit.cells) > 1 and _names(_parts(unit.cells[0])) & names else 0
    headed = _headed(index, candidate, names) if candidate.position == 0 and unit.kind == "sentence" else 0
    if headed == ASKED:
        return ASKED
    entry = _match("entry", text)
    if entry and len(entry["says"].split()) >= LEAST_WORDS and _names(_parts(entry["name"])) & names:
        return DEFINES
    said = _match("says", text)
    if said and _names(_parts(said["name"])) & names:
        return DEFINES
    if headed:
        return headed
    called = _match("called", text)
    return NAMED if called and _names((called["name"],)) & names else 0


def _headed(index: Index, candidate: Candidate, names: frozenset[Name]) -> int:
    """How surely a section's first sentence defines what its heading names."""
    chunk = candidate.hit.stored.chunk
    *above, heading = (chunk.title, *chunk.heading_path)
    asked = bool(_names((asked_name(heading),)) & names)
    if above and not asked and _match("what", heading):
        heading = above[-1]
    held = frozenset(terms(heading))
    says = not says_nothing(candidate) and not _match("instructs", candidate.unit.text)
    if not says or not any(held.issuperset(name) for name in names):
        return 0
    if index.section(candidate.hit.stored, 1)[0].ordinal != chunk.ordinal:
        return 0
    if asked:
        return ASKED
    if chunk.heading_path and _names(_parts(heading)) & names:
        return HEADED
    opening = frozenset(terms(" ".join(candidate.unit.text.split()[:NAMED_WITHIN])))
    named = any(opening.issuperset(name) for name in names)
    return NEARLY_HEADED if named and not heading.endswith("?") else 0


def _parts(name: str) -> list[str]:
    """A name as it is written, and each of those that it joins: "Incident Commander / IC"."""
    return [name, *re.split(r"\s*[/|(),]\s*|\s+or\s+", name)]


def _names(texts: Iterable[str]) -> frozenset[Name]:
    return frozenset(
        name for text in texts if (name := tuple(terms(text))) and not STOP_WORDS.issuperset(name)
    )


def _match(what: str, text: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.match(text) for pattern in _patterns()[what])), None)


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    file = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return {name: [re.compile(text, re.IGNORECASE) for text in texts] for name, texts in file.items()}
