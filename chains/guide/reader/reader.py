"""Reads one message: each factor's value with the words it rests on, what is left open, a yes or a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from chains.guide.contract import Heard, Reading
from chains.guide.policy import POLICY
from chains.guide.reader.amounts import money_hits
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.material import material_hits
from chains.guide.reader.phrases import hedges, phrase_hits
from chains.guide.reader.rates import rate_hits
from chains.guide.reader.replies import NO, YES, affirms, all_or_none, lines_for
from chains.guide.reader.spans import around, plain, sentences
from chains.guide.reader.times import time_hits

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from knowledge.embeddings.base import TokenReader


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads by rules and a small trained classifier; by a model first, where there is one."""

    encoder: TokenReader
    model: BaseChatModel | None = None

    def read(
        self,
        text: str,
        asked: tuple[str, ...] = (),
        confirming: tuple[str, str] | None = None,
        today: date | None = None,
    ) -> Reading:
        """What a message says. `asked` are the factors of the pending question, none for an opening;
        `confirming` is the factor and value of a pending confirmation; months and seasons by themselves
        say when something must be live only with `today`.
        """
        heard: dict[str, Heard] = {}
        unsure: set[str] = set()
        low = plain(text)
        parts = lines_for(text, asked)
        if parts is not None:
            for factor, (start, end) in zip(asked, parts, strict=True):
                _read_part(text, low, start, end, (factor,), today, heard, unsure)
        else:
            _read_part(text, low, 0, len(text), asked, today, heard, unsure)
        return Reading(
            tuple(heard[factor] for factor in POLICY.in_order(heard)),
            POLICY.in_order(factor for factor in unsure if factor not in heard),
            affirms(low) if confirming else None,
        )


def _read_part(
    text: str,
    low: str,
    start: int,
    end: int,
    asked: Sequence[str],
    today: date | None,
    heard: dict[str, Heard],
    unsure: set[str],
) -> None:
    part = low[start:end]
    hits = _hits(part, asked, today)
    spans = sentences(part)
    several = all_or_none(part) if len(asked) > 1 else None
    for factor in POLICY.factors:
        own = [hit for hit in hits if hit.factor == factor]
        chosen = _choose(own, part, factor, asked)
        if chosen is None and factor in asked and several is not None:
            chosen = Hit(factor, (YES if several else NO)[factor], 0, len(part))
        if chosen is None:
            continue
        if chosen.value == UNSURE:
            unsure.add(factor)
        elif factor not in heard or factor in asked:
            span = around(spans, chosen.start, chosen.end)
            heard[factor] = Heard(factor, chosen.value, text[start + span.start : start + span.end])


def _hits(part: str, asked: Sequence[str], today: date | None) -> list[Hit]:
    return [
        *phrase_hits(part),
        *rate_hits(part),
        *money_hits(part, asked="budget" in asked),
        *material_hits(part, asked="data" in asked),
        *time_hits(part, today),
    ]


def _choose(hits: list[Hit], part: str, factor: str, asked: Sequence[str]) -> Hit | None:
    """The hit that counts: the last sure one; for a factor that was asked about also the others."""
    sure = [hit for hit in hits if hit.sure]
    if factor not in asked:
        values = {hit.value for hit in sure}
        return sure[-1] if len(values) == 1 and UNSURE not in values else None
    if sure:
        return max(sure, key=lambda hit: hit.end)
    if len(asked) == 1:
        if found := hedges(part):
            return Hit(factor, UNSURE, *found[0])
        answer = affirms(part)
        if answer is not None and factor in (YES if answer else NO):
            return Hit(factor, (YES if answer else NO)[factor], 0, len(part))
    tally: dict[str, int] = {}
    for hit in hits:
        tally[hit.value] = tally.get(hit.value, 0) + 1
    if not tally:
        return None
    best = max(tally, key=tally.__getitem__)
    return next(hit for hit in hits if hit.value == best)
