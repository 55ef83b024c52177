"""Finds the passages for a question, also where it is in another language than the documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from chains.abbreviations import in_other_form
from chains.claims import language_of
from chains.languages import differing, in_documents_language, named
from knowledge.access import Place
from knowledge.index import Index
from knowledge.retriever import Hit, Retriever

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# Passages that are searched for sentences.
PASSAGES = 20
OTHER_LANGUAGE = (
    "Search works best in the documents' language: those found are in {documents}, "
    "your question seems to be in {question}."
)
WORDS_ALONE = (
    "Search by meaning does not work at the moment, so I looked for your question's words alone: other words "
    "may find more. An admin can see why with `ragtime doctor`."
)


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first; `notice` is for people, where the search was at a disadvantage.

    `limited` says for the log why words alone were searched, where they were.
    """

    hits: list[Hit]
    notice: str = ""
    limited: str = ""


def find(index: Index, place: Place, text: str, model: BaseChatModel | None = None) -> Found:
    """The passages for a text that this place may see.

    Where they turn out to be in another language, the model puts the text into theirs and it is searched
    for again: embeddings and words of one language hardly meet those of another.
    """
    limited: list[str] = []
    retriever = Retriever(index=index, place=place, limit=PASSAGES, limited=limited.append)
    hits = _search(retriever, text)
    languages = differing(text, [hit.stored.chunk.text for hit in hits])
    notice = ""
    if languages and model and (translated := in_documents_language(text, languages, model)):
        own = [hit for hit in hits if language_of(hit.stored.chunk.text) == languages.question]
        hits = list(_in_turn(_search(retriever, translated), own))[:PASSAGES]
    elif languages:
        notice = OTHER_LANGUAGE.format(
            documents=named(languages.documents), question=named(languages.question)
        )
    if limited:
        return Found(hits, f"{WORDS_ALONE} {notice}".strip(), limited[0])
    return Found(hits, notice)


def _search(retriever: Retriever, text: str) -> list[Hit]:
    """The passages for a text, and for it with abbreviations in their other form where they join the two."""
    hits = _retrieved(retriever, text)
    other = in_other_form(text, (hit.stored.chunk.embedding_text for hit in hits))
    return _best_of(hits, _retrieved(retriever, other)) if other else hits


def _retrieved(retriever: Retriever, text: str) -> list[Hit]:
    return [document.metadata["hit"] for document in retriever.invoke(text)]


def _best_of(one: list[Hit], other: list[Hit]) -> list[Hit]:
    """The hits of two searches for the same, each passage as the search found it that it suits better."""
    best: dict[int, Hit] = {}
    for hit in sorted((*one, *other), key=lambda hit: -hit.score):
        best.setdefault(hit.stored.id, hit)
    return list(best.values())[:PASSAGES]


def _in_turn(one: list[Hit], other: list[Hit]) -> Iterator[Hit]:
    """The hits of two searches in turn, each passage once: their scores cannot be compared."""
    seen: set[int] = set()
    for hit in chain.from_iterable(zip_longest(one, other)):
        if hit and hit.stored.id not in seen:
            seen.add(hit.stored.id)
            yield hit
