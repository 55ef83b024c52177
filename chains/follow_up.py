"""Finds the passages for a message as understood, and decides whether it follows up on those before it.

A short question may be a follow-up ("how long may a job run?") or about something new ("who approves
expenses?"): words alone do not tell. So both are searched for. The conversation may choose among the
passages that answer the message by itself; it may not put others in their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chains.compounds import as_written
from chains.rewrite import Rewritten, is_whole
from chains.search import Found, find
from knowledge.access import Place
from knowledge.index import Index
from knowledge.terms import terms

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# The share of the best passage's score, by the message alone, from which the conversation's passage is as
# good. Measured with tests/evaluation/follow_ups.py.
AS_GOOD = 0.9


def find_understood(
    index: Index, place: Place, understood: Rewritten, model: BaseChatModel | None = None
) -> tuple[Rewritten, Found]:
    """The message as it is to be understood, with compounds as the documents write them, and its passages."""
    understood, found = _find_understood(index, place, understood, model)
    chunks = [hit.stored.chunk for hit in found.hits]
    texts = [" ".join((chunk.embedding_text, *chunk.units[0].header)) for chunk in chunks]
    spelled = Rewritten(as_written(understood.question, texts), as_written(understood.search, texts))
    if spelled.search == understood.search:
        return understood, found
    return spelled, find(index, place, spelled.search, model)


def _find_understood(
    index: Index, place: Place, understood: Rewritten, model: BaseChatModel | None
) -> tuple[Rewritten, Found]:
    if not understood.alone or understood.alone == understood.search:
        return understood, find(index, place, understood.search, model)
    by_itself = find(index, place, understood.alone, model)
    in_context = find(index, place, understood.search, model)
    if _as_good(understood, by_itself, in_context):
        return understood, in_context
    return Rewritten(understood.alone, understood.alone), by_itself


def _as_good(understood: Rewritten, by_itself: Found, in_context: Found) -> bool:
    """Whether the conversation leads to another passage that answers the message by itself as well."""
    if not by_itself.hits or not in_context.hits:
        return False
    best, first = by_itself.hits[0], in_context.hits[0].stored.id
    if not is_whole(understood.alone):
        # A piece of a question: the passage speaks of it, or it is about something else.
        asked = set(terms(understood.alone))
        return asked <= set(terms(in_context.hits[0].stored.chunk.embedding_text))
    if best.stored.id == first:
        # Nothing is gained by the conversation's words then, and they are beside the question.
        return False
    scores = {hit.stored.id: hit.score for hit in by_itself.hits}
    return scores.get(first, 0.0) >= AS_GOOD * best.score
