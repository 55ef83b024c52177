"""Steps: of an ordered list an answer quotes an unbroken run, and the first one where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from chains.features import Candidate
from chains.tables import REACH
from knowledge.documents import Unit
from knowledge.index import Index, StoredChunk
from knowledge.retriever import share
from knowledge.terms import terms

# The share of a question, by rarity, that stands above the list whose first step answers it.
ABOUT = 0.8


def step_number(unit: Unit) -> int:
    """An ordered list's item's number; 0 for anything else."""
    number = unit.marker.rstrip(".)")
    return int(number) if unit.kind == "list_item" and number.isdecimal() else 0


def steps_with(index: Index, stored: StoredChunk, unit: Unit) -> list[Unit]:
    """The steps of the ordered list that a unit is of, in order; none where it is of none."""
    if not step_number(unit):
        return []
    found: list[Unit] = []
    for each in (each for piece in index.section(stored, REACH) for each in piece.units):
        if not step_number(each) or each.lead != unit.lead:
            continue
        if found and step_number(each) <= step_number(found[-1]):
            # Another list begins.
            if unit in found:
                break
            found = []
        found.append(each)
    return found if unit in found else []


def unbroken(steps: Sequence[Unit], chosen: Sequence[Unit], most: int, words: int) -> list[Unit]:
    """A run of the steps that holds the first of those chosen and as many of the others as it can.

    It has at most so many steps and words; the first of those chosen comes however long it is.
    """
    places = [steps.index(unit) for unit in chosen]
    anchor = places[0]
    size = min(most, max(places) - min(places) + 1)
    runs = [range(start, start + size) for start in range(max(0, anchor - size + 1), anchor + 1)]
    within = [run for run in runs if run.stop <= len(steps)]
    best = max(within, key=lambda run: (len(set(places).intersection(run)), run.start == anchor))
    found = list(best)
    while len(found) > 1 and sum(len(steps[place].text.split()) for place in found) > words:
        found.pop(0 if found[-1] == anchor else -1)
    return [steps[place] for place in found]


def first_step(ranked: Sequence[Candidate], asking: str) -> Candidate | None:
    """The step with which what a question is about begins; None where no list of steps is about it.

    Of lists that are about it alike it is the first in the document of the best. `asking` are the question's
    words that ask for a first step: nothing has to be about them.
    """
    found = [each for each in ranked if step_number(each.unit) == 1]
    about = [_about(each, asking) for each in found]
    if max(about, default=0.0) < ABOUT:
        return None
    alike = [each for each, held in zip(found, about, strict=True) if held == max(about)]
    document = alike[0].hit.stored.document.id
    return min(
        (each for each in alike if each.hit.stored.document.id == document),
        key=lambda each: (each.hit.stored.chunk.ordinal, each.position),
    )


def _about(step: Candidate, asking: str) -> float:
    """The share of the question that stands above a step."""
    above = " ".join((step.hit.stored.chunk.context, step.unit.lead, asking))
    return share(step.hit.question, set(terms(above)))
