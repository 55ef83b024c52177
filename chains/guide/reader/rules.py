"""What the rules find in a message, and which of it counts for a factor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from chains.guide.reader.amounts import money_hits
from chains.guide.reader.contrasts import FACTOR as CONTRASTED
from chains.guide.reader.contrasts import contrast_hits, denied
from chains.guide.reader.hits import UNSURE, Hit, outermost
from chains.guide.reader.material import material_hits
from chains.guide.reader.phrases import hedges, phrase_hits
from chains.guide.reader.rates import FACTOR as RATE
from chains.guide.reader.rates import misspelt_hits, rate_hits
from chains.guide.reader.replies import NO, YES, affirms
from chains.guide.reader.times import time_hits


def find_hits(low: str, asked: Sequence[str], today: date | None = None) -> list[Hit]:
    """Every rule's hits in a plain text; some rules say more where their factor was asked about."""
    refused = denied(low)
    hits = [
        *contrast_hits(low),
        *(hit for hit in phrase_hits(low) if hit.factor != CONTRASTED or hit.value not in refused),
        *rate_hits(low),
        *(misspelt_hits(low) if RATE in asked else ()),
        *money_hits(low, asked="budget" in asked),
        *material_hits(low, asked="data" in asked),
        *time_hits(low, today),
    ]
    return outermost(hits)


def in_passing(hits: Sequence[Hit]) -> Hit | None:
    """What counts of a factor's hits where it was not asked about: sure ones that agree."""
    sure = [hit for hit in hits if hit.sure]
    values = {hit.value for hit in sure}
    return sure[-1] if len(values) == 1 and UNSURE not in values else None


def as_answer(hits: Sequence[Hit], low: str, factor: str, *, alone: bool) -> Hit | None:
    """What counts of a factor's hits in an answer; `alone`, it was the only factor asked about."""
    if sure := [hit for hit in hits if hit.sure]:
        return max(sure, key=lambda hit: hit.end)
    if alone:
        if found := hedges(low):
            return Hit(factor, UNSURE, *found[0])
        answer = affirms(low)
        if answer is not None and factor in (YES if answer else NO):
            return Hit(factor, (YES if answer else NO)[factor], 0, len(low))
    tally = Counter(hit.value for hit in hits)
    best = max(tally, key=tally.__getitem__, default=None)
    return next((hit for hit in hits if hit.value == best), None)
