"""How good answers are: metrics over questions whose answers are known. Pure functions over plain items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

# A quote counts as held when an answer has this share of its words.
QUOTE_SHARE = 0.9

_LINK_TARGET = re.compile(r"\]\([^)]*\)")
_WORD = re.compile(r"[^\W_]+")

Item = Mapping[str, Any]


def words(text: str) -> list[str]:
    """A text's words in lower case, without Markdown's marks and link targets."""
    return _WORD.findall(_LINK_TARGET.sub(" ", text.lower()))


def share_held(text: str, quote: str) -> float:
    """The share of a quote's words that a text has, repeated ones as often as the quote."""
    wanted, present = Counter(words(quote)), Counter(words(text))
    met = sum(min(count, present[word]) for word, count in wanted.items())
    return met / max(1, sum(wanted.values()))


def holds(answer: str, quote: str) -> bool:
    """Whether an answer has nine tenths of a quote's words."""
    return share_held(answer, quote) >= QUOTE_SHARE


def metrics(questions: Sequence[Item], items: Sequence[Item]) -> dict[str, float | None]:
    """The metrics of the answers (`items`) to questions, each a share of 1; None where nothing counts.

    Answerable questions are those with `gold_docs`. hit_at_1, hit_at_5 and mrr_at_10 are over them:
    whether a gold document is first, among the first five, and the mean of 1 / its place among ten.
    quote_recall is over those with a `gold_quote`: whether the answer holds it. citation_precision is over
    the citations of answers to answerable questions: whether they point at a gold document.
    refusal_recall is the share of unanswerable questions refused, false_refusal that of answerable ones.
    """
    pairs = list(zip(questions, items, strict=True))
    answerable = [(q, item) for q, item in pairs if q.get("gold_docs")]
    unanswerable = [item for q, item in pairs if "gold_docs" in q and not q["gold_docs"]]
    places = [_place(q["gold_docs"], item["retrieved"]) for q, item in answerable]
    quotes = [holds(item["answer"], q["gold_quote"]) for q, item in answerable if q.get("gold_quote")]
    citations = [
        citation["doc"] in q["gold_docs"] for q, item in answerable for citation in item["citations"]
    ]
    return {
        "hit_at_1": _mean([place == 1 for place in places]),
        "hit_at_5": _mean([0 < place <= 5 for place in places]),
        "mrr_at_10": _mean([1 / place if place else 0.0 for place in places]),
        "quote_recall": _mean(quotes),
        "citation_precision": _mean(citations),
        "refusal_recall": _mean([item["refused"] for item in unanswerable]),
        "false_refusal": _mean([item["refused"] for _, item in answerable]),
    }


def _place(gold: Sequence[str], retrieved: Sequence[Item]) -> int:
    """The place of the first gold document among the retrieved, from 1; 0 where there is none."""
    return next((place for place, hit in enumerate(retrieved, start=1) if hit["doc"] in gold), 0)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
