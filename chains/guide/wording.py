"""A model's wording of the summary, checked: it may say again what it was told, and nothing else.

The check is strict rather than clever. A summary falls into clauses, and so do the lines that the model was
told. Each clause has to stand within one clause of one line: the same words in the same order, nothing left
out that turns it round, and none of its own but those that claim nothing. What speaks against the verdict
has to be said as such. All else keeps the template.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chains.claims import CLAUSE_END
from chains.failures import failure
from chains.guide.contract import Reason, Recommendation
from chains.guide.texts import fill, texts
from chains.llm import Limits
from chains.prompts import prompt
from chains.streamed import complete
from chains.wordlists import NEGATIONS
from knowledge.sentences import sentences
from knowledge.terms import stem

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

QUICK = Limits(first=4.0, whole=6.0)
SHORTEST, LONGEST, MOST_SENTENCES = 40, 600, 4
LONGEST_QUOTE = 200

NOT_PLAIN = re.compile(r"[\n\[\]<>`|#@*_{}\\?]|https?:|www\.")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[%$€£]")
QUOTED = re.compile(r"[“\"]([^“”\"]+)[”\"]")
NOT = re.compile(r"n['’]t$")


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a sentence that is true or false by itself: its stems, and whether a "but" stands before."""

    stems: tuple[str, ...]
    turned: bool


def worded(recommendation: Recommendation, model: BaseChatModel, limits: Limits = QUICK) -> str | None:
    """A summary in the model's words; None where the call fails or the text says anything of its own."""
    try:
        text = _ask(recommendation, model, limits)
    except Exception as error:
        log.warning("The summary keeps its template, the model failed: %r", failure(error))
        return None
    text = text.strip().replace("**", "")
    if objection := objection_to(text, recommendation):
        log.info("The summary keeps its template, the model's text %s", objection)
        return None
    return text


def objection_to(text: str, recommendation: Recommendation) -> str | None:
    """What is wrong with a model's summary, for the log; None where it may be shown."""
    if not SHORTEST <= len(text) <= LONGEST or len(sentences(text)) > MOST_SENTENCES:
        return "has the wrong length"
    if NOT_PLAIN.search(text) or text[-1] not in ".!":
        return "is not plain, whole sentences"
    quotes = [_flat(reason.quote) for reason in (*recommendation.reasons, *recommendation.against)]
    if not all(any(_flat(said) in quote for quote in quotes) for said in QUOTED.findall(text)):
        return "quotes what was not said"
    headline = list(_clauses(recommendation.headline))
    if not _names_the_verdict(next(_clauses(text), None), recommendation, headline):
        return "does not begin with the verdict"
    speaks_for = [*headline, *_all_clauses(recommendation.reasons)]
    speaks_against = list(_all_clauses(recommendation.against))
    for clause in _clauses(QUOTED.sub(" ", text)):
        claimed = _claimed(clause)
        told = speaks_for + (speaks_against if clause.turned else [])
        if claimed and not any(_stands_in(claimed, line) for line in told):
            return "says something of its own"
    return None


def _names_the_verdict(
    first: _Clause | None, recommendation: Recommendation, headline: Sequence[_Clause]
) -> bool:
    verdict = _stems(texts()["verdicts"][recommendation.decision.verdict])
    return (
        first is not None
        and _stands_in(verdict, first)
        and any(_stands_in(_claimed(first), line) for line in headline)
    )


def _all_clauses(reasons: Sequence[Reason]) -> Iterator[_Clause]:
    for reason in reasons:
        yield from _clauses(reason.text)


def _clauses(text: str) -> Iterator[_Clause]:
    """The clauses of a text that have any words; "but" and its like hold to the end of their sentence."""
    contrasts = _set("contrasts")
    for sentence in sentences(text):
        turned, start = False, 0
        for end in (*CLAUSE_END.finditer(sentence), None):
            stems = _stems(sentence[start : end.start() if end else None])
            turned = turned or not contrasts.isdisjoint(stems)
            if stems:
                yield _Clause(stems, turned)
            if end:
                turned = turned or not contrasts.isdisjoint(_stems(end[0]))
                start = end.end()


def _claimed(clause: _Clause) -> tuple[str, ...]:
    """What a clause says beyond words that claim nothing."""
    free = _set("own") | _set("contrasts")
    return tuple(word for word in clause.stems if word not in free)


def _stands_in(said: Sequence[str], told: _Clause) -> bool:
    """Whether these words stand in a clause in this order, and none that turns it round is left out."""
    left = iter(told.stems)
    in_order = all(word in left for word in said)
    return in_order and not (_turning(told.stems) - set(said))


def _turning(stems: Sequence[str]) -> set[str]:
    return {word for word in stems if word in _turning_words() or NOT.search(word)}


@cache
def _turning_words() -> frozenset[str]:
    return _set("limits") | {stem(word) for word in NEGATIONS}


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) if word.isalpha() else word.lower() for word in TOKEN.findall(text))


@cache
def _set(name: str) -> frozenset[str]:
    """Stems of a list of words of the texts' file."""
    return frozenset(_stems(texts()["wording"][name]))


def _flat(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".,;:!")


def _ask(recommendation: Recommendation, model: BaseChatModel, limits: Limits) -> str:
    verdict = texts()["verdicts"][recommendation.decision.verdict]
    return complete(prompt("guide_summary", verdict=verdict), _material(recommendation), model, limits)


def _material(recommendation: Recommendation) -> str:
    """All that the model is told, and so all that it may say."""
    return prompt(
        "guide_summary_material",
        headline=recommendation.headline,
        reasons=_listed(recommendation.reasons),
        against=_listed(recommendation.against),
    )


def _listed(reasons: Sequence[Reason]) -> str:
    return "\n".join(f"- {reason.text}{_in_their_words(reason)}" for reason in reasons)


def _in_their_words(reason: Reason) -> str:
    quote = " ".join(reason.quote.split())[:LONGEST_QUOTE]
    return fill(texts()["wording"]["quote"], quote=quote) if quote else ""
