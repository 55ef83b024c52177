"""Finds documents by words, for lists of what is known."""

from __future__ import annotations

from knowledge import lexical
from knowledge.access import Place
from knowledge.index import DocumentRef, Index

CHUNKS_A_DOCUMENT = 5


def find_documents(index: Index, place: Place, words: str, limit: int) -> list[DocumentRef]:
    """The documents that may be used in a place and match the words, best first; without words, by title."""
    if not words.strip():
        return sorted(index.documents(place), key=lambda document: document.title.casefold())[:limit]
    with index.engine.connect() as connection:
        audiences = index.audiences(connection, place)
        ids = [i for i, _ in lexical.search(connection, words, audiences, limit * CHUNKS_A_DOCUMENT)]
        stored = index.load(connection, ids, audiences)
    found = {stored[i].document.id: stored[i].document for i in ids if i in stored}
    return list(found.values())[:limit]
