"""Writes documents into the index: new chunks beside the old ones, then all in service at once.

Chunks and their documents change in transactions of the SQL database; what Chroma must forget is noted
there first. So writing may be broken off anywhere: searches see each document as it was or as it is, and
`throw_away_leftovers` takes away what was left half done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from knowledge import lexical, tokens
from knowledge.access import audience_key
from knowledge.chunk import chunk
from knowledge.documents import Chunk, Document
from knowledge.index import EMBEDDER, Index, chunk_values, state
from knowledge.tables import chunks, discarded_vectors, documents
from knowledge.vectors import Vectors, open_vectors

# Chunks embedded and written together: enough for batches of like length, little enough to lose, and the
# token vectors of so many (150 KB each) are all that is in memory at a time.
BATCH = 256
# Rows named in one statement: SQLite takes 32,766 values in one, PostgreSQL 65,535.
NAMED_AT_ONCE = 100

Item = TypeVar("Item")


@dataclass(slots=True)
class _Waiting:
    document: Document
    chunks: list[Chunk]
    stamp: str
    content_hash: str
    document_id: int = 0
    version: int = 0


class Batch:
    """Documents collected until there are enough chunks to read and write at once.

    Their vectors are written with them where the model that reads them made those in service, too; others
    are made afterwards (see `knowledge.sync`). `told` hears how many chunks are written, and of how many,
    where a document is too long to be written at once.
    """

    def __init__(self, index: Index, told: Callable[[int, int], None]) -> None:
        self._index = index
        self._vectors = in_service(index)
        with index.engine.connect() as connection:
            serving = index.in_service(connection)
        self._with_vectors = serving is not None and serving[1] is index.reader
        self._told = told
        self._waiting: list[_Waiting] = []

    def add(self, document: Document, stamp: str, content_hash: str) -> int:
        """Takes a document, and writes the batch when it is full; returns its number of chunks."""
        pieces = chunk(document.title, document.blocks)
        self._waiting.append(_Waiting(document, pieces, stamp, content_hash))
        if sum(len(item.chunks) for item in self._waiting) >= BATCH:
            self.write()
        return len(pieces)

    def write(self) -> None:
        """Reads what waits, writes it beside the old slice by slice, and puts it in service."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        index = self._index
        with index.engine.begin() as connection:
            for item in waiting:
                item.document_id, item.version = _known_or_new(connection, item.document)
        pieces = [(item, piece) for item in waiting for piece in item.chunks]
        ids: list[int] = []
        vectors: list[np.ndarray] = []
        long = any(len(item.chunks) > BATCH for item in waiting)
        for part in slices(pieces, BATCH):
            if long:
                self._told(len(ids), len(pieces))
            read = index.reader.encode([piece.embedding_text for _, piece in part])
            if self._with_vectors:
                # Copies: a view would keep the whole pass of the model in memory.
                vectors += [np.array(each.vector, np.float32) for each in read]
            packed = [tokens.pack(each.tokens) for each in read]
            with index.engine.begin() as connection:
                ids += _write_beside(connection, part, packed)
        # Not slice by slice: vectors of chunks that are not in service yet take places in a search.
        if vectors:
            audiences = [audience_key(item.document.audience) for item, _ in pieces]
            self._vectors.add(ids, np.array(vectors), audiences)
        with index.engine.begin() as connection:
            given = iter(ids)
            discarded = [
                old
                for item in waiting
                for old in _put_in_service(connection, item, [next(given) for _ in item.chunks])
            ]
        forget(index, self._vectors, discarded)


def may_be_sent(index: Index, model_allowed: bool) -> bool:
    """Whether the embedder may see a document: what is kept from models is kept from remote embedders, too.

    It is then found by its words alone.
    """
    return model_allowed or not index.embedder.remote


def in_service(index: Index) -> Vectors:
    """The vectors that searches use, whether or not their embedder is at hand."""
    with index.engine.connect() as connection:
        return open_vectors(index.chroma, state(connection, EMBEDDER) or index.embedder.name)


def described(document: Document, stamp: str) -> dict[str, Any]:
    """The columns that can change while the chunks stay as they are."""
    return {
        "path": document.path,
        "url": document.url,
        "model_allowed": document.model_allowed,
        "stamp": stamp,
    }


def digest(*parts: object) -> str:
    """A hash of JSON values."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def slices(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def remove(index: Index, vectors: Vectors, document_ids: Sequence[int]) -> None:
    """Takes documents out of the index."""
    for part in slices(document_ids, NAMED_AT_ONCE):
        with index.engine.begin() as connection:
            old = list(connection.scalars(select(chunks.c.id).where(chunks.c.document_id.in_(part))))
            _discard(connection, old)
            connection.execute(delete(documents).where(documents.c.id.in_(part)))
        forget(index, vectors, old)


def forget(index: Index, vectors: Vectors, chunk_ids: Sequence[int]) -> None:
    """Has Chroma forget vectors, and then the note about them."""
    if chunk_ids:
        vectors.remove(chunk_ids)
        with index.engine.begin() as connection:
            for part in slices(chunk_ids, NAMED_AT_ONCE):
                connection.execute(delete(discarded_vectors).where(discarded_vectors.c.vector_id.in_(part)))


def throw_away_leftovers(index: Index) -> None:
    """Completes what was broken off: chunks never put in service, vectors not yet forgotten."""
    with index.engine.begin() as connection:
        stray = connection.scalars(
            select(chunks.c.id)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(chunks.c.version != documents.c.version)
        )
        _discard(connection, list(stray))
        connection.execute(delete(documents).where(documents.c.version == 0))
        pending = list(connection.scalars(select(discarded_vectors.c.vector_id)))
    forget(index, in_service(index), pending)


def _known_or_new(connection: Connection, document: Document) -> tuple[int, int]:
    """A document's id and version; a new one is entered with nothing in service (version 0)."""
    known = connection.execute(
        select(documents.c.id, documents.c.version).where(
            documents.c.source == document.source, documents.c.path == document.path
        )
    ).one_or_none()
    if known is not None:
        return known.id, known.version
    values = described(document, "") | {
        "source": document.source,
        "title": document.title,
        "audience": audience_key(document.audience),
        "content_hash": "",
        "version": 0,
        "indexed_at": datetime.now(UTC),
    }
    key = connection.execute(insert(documents).values(values)).inserted_primary_key
    assert key is not None
    return int(key[0]), 0


def _write_beside(
    connection: Connection, part: Sequence[tuple[_Waiting, Chunk]], packed: Sequence[bytes]
) -> list[int]:
    """Inserts chunks under their documents' next version; returns their ids."""
    rows = [
        chunk_values(piece)
        | {
            "document_id": item.document_id,
            "version": item.version + 1,
            "text_hash": digest(piece.text),
            "tokens": token_vectors,
        }
        for (item, piece), token_vectors in zip(part, packed, strict=True)
    ]
    return list(connection.scalars(insert(chunks).returning(chunks.c.id, sort_by_parameter_order=True), rows))


def _put_in_service(connection: Connection, item: _Waiting, chunk_ids: Sequence[int]) -> list[int]:
    """Makes a document's new version the current one; returns the old chunks' ids, noted as discarded."""
    document = item.document
    old = list(
        connection.scalars(
            select(chunks.c.id).where(
                chunks.c.document_id == item.document_id, chunks.c.version == item.version
            )
        )
    )
    _discard(connection, old)
    audience = audience_key(document.audience)
    lexical.add(connection, zip(chunk_ids, item.chunks, strict=True), audience)
    connection.execute(
        update(documents)
        .where(documents.c.id == item.document_id)
        .values(
            described(document, item.stamp)
            | {
                "title": document.title,
                "audience": audience,
                "content_hash": item.content_hash,
                "version": item.version + 1,
                "indexed_at": datetime.now(UTC),
            }
        )
    )
    return old


def _discard(connection: Connection, chunk_ids: Sequence[int]) -> None:
    """Deletes chunks, and notes that Chroma has yet to forget their vectors."""
    for part in slices(chunk_ids, NAMED_AT_ONCE):
        lexical.remove(connection, part)
        connection.execute(delete(chunks).where(chunks.c.id.in_(part)))
        connection.execute(insert(discarded_vectors), [{"vector_id": i} for i in part])
