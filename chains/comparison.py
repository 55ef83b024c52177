"""Tables for those who ask for a table or a comparison: which of the documents' tables covers the question.

It is quoted as a table, not row by row: what stands beside what is the answer. Where the things compared
have rows of their own, it is those rows; else it is quoted whole.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from chains.tables import FoundTable, found_tables
from knowledge.index import Index
from knowledge.retriever import Hit
from knowledge.terms import STOP_WORDS, stem, words

PATTERNS = Path(__file__).with_name("comparison.toml")

# The share of the question's words, weighed by how rare they are, that a table and its headings must hold:
# where a table is asked for, where things are compared that it names, and where a comparison names none.
COVERS_TABLE = 0.6
COVERS_NAMED = 0.4
COVERS_COMPARISON = 0.8
# What counts beside coverage: the share of the table that is about the things compared, and its rank.
FOCUS_WEIGHT = 0.5
RANK_WEIGHT = 0.2

Terms = frozenset[str]


@dataclass(frozen=True, slots=True)
class AskedTable:
    """The table that answers, and the row from which a large one is quoted."""

    found: FoundTable
    start: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants of a table: a table by name or a comparison, about what, and of which things."""

    kind: Literal["table", "comparison"]
    subject: Terms
    things: tuple[Terms, ...]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a table fits: the share of the question that it covers, and of it that the things fill."""

    covered: float
    focus: float


def table_asked_for(index: Index, message: str, search: str, hits: Sequence[Hit]) -> AskedTable | None:
    """The table that a message asks for, of those that passages were found of; None where there is none.

    `search` is the message with what a follow-up leaves unsaid: it says what the table is to be about.
    """
    asked = read_asked(message, search)
    if asked is None or not hits:
        return None
    table = choose_table(asked, found_tables(index, hits), hits[0].question.rarity)
    if table is None:
        return None
    named = rows_named(asked, table)
    return AskedTable(named, 0) if named else AskedTable(table, rows_from(asked, table))


def read_asked(message: str, search: str) -> Asked | None:
    """What a message wants of a table; None where it wants none."""
    patterns = _patterns()
    if patterns.table.search(message):
        kind = "table"
    elif patterns.comparison.search(message):
        kind = "comparison"
    else:
        return None
    pieces = [piece for piece in patterns.between.split(search) if _terms(piece)]
    things = dict.fromkeys(_terms(patterns.aspect.sub("", piece)) or _terms(piece) for piece in pieces)
    subject = frozenset[str]().union(*map(_terms, pieces))
    return Asked(kind, subject, tuple(things) if len(things) > 1 else ()) if subject else None


def choose_table(
    asked: Asked, tables: Sequence[FoundTable], rarity: Mapping[str, float]
) -> FoundTable | None:
    """The one that covers best what is asked, of tables in the order of their passages; None if none does.

    `rarity` says how much each word of the question tells.
    """
    fits = [_fit(asked, table, rarity) for table in tables]
    scores = [
        fit.covered + FOCUS_WEIGHT * fit.focus + RANK_WEIGHT / (1 + rank) if _covers(asked, fit) else 0.0
        for rank, fit in enumerate(fits)
    ]
    best = max(scores, default=0.0)
    return tables[scores.index(best)] if best else None


def rows_from(asked: Asked, table: FoundTable) -> int:
    """The first of a table's rows that names a thing that is asked for; the first of all where none does."""
    names = [_terms(row[0]) for row in table.rows]
    return next((i for i, name in enumerate(names) if any(_alike(thing, name) for thing in asked.things)), 0)


def rows_named(asked: Asked, table: FoundTable) -> FoundTable | None:
    """The table with none but the rows of the things that are asked for; None unless two of them have any."""
    names = [_terms(row[0]) for row in table.rows]
    named: set[int] = set()
    things = 0
    for thing in asked.things:
        alike = [_alike(thing, name) for name in names]
        if best := max(alike):
            things += 1
            named.update(place for place, found in enumerate(alike) if found == best)
    return replace(table, units=tuple(table.units[i] for i in sorted(named))) if things > 1 else None


def _covers(asked: Asked, fit: _Fit) -> bool:
    if asked.kind == "table":
        return fit.covered >= COVERS_TABLE
    if asked.things:
        return fit.focus > 0 and fit.covered >= COVERS_NAMED
    return fit.covered >= COVERS_COMPARISON


def _fit(asked: Asked, table: FoundTable, rarity: Mapping[str, float]) -> _Fit:
    about = _terms(table.about)
    held = about.union(*map(_terms, (*table.header, *sum(table.rows, ()))))
    total = sum(rarity.get(term, 1.0) for term in asked.subject)
    shared = sum(rarity.get(term, 1.0) for term in asked.subject & held)
    # The first column names the rows.
    columns = [_terms(cell) for cell in table.header[1:]]
    rows = [_terms(row[0]) for row in table.rows]
    focus = max(_focus(asked.things, columns, rows, about), _focus(asked.things, rows, columns, about))
    return _Fit(shared / total, focus)


def _focus(things: Sequence[Terms], names: Sequence[Terms], others: Sequence[Terms], about: Terms) -> float:
    """The share of the names (of columns, or of rows) that are things compared, by how well they agree.

    It is 0 unless two of the things are named so, and each other one by the `others` or above the table.
    """
    found: dict[int, float] = {}
    for thing in things:
        alike = {i: _alike(thing, name) for i, name in enumerate(names) if i not in found}
        best = max(alike, key=alike.__getitem__, default=None)
        if best is not None and alike[best]:
            found[best] = alike[best]
        elif not thing <= about and not any(_alike(thing, name) for name in others):
            return 0.0
    return sum(found.values()) / len(names) if len(found) > 1 else 0.0


def _alike(one: Terms, other: Terms) -> float:
    """How far one name says the same as the other, where one holds all of the other's words."""
    return len(one & other) / len(one | other) if one and other and (one <= other or other <= one) else 0.0


def _terms(text: str) -> Terms:
    """The stems of a text's words that are neither empty nor about the asking."""
    empty = STOP_WORDS | _patterns().asking
    found = (match.group().lower() for match in words(text))
    return frozenset(stem(word) for word in found if word not in empty)


@dataclass(frozen=True, slots=True)
class _Patterns:
    table: re.Pattern[str]
    comparison: re.Pattern[str]
    between: re.Pattern[str]
    aspect: re.Pattern[str]
    asking: frozenset[str]


@cache
def _patterns() -> _Patterns:
    file = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))

    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(text, re.IGNORECASE)

    return _Patterns(
        table=pattern("|".join(file["table"])),
        comparison=pattern("|".join(file["comparison"])),
        between=pattern(file["between"]),
        aspect=pattern(file["aspect"]),
        asking=frozenset(file["asking"].split()),
    )
