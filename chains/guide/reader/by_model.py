"""A model's reading of a message: values with the words they rest on, each checked against the message."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from chains.failures import failure
from chains.guide.contract import Heard
from chains.guide.policy import POLICY
from chains.llm import LIMITS, Limits
from chains.prompts import prompt
from chains.streamed import complete

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

LONGEST = 4_000
# Of a quote for a factor that was not asked about.
FEWEST_WORDS = 2


def read_by_model(
    model: BaseChatModel, text: str, asked: Sequence[str], limits: Limits = LIMITS
) -> list[Heard]:
    """What a model reads in a message; nothing where the call fails or its answer is no reading.

    A factor or value that the policy does not have, and a quote that is not in the message, is dropped; so
    is a single word as the quote for a factor that was not asked about, as almost any message has one.
    """
    try:
        written = _ask(model, text[:LONGEST], asked, limits)
    except Exception as error:
        log.warning("Reading by rules, the model failed: %r", failure(error))
        return []
    return list({heard.factor: heard for heard in _checked(written, text, asked)}.values())


def _ask(model: BaseChatModel, text: str, asked: Sequence[str], limits: Limits) -> str:
    factors = "\n".join(
        f"- {name}: {factor.meaning} Values: {', '.join(factor.points)}"
        for name, factor in POLICY.factors.items()
    )
    question = " ".join(POLICY.factors[name].meaning for name in asked) or "What are you building?"
    message = prompt("read_message", question=question, message=json.dumps(text, ensure_ascii=False))
    return complete(prompt("read_factors", factors=factors), message, model, limits)


def _checked(written: str, text: str, asked: Sequence[str]) -> Iterator[Heard]:
    for entry in _entries(written):
        factor, value, quote = (entry.get(key) for key in ("factor", "value", "quote"))
        if not (isinstance(factor, str) and isinstance(value, str) and isinstance(quote, str)):
            continue
        known = POLICY.factors.get(factor)
        found = _in_text(quote, text)
        enough = factor in asked or len(found.split()) >= FEWEST_WORDS
        if known and value in known.points and found and enough:
            yield Heard(factor, value, found)
        else:
            log.info("dropped from the model's reading: %s", factor)


def _entries(written: str) -> list[dict[str, Any]]:
    """The objects of a JSON list, with or without a fence or words around it."""
    match = re.search(r"\[.*\]", written, re.DOTALL)
    try:
        found = json.loads(match[0]) if match else []
    except (ValueError, RecursionError):
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _in_text(quote: str, text: str) -> str:
    """The message's own whole words that a quote repeats, in any case and white space; empty if none."""
    if not any(char.isalnum() for char in quote):
        return ""
    words = r"\s+".join(map(re.escape, quote.split()))
    match = re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)
    return match[0] if match else ""
