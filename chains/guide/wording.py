"""A model's wording of the summary, checked: it may say the recommendation again, and nothing else."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chains.claims import read_claims
from chains.failures import failure
from chains.guide.contract import Reason, Recommendation, Verdict
from chains.guide.texts import fill, texts
from chains.llm import Limits
from chains.prompts import prompt
from chains.streamed import complete
from knowledge.sentences import sentences

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

QUICK = Limits(first=4.0, whole=6.0)
SHORTEST, LONGEST, MOST_SENTENCES = 40, 600, 4
LONGEST_QUOTE = 200
# Of the words that carry content, so many may be the model's own; above that it says something else.
OWN_WORDS = 0.6

NAMED: dict[Verdict, re.Pattern[str]] = {
    "rag": re.compile(r"\b(?:RAG|retriev\w+)\b", re.IGNORECASE),
    "fine-tuning": re.compile(
        r"\b(?:(?:(?:fine|re)[- ]?)?(?:tun|train)(?:e[ds]?|ing|s|ed)?|pre-?train\w*"
        r"|Q?LoRA|SFT|CPT|DPO|RLHF)\b",
        re.IGNORECASE,
    ),
}
# The other way may be named only to set it aside, or to say what it would take; the verdict never so.
ASIDE = re.compile(
    r"(?:\b(?:rather|nothing|needing|instead of|not|no|never|without|over|than|before|avoid)|n['’]t)\s+"
    r"(?:to\s+|than\s+)?(?:(?!just|only|merely|yet)\w+\s+)?$|\b(?:nobody|no one|nothing)\b[^,;:.]*$",
    re.IGNORECASE,
)
TAKES = re.compile(
    r"^\s*(?:would (?:need|mean|require|have to)|needs?|means?|requires?|cannot|can['’]t)\b", re.IGNORECASE
)
DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|avoid|against|skip|drop|forget|leave|cannot|instead of|without|over|than)|n['’]t)"
    r"\s+(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
DENIED_AFTER = re.compile(
    r"^\s+(?:(?:is|was|seems|looks|would be|may be|does|do|will|would|can)(?:\s+not|n['’]t|\s+never)"
    r"(?!\s+(?:need|require|have to|end|only|just))"
    r"|won['’]t|can['’]t|cannot|fails|(?:is|was|seems|looks|would be|may be)\s+(?:\w+\s+){0,2}"
    r"(?:wrong|bad|poor|worse|unsuitable|pointless|mistake|overkill|weak\w*))\b",
    re.IGNORECASE,
)
NOT_PLAIN = re.compile(r"[\n\[\]<>`|#@*_{}\\?]|https?:|www\.")
NOT_THE_JOB = re.compile(
    r"\b(?:sorry|apolog\w+|unable|as an ai|language model|i (?:can|could|will) ?not|i (?:can|won)['’]t)\b",
    re.IGNORECASE,
)


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
    if NOT_THE_JOB.search(text):
        return "refuses or speaks of itself"
    if not _keeps_the_verdict(text, recommendation.decision.verdict):
        return "does not keep the verdict"
    return _addition(text, _material(recommendation) + " " + recommendation.type_name)


def _keeps_the_verdict(text: str, verdict: Verdict) -> bool:
    """Whether the first sentence names the verdict, none denies it, and the other way is set aside."""
    other: Verdict = "fine-tuning" if verdict == "rag" else "rag"
    every = sentences(text)
    return (
        bool(NAMED[verdict].search(every[0]))
        and not any(
            DENIED_BEFORE.search(sentence[: named.start()]) or DENIED_AFTER.search(sentence[named.end() :])
            for sentence in every
            for named in NAMED[verdict].finditer(sentence)
        )
        and all(
            ASIDE.search(sentence[: named.start()]) or TAKES.search(sentence[named.end() :])
            for sentence in every
            for named in NAMED[other].finditer(sentence)
        )
    )


def _addition(text: str, material: str) -> str | None:
    """What the text says that the material does not."""
    new, given = read_claims(text, "english"), read_claims(material, "english")
    words = texts()["wording"]
    lowered = set(re.findall(r"\w+", text.lower())) - set(re.findall(r"\w+", material.lower()))
    if new.numbers - given.numbers or set(re.findall(r"[%$€£]", text)) - set(material):
        return "has a figure of its own"
    if lowered & {*words["figures"]}:
        return "has a figure of its own"
    # A word with a capital that was given without one is no name.
    if (new.names | new.identifiers) - {*given.names, *given.identifiers, *given.words} or lowered & {
        *words["names"]
    }:
        return "has a name of its own"
    own = set(new.words) - set(given.words)
    return "says something else" if len(own) > OWN_WORDS * len(set(new.words)) else None


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
