"""What tells that a sentence answers a question: numbers for each sentence of the passages found.

The numbers come from what the search already made: late interaction of the question's tokens with the
sentence's own (inside its passage), the rarity of shared words, the passage's rank. No model is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
    "number_wanted",  # the question asks for a number, and the unit has one
    "number_missing",  # and it has none
    "time_wanted",
    "time_missing",
    "person_wanted",
    "place_wanted",
    "way_wanted",
)

_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|hundred|thousand|million|half|once|twice|double|unlimited|no limit)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d|\b(?:second|minute|hour|day|night|week|month|quarter|year|mon|tues|wednes|thurs|fri|satur|sun|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|annual|daily|"
    r"monthly|immediately|before|after|until|during|soon|always|never|within)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:\w*(?:er|or|ist|ee|ian|lead|head|manager|director|officer|owner|team|group|department|vp|ceo|cto|"
    r"cfo|people|person|everyone|anyone|staff|ops|hr|finance|legal|security|support|engineering)s?)\b"
    r"|@\w+|[A-Z][a-z]+ [A-Z][a-z]+",
)
_PLACE = re.compile(
    r"https?://|`|#\w+|\b(?:in|at|on|under|from|via|through|to) (?:the |our |a )?[`#A-Z\w]|channel|page|"
    r"folder|drive|repository|office|room|document|form|tool|dashboard",
)
_WAY = re.compile(
    r"^(?:\W*)(?:use|go|open|click|run|ask|send|create|add|set|make|check|contact|submit|request|fill|follow|"
    r"post|choose|select|navigate|log|sign|type|enter|write|put|let|reach|find|update|enable|install|call|"
    r"book|file)\b|\b(?:you (?:can|should|must|need)|please|by \w+ing)\b",
    re.IGNORECASE,
)
_ASKS_NUMBER = re.compile(
    r"\bhow (?:much|many|long|often|far|big|large|old|high|fast|quickly|soon)\b|\bwithin how\b"
    r"|\b(?:what|which) (?:is the |percentage|share|number|amount|limit|budget|price|cost|rate|size|maximum|"
    r"minimum)|\b(?:cost|price|budget|limit|percent)",
    re.IGNORECASE,
)
_ASKS_TIME = re.compile(
    r"\bwhen\b|\bhow (?:long|soon|often|fast|quickly)\b|\bdeadline"
    r"|\b(?:what|which) (?:time|day|date|month|year|week|hour|deadline)",
    re.IGNORECASE,
)
_ASKS_PERSON = re.compile(
    r"\bwho(?:se|m)?\b|\bwhich (?:team|person|role|department|people)|\bwhat team", re.IGNORECASE
)
_ASKS_PLACE = re.compile(
    r"\bwhere\b|\bwhich (?:channel|page|folder|tool|site|system)|\blink\b", re.IGNORECASE
)
_ASKS_WAY = re.compile(
    r"\bhow (?:do|can|to|should|does|would)\b|\bwhat (?:do|should|must) (?:i|we)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may answer, with the passage it stands in; `position` is its place there."""

    hit: Hit
    position: int
    unit: Unit
    values: np.ndarray


def candidates(hits: Sequence[Hit]) -> list[Candidate]:
    """Every unit of the passages, best passage first, with its features in the order of `NAMES`."""
    return [candidate for rank, hit in enumerate(hits) for candidate in _of_passage(hit, rank, hits[0].score)]


def _of_passage(hit: Hit, rank: int, best: float) -> list[Candidate]:
    question, chunk = hit.question, hit.stored.chunk
    late = hit.units_late
    context_terms = set(terms(chunk.context))
    asks = _Asked.read(question.text)
    found: list[Candidate] = []
    for position, unit in enumerate(chunk.units):
        own = set(terms(unit.text))
        lead = set(terms(" ".join((unit.lead, *unit.header)))) if unit.lead or unit.header else set()
        words = len(unit.text.split())
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
            "asks": unit.text.rstrip().endswith(("?", ":")),
            **asks.met_by(unit.text),
        }
        found.append(
            Candidate(hit, position, unit, np.array([float(values[name]) for name in NAMES], np.float32))
        )
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What kind of answer a question asks for."""

    number: bool
    time: bool
    person: bool
    place: bool
    way: bool

    @classmethod
    def read(cls, question: str) -> _Asked:
        return cls(
            number=bool(_ASKS_NUMBER.search(question)),
            time=bool(_ASKS_TIME.search(question)),
            person=bool(_ASKS_PERSON.search(question)),
            place=bool(_ASKS_PLACE.search(question)),
            way=bool(_ASKS_WAY.search(question)),
        )

    def met_by(self, text: str) -> dict[str, bool]:
        has_number, has_time = bool(_NUMBER.search(text)), bool(_TIME.search(text))
        return {
            "number_wanted": self.number and has_number,
            "number_missing": self.number and not has_number,
            "time_wanted": self.time and has_time,
            "time_missing": self.time and not has_time,
            "person_wanted": self.person and bool(_PERSON.search(text)),
            "place_wanted": self.place and bool(_PLACE.search(text)),
            "way_wanted": self.way and bool(_WAY.search(text)),
        }
