"""Makes chosen sentences a whole answer: the list that one leads in, the definition that is asked for.

Sentences are chosen one by one (`chains.extract`). Some say little alone: a line that leads in a list, one
item of several where all are asked for. Here they are joined by what belongs to them in their document.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import chain, groupby, islice
from pathlib import Path

from chains.comparison import AskedTable
from chains.definition import best_definition, units
from chains.extract import MAX_STATEMENTS, MAX_WORDS
from chains.features import Candidate, says_nothing
from chains.rows import ANSWERS, NamedRows, only_named
from chains.steps import first_step, steps_with, unbroken
from chains.tables import REACH, found_tables
from knowledge.chunk import leads_in
from knowledge.documents import Unit
from knowledge.index import Index
from knowledge.retriever import Hit, share
from knowledge.terms import terms

PATTERNS = Path(__file__).with_name("whole.toml")

# A list that all is asked of is quoted up to this length; a longer one stays in its document.
MAX_ITEMS = 12
MAX_LIST_WORDS = 150
# The share of a question, by rarity, from which the line that leads in a list is what is asked for.
LED_SHARE = 0.5
# The sentences ranked among which such a line is looked for, and the share from which it says what is asked.
LEADS_LOOKED_AT = 20
LEADS_SHARE = 0.9
# Lists that are quoted side by side, and how alike (as a share) the lines that lead them in are.
MAX_LISTS = 3
ALIKE = 0.6
LISTS_LOOKED_AT = 60
# Of the sentences ranked, those that may stand beside a table.
BESIDE_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class Quotation:
    """A unit of a document, quoted, and the passage that led to it."""

    hit: Hit
    unit: Unit


@dataclass(frozen=True, slots=True)
class Whole:
    """What is quoted, in order, and the table that the last line leads in."""

    quotations: tuple[Quotation, ...]
    table: AskedTable | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """A list of a document under the line that leads it in, or the items that stand together without one."""

    hit: Hit
    lead: str
    items: tuple[Unit, ...]

    @property
    def quotations(self) -> list[Quotation]:
        """Its items."""
        return [Quotation(self.hit, item) for item in self.items]


def whole_answer(
    index: Index,
    question: str,
    ranked: Sequence[Candidate],
    chosen: Sequence[Candidate],
    rows: NamedRows | None = None,
) -> Whole:
    """The sentences chosen of those ranked, best first, with what makes them whole.

    `rows` that the question names are the answer, or come first.
    """
    said = [Quotation(candidate.hit, candidate.unit) for candidate in only_named(chosen)]
    said = _unbroken(index, said, ranked)
    if _asks("all", question):
        # A line that leads in what is asked for may be ranked first, though it is never chosen by itself.
        first = next(place for place, candidate in enumerate(ranked) if candidate in chosen)
        others = (candidate for candidate in ranked[first:] if candidate in chosen)
        by_rank = [Quotation(candidate.hit, candidate.unit) for candidate in (*ranked[:first], *others)]
        if table := _led_in_table(index, by_rank):
            return Whole((), table)
        each = _lists_alike(index, ranked) if _asks("each", question) else []
        if lists := each or list(islice(chain(_lists_asked_for(index, ranked), _lists(index, by_rank)), 1)):
            return Whole(tuple(quotation for each in lists for quotation in each.quotations))
    if rows:
        named = [Quotation(row.hit, row.unit) for row in rows.rows]
        others = () if rows.covered >= ANSWERS else said
        return Whole(tuple(_fitting([*named, *(each for each in others if each not in named)])))
    asked = _match("first", question)
    if asked and (step := first_step(ranked, asked["asking"])):
        return Whole(tuple(_from_step(index, step)))
    if definition := best_definition(index, question, ranked):
        said = _definition_first(definition, said)
    elif led := _list_led_by_answer(index, ranked[0]) or _list_led_in(index, ranked):
        said = led.quotations
    return Whole(tuple(said))


def beside_table(table: AskedTable, ranked: Sequence[Candidate]) -> Whole:
    """A table that was asked for, and the best sentence of its section if it is among the best of all."""
    stored = table.found.hit.stored
    section = (stored.document.id, stored.chunk.heading_path)
    beside = (
        Quotation(candidate.hit, candidate.unit)
        for candidate in ranked[:BESIDE_LOOKED_AT]
        if candidate.unit.kind == "sentence"
        and candidate.unit.text != table.found.caption
        and (candidate.hit.stored.document.id, candidate.hit.stored.chunk.heading_path) == section
    )
    return Whole(tuple(islice(beside, 1)), table)


def _asks(what: str, question: str) -> bool:
    return _match(what, question) is not None


def _match(what: str, question: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.search(question) for pattern in _patterns()[what])), None)


def _led_in_table(index: Index, quotations: Sequence[Quotation]) -> AskedTable | None:
    """The table that one of the lines leads in."""
    texts = {quotation.unit.text for quotation in quotations}
    tables = found_tables(index, [quotation.hit for quotation in quotations])
    return next((AskedTable(table, 0) for table in tables if table.caption in texts), None)


def _list_of(index: Index, quotation: Quotation) -> _List | None:
    """The list that a line leads in, or that an item is of; None where it is too long, or a list of links."""
    unit = quotation.unit
    if unit.kind != "list_item" and not leads_in(unit.text):
        return None
    units = [each for piece in index.section(quotation.hit.stored, REACH) for each in piece.units]
    pointed = units.index(unit) + 1 if unit.kind == "sentence" and unit in units else len(units)
    # "… the following criteria. Not all of them are needed."
    ahead = [each for each in units[pointed : pointed + 2] if each.kind == "list_item" and not each.lead]
    for (kind, lead), run in groupby(units, key=lambda each: (each.kind, each.lead)):
        items = tuple(run)
        led = lead == unit.text or unit in items or (ahead and items[0] is ahead[0])
        if kind != "list_item" or not led:
            continue
        words = len(" ".join((lead, *(item.text for item in items))).split())
        short = 1 < len(items) <= MAX_ITEMS and words <= MAX_LIST_WORDS
        return _List(quotation.hit, lead, items) if short and not all(i.links for i in items) else None
    return None


def _list_led_by_answer(index: Index, best: Candidate) -> _List | None:
    """The list that answers as a whole, since the line or heading that leads it in is what is asked for.

    None where it is longer than other answers.
    """
    question, unit = best.hit.question, best.unit
    lead = unit.lead or (best.hit.stored.chunk.heading_path or ("",))[-1]
    leads = unit.kind != "list_item" and says_nothing(best)
    if not leads and share(question, terms(lead)) <= max(LED_SHARE, share(question, terms(unit.text))):
        return None
    found = _list_of(index, Quotation(best.hit, unit))
    return found if found and _words(found.quotations) <= MAX_WORDS else None


def _list_led_in(index: Index, ranked: Sequence[Candidate]) -> _List | None:
    """The list of the best document that is led in by a sentence that says what the question asks."""
    document = ranked[0].hit.stored.document.id
    leads = (
        Quotation(each.hit, each.unit)
        for each in ranked[:LEADS_LOOKED_AT]
        if each.unit.kind == "sentence"
        and each.hit.stored.document.id == document
        and says_nothing(each)
        and share(each.hit.question, terms(each.unit.text)) >= LEADS_SHARE
    )
    return next(_lists(index, leads), None)


def _lists(index: Index, quotations: Iterable[Quotation]) -> Iterator[_List]:
    return filter(None, (_list_of(index, quotation) for quotation in quotations))


def _lists_asked_for(index: Index, ranked: Sequence[Candidate]) -> Iterator[_List]:
    """The lists whose heading and line that leads them in say what the question asks."""
    for each in ranked[:LISTS_LOOKED_AT]:
        lead = each.unit.lead if each.unit.kind == "list_item" else each.unit.text
        above = (each.hit.stored.chunk.heading_path or ("",))[-1]
        if leads_in(lead) and share(each.hit.question, {*terms(lead), *terms(above)}) >= LEADS_SHARE:
            yield from _lists(index, [Quotation(each.hit, each.unit)])


def _lists_alike(index: Index, ranked: Sequence[Candidate]) -> list[_List]:
    """The best lists of one document that are led in by nearly the same words, in its order."""
    best = [Quotation(candidate.hit, candidate.unit) for candidate in ranked[:LISTS_LOOKED_AT]]
    found = {(each.hit.stored.document.id, each.lead): each for each in _lists(index, best) if each.lead}
    for document, lead in found:
        alike = [
            each
            for (place, other), each in found.items()
            if place == document and SequenceMatcher(None, lead.split(), other.split()).ratio() >= ALIKE
        ]
        if len(alike) > 1:
            return sorted(alike[:MAX_LISTS], key=lambda each: each.hit.stored.chunk.ordinal)
    return []


def _from_step(index: Index, step: Candidate) -> list[Quotation]:
    """A step and those that follow it, as many as an answer may hold."""
    steps = steps_with(index, step.hit.stored, step.unit)
    following = steps[steps.index(step.unit) :] if step.unit in steps else [step.unit]
    return _fitting([Quotation(step.hit, unit) for unit in following])


def _unbroken(index: Index, said: Sequence[Quotation], ranked: Sequence[Candidate]) -> list[Quotation]:
    """What is said, with an unbroken run of steps in place of those of one list that were chosen apart."""
    found = list(said)
    by_rank = [each.unit for each in ranked if any(each.unit is quotation.unit for quotation in said)]
    done: set[Unit] = set()
    for unit in by_rank:
        if unit in done:
            continue
        hit = next(each.hit for each in said if each.unit is unit)
        steps = steps_with(index, hit.stored, unit)
        chosen = [each for each in by_rank if each in steps]
        done.update(chosen)
        if len(chosen) > 1:
            others = [each for each in found if each.unit not in chosen]
            place = next(i for i, each in enumerate(found) if each.unit in chosen)
            run = unbroken(steps, chosen, MAX_STATEMENTS - len(others), MAX_WORDS - _words(others))
            found = [*others[:place], *(Quotation(hit, each) for each in run), *others[place:]]
    return found


def _definition_first(definition: Candidate, said: Sequence[Quotation]) -> list[Quotation]:
    """The definition, then what else its section says."""
    section = _section(Quotation(definition.hit, definition.unit))
    defined = [Quotation(definition.hit, unit) for unit in units(definition)]
    others = [each for each in said if _section(each) == section and each not in defined]
    return _fitting([*defined, *others])


def _section(quotation: Quotation) -> tuple[int, tuple[str, ...]]:
    stored = quotation.hit.stored
    return stored.document.id, stored.chunk.heading_path


def _fitting(quotations: Sequence[Quotation]) -> list[Quotation]:
    """As many as an answer may hold, from the first on."""
    most = quotations[:MAX_STATEMENTS]
    return [
        quotation
        for position, quotation in enumerate(most)
        if position == 0 or _words(most[: position + 1]) <= MAX_WORDS
    ]


def _words(quotations: Sequence[Quotation]) -> int:
    return sum(len(quotation.unit.text.split()) for quotation in quotations)


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    file = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    return {name: [re.compile(text, re.IGNORECASE) for text in texts] for name, texts in file.items()}
