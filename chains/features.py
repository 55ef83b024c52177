"""What tells that a sentence answers a question: numbers for each sentence of the passages found.

The numbers come from what the search already made: late interaction of the question's tokens with the
sentence's own (inside its passage), the rarity of shared words, the passage's rank. No model is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chains.answer_kinds import KINDS, Wanted, wanted
from knowledge.documents import Unit
from knowledge.retriever import Hit, share
from knowledge.terms import terms

NAMES = (
    "late",  # the unit's own tokens against the question's
    "pooled",  # cosine of the question and the mean of the unit's tokens
    "shared",  # share of the question's rarity that the unit, its lead and its headings hold
    "shared_alone",  # the same by the unit's own words
    "passage",  # the passage's late interaction
    "behind",  # how far the passage's score is behind the best one's
    "rank",  # the passage's rank, as 1 / (1 + rank)
    "heading",  # the headings' tokens against the question's
    "under_heading",  # the same, where the unit is the first under it
    "lead",  # the lead-in's shared rarity, for list items and rows
    "before",  # the late interaction of the unit before it in the passage
    "after",  # and of the one after
    "item",
    "row",
    "code",
    "short",  # fewer than five words
    "long",  # words beyond forty, in tens
    "asks",  # ends like a question or a lead-in
    "link",  # it is little else than links
    *(f"{kind}_met" for kind in KINDS),  # the question asks for such an answer, and the unit could be one
)

# A whole sentence that ends on what it points at: "… meet the following criteria."
_POINTS = re.compile(
    r"\b(?:the following(?: [\w-]+){0,3}|as follows|these(?: [\w-]+){1,2} below)\.$", re.IGNORECASE
)

_ASKS = NAMES.index("asks")

# The share of a unit's characters from which it is little else than links.
LINK_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may answer, with the passage it stands in; `position` is its place there."""

    hit: Hit
    position: int
    unit: Unit
    values: np.ndarray


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Every unit of the passages, best passage first, with its features in the order of `NAMES`."""
    if not hits:
        return []
    asked = wanted(hits[0].question.text)
    return [
        candidate
        for rank, hit in enumerate(hits)
        for candidate in _of_passage(hit, rank, hits[0].score, asked)
    ]


def says_nothing(candidate: Candidate) -> bool:
    """Whether a unit asks, leads in, or has but the words of its heading (a numbered caption, say)."""
    if candidate.values[_ASKS]:
        return True
    chunk, unit = candidate.hit.stored.chunk, candidate.unit
    own = {term for term in terms(unit.text) if not term.isdecimal()}
    return unit.kind == "sentence" and own <= set(terms((chunk.heading_path or (chunk.title,))[-1]))


def _of_passage(hit: Hit, rank: int, best: float, asked: Wanted) -> list[Candidate]:
    question, chunk = hit.question, hit.stored.chunk
    late = hit.units_late
    context_terms = set(terms(chunk.context))
    found: list[Candidate] = []
    for position, unit in enumerate(chunk.units):
        own = set(terms(unit.text))
        lead = set(terms(" ".join((unit.lead, *unit.header)))) if unit.lead or unit.header else set()
        words = len(unit.text.split())
        following = chunk.units[position + 1] if position + 1 < len(chunk.units) else None
        values = {
            "late": late[position],
            "pooled": hit.units_cosine[position],
            "shared": share(question, own | lead | context_terms),
            "shared_alone": share(question, own),
            "passage": hit.late,
            "behind": best - hit.score,
            "rank": 1 / (1 + rank),
            "heading": hit.heading,
            "under_heading": hit.heading if position == 0 else 0.0,
            "lead": share(question, lead),
            "before": late[position - 1] if position else 0.0,
            "after": late[position + 1] if position + 1 < len(late) else 0.0,
            "item": unit.kind == "list_item",
            "row": unit.kind == "table_row",
            "code": unit.kind == "code",
            "short": words < 5,
            "long": max(0, words - 40) / 10,
            "asks": _asks(unit, following),
            "link": _is_link(unit),
            **{f"{kind}_met": asked.met_by(unit.text) if kind == asked.name else 0.0 for kind in KINDS},
        }
        found.append(
            Candidate(hit, position, unit, np.array([float(values[name]) for name in NAMES], np.float32))
        )
    return found


def _asks(unit: Unit, following: Unit | None) -> bool:
    """Whether it ends like a question or a lead-in; a comma ends many an item that leads nothing in."""
    text = unit.text.rstrip()
    leads = unit.kind == "sentence" or (following is not None and following.lead == unit.text)
    return text.endswith(("?", ":")) or (leads and (text.endswith(",") or _POINTS.search(text) is not None))


def _is_link(unit: Unit) -> bool:
    """Whether a unit is little else than the words of its links: an entry of a table of contents, say."""
    labels = sum(len(link.label) for link in unit.links)
    return labels > 0 and labels >= LINK_SHARE * len(unit.text.strip(" .:;-"))
