"""Finds documents by words, for lists of what is known."""

from __future__ import annotations

from knowledge import lexical
from knowledge.access import Place, talked_of
from knowledge.index import DocumentRef, Index
from knowledge.retriever import WIDE

CHUNKS_A_DOCUMENT = 5


def find_documents(index: Index, place: Place, words: str, limit: int) -> list[DocumentRef]:
    """The documents that may be used in a place and match the words, best first; without words, by title."""
    if not words.strip():
        return sorted(index.documents(place), key=lambda document: document.title.casefold())[:limit]
    with index.engine.connect() as connection:
        audiences = index.audiences(connection, place)
        wide = WIDE if place.paths else limit * CHUNKS_A_DOCUMENT
        ids = [i for i, _ in lexical.search(connection, words, audiences, wide)]
        stored = index.load(connection, ids, audiences)
    known = [stored[i].document for i in ids if i in stored]
    found = {document.id: document for document in known if talked_of(document.path, place)}
    return list(found.values())[:limit]
