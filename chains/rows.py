"""Rows of a table that a question names: by the first cell, which says what a row is about.

A row holds few of a question's words, as its columns' names, its title and its first cell say the rest. So
it is judged by all of them, and by whether one of its cells is what is asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chains.answer_kinds import VAGUE, Wanted, wanted
from chains.features import Candidate
from knowledge.retriever import share
from knowledge.terms import STOP_WORDS, stem, terms

PATTERNS = Path(__file__).with_name("rows.toml")

# The share of a question, by rarity, that a row must hold with what stands above it: to be the answer, and
# to stand before other sentences.
ANSWERS, BELONGS = 0.9, 0.5
# The letters that a word must have for a longer one to be of its family.
LEAST_ROOT = 4

# Names that one cell joins: "GPUs, language models", "Incident Commander (IC)".
_JOINED = re.compile(r"\s*[/|(),;&]\s*|\s+(?:and|or)\s+")

Name = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedRows:
    """The rows of one table that a question names, in its order, and the share of the question they hold."""

    rows: tuple[Candidate, ...]
    covered: float


def named_rows(ranked: Sequence[Candidate]) -> NamedRows | None:
    """Of the units ranked, the rows that the question names and that hold what it asks for.

    Of several tables it is the one that holds most of the question; None where it holds less than `BELONGS`.
    """
    asked = wanted(ranked[0].hit.question.text) if ranked else Wanted(None)
    tables: dict[object, list[Candidate]] = {}
    for each in only_named(ranked):
        if each.unit.kind == "table_row" and _named(each) and _fits(each, asked):
            tables.setdefault(_table(each), []).append(each)
    found = [NamedRows(_in_order(rows), _covered(rows, asked)) for rows in tables.values()]
    best = max(found, key=lambda rows: rows.covered, default=None)
    return best if best and best.covered >= BELONGS else None


def only_named(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without the rows of those tables of which the question names other rows."""
    names = {id(each): _named(each) for each in candidates if each.unit.kind == "table_row"}
    named: dict[object, list[Name]] = {}
    for each in candidates:
        if found := names.get(id(each)):
            named.setdefault(_table(each), []).append(found)

    def kept(each: Candidate) -> bool:
        if each.unit.kind != "table_row" or not (others := named.get(_table(each))):
            return True
        own = names[id(each)]
        return bool(own) and not any(len(other) > len(own) and _places(own, other) for other in others)

    return [each for each in candidates if kept(each)]


def _table(candidate: Candidate) -> object:
    stored, unit = candidate.hit.stored, candidate.unit
    return stored.document.id, stored.chunk.heading_path, unit.header, unit.lead


def _in_order(rows: Sequence[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(rows, key=lambda row: (row.hit.stored.chunk.ordinal, row.position)))


def _named(row: Candidate) -> Name:
    """The longest name in a row's first cell that the question holds; empty where it holds none.

    What stands above the table as well tells no row from another, and neither does a mere number. "What
    comes after Draft?" asks for another row than it names.
    """
    if len(row.unit.cells) < 2:
        return ()
    cell = row.unit.cells[0]
    above = {*terms(row.hit.stored.chunk.context), *terms(row.unit.lead)}
    question = tuple(terms(row.hit.question.text))
    others = {(term,) for term in _words("others")}
    found = [
        name
        for part in (cell, *_JOINED.split(cell))
        if (name := tuple(terms(part)))
        and not STOP_WORDS.issuperset(name)
        and not above.issuperset(name)
        and not all(term.isdecimal() for term in name)
        and any(question[max(0, at - 1) : at] not in others for at in _places(name, question))
    ]
    return max(found, key=len, default=())


def _places(name: Name, text: Name) -> list[int]:
    """Where a name begins in a text, each as terms."""
    return [at for at in range(len(text) - len(name) + 1) if text[at : at + len(name)] == name]


def _fits(row: Candidate, asked: Wanted) -> bool:
    """Whether one of a row's further cells is of the kind that is asked for, or is in a column asked for."""
    unit = row.unit
    question = set(row.hit.question.rarity) - set(terms(unit.cells[0]))
    header = unit.header + ("",) * len(unit.cells)
    kind = asked.name not in ("", *VAGUE)
    for name, cell in zip(header[1:], unit.cells[1:], strict=False):
        if not cell.strip():
            continue
        if kind and asked.met_by(f"{cell} {name}" if asked.counted else cell) == 1:
            return True
        if not question.isdisjoint(terms(name)) or not _words(asked.name).isdisjoint(terms(name)):
            return True
    return False


def _covered(rows: Sequence[Candidate], asked: Wanted) -> float:
    """The share of the question, by rarity, that one of the rows holds with what stands above it.

    What names the others counts, too: each row says its part of what is asked of several.
    """
    best = rows[0]
    unit = best.unit
    names = {term for row in rows for term in _named(row)}
    held = set(terms(" ".join((*unit.header, unit.lead, best.hit.stored.chunk.context, unit.text))))
    held |= names | _words(asked.name)
    # "Monthly" is met by a month.
    return share(best.hit.question, held | {term for term in best.hit.question.rarity if _grown(term, held)})


def _grown(term: str, held: Collection[str]) -> bool:
    """Whether a term is a held one with an ending that stemming leaves."""
    return any(term[:length] in held for length in range(LEAST_ROOT, len(term)))


@cache
def _words(name: str) -> frozenset[str]:
    """The stems of the words of one name in the file."""
    file = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return frozenset(map(stem, file.get(name, "").split()))
