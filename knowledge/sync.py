"""Brings the index up to date with a source: added, changed, moved and removed documents.

A document's new chunks are written beside the old ones and put in service all at once, in one
transaction of the SQL database; what Chroma must forget is noted there first. So a sync may die anywhere:
searches see each document as it was or as it is, and the next sync throws away what was left half done.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge import lexical, tokens
from knowledge.access import audience_key
from knowledge.chunk import VERSION, chunk
from knowledge.documents import Chunk, Document, UnreadableDocument
from knowledge.embeddings.base import EmbeddingFailed
from knowledge.errors import AdminError
from knowledge.index import EMBEDDER, Index, chunk_of, chunk_values, state
from knowledge.parsers.apart import parsing_apart
from knowledge.sources.folder import SOURCE, FoundFile, Skipped, load, walk
from knowledge.sources.rules import load_rules
from knowledge.tables import chunks, discarded_vectors, documents, index_state
from knowledge.vectors import Vectors, drop_vectors, open_vectors

# Chunks embedded and written together: enough for batches of like length, little enough to lose.
BATCH = 256
# Documents removed in one transaction: SQLite takes 32,766 values in one statement.
REMOVED_AT_ONCE = 100
LAST_SYNC = "last_sync"


class NoFolder(AdminError):
    """The folder of documents does not exist: rather a wrong setting than a team without documents."""


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is, in documents looked at (or chunks re-embedded, in the stage "embedding")."""

    stage: Literal["looking", "indexing", "embedding"]
    done: int
    total: int


@dataclass(slots=True)
class SyncReport:
    """What a sync did, in documents; `skipped` are the files that cannot be used, with reasons."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    chunks: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    seconds: float = 0.0
    cost: str = ""

    def __str__(self) -> str:
        total = self.added + self.changed + self.moved + self.unchanged
        parts = [
            f"{count} {name}"
            for name in ("added", "changed", "moved", "removed", "unchanged")
            if (count := getattr(self, name))
        ]
        if self.skipped:
            parts.append(f"{len(self.skipped)} skipped")
        cost = f", {self.cost}" if self.cost else ""
        return f"{total} documents ({', '.join(parts) or 'none'}), {self.seconds:.1f} s{cost}"


Report = Callable[[SyncProgress], None]


def sync_folder(index: Index, root: Path, docs_url: str | None, report: Report) -> SyncReport:
    """Indexes what changed in a folder since the last sync, and forgets what is gone.

    One at a time: the caller holds the lock of the index.

    Raises:
        BadRules: the folder's rules or ignore file cannot be understood; nothing was changed.
        NoFolder: there is no such folder; nothing was changed.
        EmbeddingFailed: a remote embedder gave up; what was indexed until then stays, and what was removed
            or narrowed is out of service all the same.
    """
    started = time.monotonic()
    result = SyncReport()
    if not root.is_dir():
        raise NoFolder(f"There is no folder {root}: make it, or correct RAGTIME_DOCS")
    rules = load_rules(root)
    _throw_away_leftovers(index)
    failed: EmbeddingFailed | None = None
    try:
        vectors = _embedded_by(index, report)
    except EmbeddingFailed as error:
        failed, vectors = error, _in_service(index)
    known = _known(index)
    found: list[FoundFile] = []
    for entry in walk(root):
        if isinstance(entry, Skipped):
            result.skipped.append(entry)
        else:
            found.append(entry)
    present = {file.path for file in found}
    gone = {path: row for path, row in known.items() if path not in present}
    waiting = _Batch(index, vectors, failed)
    with parsing_apart() as parse:
        for position, file in enumerate(found):
            report(SyncProgress("indexing", position, len(found)))
            row = known.get(file.path)
            stamp = _digest(file.stamp, repr(rules.about(file.path)), docs_url, VERSION)
            if row is not None and row["stamp"] == stamp:
                result.unchanged += 1
                continue
            try:
                document = load(root, file, rules, docs_url, parse)
            except UnreadableDocument as error:
                result.skipped.append(Skipped(file.path, str(error)))
                if row is not None:
                    # Not even its last readable version: it may have been narrowed since.
                    gone[file.path] = row
                continue
            content = _content_hash(document)
            if row is not None and row["content_hash"] == content and _same_vectors(index, row, document):
                _restamp(index, row["id"], document, stamp)
                result.unchanged += 1
                continue
            if row is None and (moved := _moved(index, gone, document, content)) is not None:
                _restamp(index, gone.pop(moved)["id"], document, stamp)
                result.moved += 1
                continue
            result.added += row is None
            result.changed += row is not None
            if row is not None:
                _withhold(index, row, document)
            result.chunks += waiting.add(document, stamp, content)
    waiting.write()
    report(SyncProgress("indexing", len(found), len(found)))
    _remove(index, vectors, [row["id"] for row in gone.values()])
    result.removed = len(gone)
    if waiting.failed is not None:
        raise waiting.failed
    with index.engine.begin() as connection:
        set_state(connection, LAST_SYNC, datetime.now(UTC).isoformat())
    result.seconds = time.monotonic() - started
    result.cost = index.embedder.cost() if result.chunks else ""
    return result


def last_sync(index: Index) -> datetime | None:
    """When a sync last came to its end; None before the first time."""
    with index.engine.connect() as connection:
        value = state(connection, LAST_SYNC)
    return datetime.fromisoformat(value) if value else None


def _known(index: Index) -> dict[str, dict[str, Any]]:
    with index.engine.connect() as connection:
        rows = connection.execute(select(documents).where(documents.c.source == SOURCE))
        return {row.path: dict(row._mapping) for row in rows}


def _moved(index: Index, gone: dict[str, dict[str, Any]], document: Document, content: str) -> str | None:
    same = (path for path, row in gone.items() if row["content_hash"] == content)
    return next((path for path in same if _same_vectors(index, gone[path], document)), None)


def _same_vectors(index: Index, row: dict[str, Any], document: Document) -> bool:
    """Whether a document of the same content keeps its vectors: a remote embedder may not see every one."""
    return not index.embedder.remote or row["model_allowed"] == document.model_allowed


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _content_hash(document: Document) -> str:
    """Of all that the chunks and their vectors depend on; not of the path, so that moves are seen."""
    return _digest(VERSION, document.title, audience_key(document.audience), repr(document.blocks))


def _described(document: Document, stamp: str) -> dict[str, Any]:
    """The columns that can change while the chunks stay as they are."""
    return {
        "path": document.path,
        "url": document.url,
        "model_allowed": document.model_allowed,
        "stamp": stamp,
    }


def _restamp(index: Index, document_id: int, document: Document, stamp: str) -> None:
    with index.engine.begin() as connection:
        connection.execute(
            update(documents).where(documents.c.id == document_id).values(_described(document, stamp))
        )


def _withhold(index: Index, row: dict[str, Any], document: Document) -> None:
    """Takes a document away from those who may no longer read it, whatever happens to the rest of the sync.

    Nobody gains anything before the new version is in service: the old one may hold what they must not see.
    """
    before = set(row["audience"].split("|"))
    left = before & document.audience
    model_allowed = row["model_allowed"] and document.model_allowed
    if left == before and model_allowed == row["model_allowed"]:
        return
    with index.engine.begin() as connection:
        connection.execute(
            update(documents)
            .where(documents.c.id == row["id"])
            # Without stamp and hash, it is looked at anew should this sync not come to its end.
            .values(audience=audience_key(left), model_allowed=model_allowed, stamp="", content_hash="")
        )


@dataclass(slots=True)
class _Waiting:
    document: Document
    chunks: list[Chunk]
    stamp: str
    content_hash: str


class _Batch:
    """Documents collected until there are enough chunks to embed and write at once.

    Once the embedder has `failed`, documents are passed over: the next sync takes them up.
    """

    def __init__(self, index: Index, vectors: Vectors, failed: EmbeddingFailed | None) -> None:
        self.failed = failed
        self._index = index
        self._vectors = vectors
        self._waiting: list[_Waiting] = []

    def add(self, document: Document, stamp: str, content_hash: str) -> int:
        """Takes a document, and writes the batch when it is full; returns its number of chunks."""
        pieces = chunk(document.title, document.blocks)
        self._waiting.append(_Waiting(document, pieces, stamp, content_hash))
        if sum(len(item.chunks) for item in self._waiting) >= BATCH:
            self.write()
        return len(pieces)

    def write(self) -> None:
        """Embeds what waits, writes it beside the old, and puts it in service."""
        waiting, self._waiting = self._waiting, []
        if not waiting or self.failed is not None:
            return
        index = self._index
        of_documents = [item.document for item in waiting for _ in item.chunks]
        texts = [piece.embedding_text for item in waiting for piece in item.chunks]
        sent = [row for row, each in enumerate(of_documents) if _may_be_sent(index, each.model_allowed)]
        try:
            read = index.reader.encode(texts)
            embedded = read
            if index.reader is not index.embedder:
                embedded = index.embedder.encode([texts[row] for row in sent])
        except EmbeddingFailed as error:
            self.failed = error
            return
        with index.engine.begin() as connection:
            ids = _write_beside(connection, waiting, iter([tokens.pack(e.tokens) for e in read]))
        flat = [chunk_id for _, chunk_ids in ids for chunk_id in chunk_ids]
        if sent:
            self._vectors.add(
                [flat[row] for row in sent],
                np.array([e.vector for e in embedded]),
                [audience_key(of_documents[row].audience) for row in sent],
            )
        with self._index.engine.begin() as connection:
            discarded = [
                old
                for item, (document_id, chunk_ids) in zip(waiting, ids, strict=True)
                for old in _put_in_service(connection, item, document_id, chunk_ids)
            ]
        _forget(self._index, self._vectors, discarded)


def _may_be_sent(index: Index, model_allowed: bool) -> bool:
    """Whether the embedder may see a document: what is kept from models is kept from remote embedders, too.

    It is then found by its words alone.
    """
    return model_allowed or not index.embedder.remote


def _write_beside(
    connection: Connection, waiting: Sequence[_Waiting], packed: Iterator[bytes]
) -> list[tuple[int, list[int]]]:
    """Inserts chunks under their documents' next version; returns document and chunk ids."""
    ids: list[tuple[int, list[int]]] = []
    for item in waiting:
        document = item.document
        row = connection.execute(
            select(documents.c.id, documents.c.version).where(
                documents.c.source == document.source, documents.c.path == document.path
            )
        ).one_or_none()
        if row is None:
            values = _described(document, "") | {
                "source": document.source,
                "title": document.title,
                "audience": audience_key(document.audience),
                "content_hash": "",
                "version": 0,
                "indexed_at": datetime.now(UTC),
            }
            key = connection.execute(insert(documents).values(values)).inserted_primary_key
            assert key is not None
            document_id, version = int(key[0]), 0
        else:
            document_id, version = row.id, row.version
        rows = [
            chunk_values(piece)
            | {
                "document_id": document_id,
                "version": version + 1,
                "text_hash": _digest(piece.text),
                "tokens": next(packed),
            }
            for piece in item.chunks
        ]
        inserted = (
            connection.scalars(insert(chunks).returning(chunks.c.id, sort_by_parameter_order=True), rows)
            if rows
            else ()
        )
        ids.append((document_id, [int(i) for i in inserted]))
    return ids


def _put_in_service(
    connection: Connection, item: _Waiting, document_id: int, chunk_ids: Sequence[int]
) -> list[int]:
    """Makes a document's new version the current one; returns the old chunks' ids, noted as discarded."""
    document = item.document
    old = list(
        connection.scalars(
            select(chunks.c.id).where(chunks.c.document_id == document_id, chunks.c.id.not_in(chunk_ids))
        )
    )
    _discard(connection, old)
    lexical.add(connection, zip(chunk_ids, item.chunks, strict=True), audience_key(document.audience))
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id)
        .values(
            _described(document, item.stamp)
            | {
                "title": document.title,
                "audience": audience_key(document.audience),
                "content_hash": item.content_hash,
                "version": documents.c.version + 1,
                "indexed_at": datetime.now(UTC),
            }
        )
    )
    return old


def _discard(connection: Connection, chunk_ids: Sequence[int]) -> None:
    """Deletes chunks, and notes that Chroma has yet to forget their vectors."""
    if chunk_ids:
        lexical.remove(connection, chunk_ids)
        connection.execute(delete(chunks).where(chunks.c.id.in_(chunk_ids)))
        connection.execute(insert(discarded_vectors), [{"vector_id": i} for i in chunk_ids])


def _forget(index: Index, vectors: Vectors, chunk_ids: Sequence[int]) -> None:
    """Has Chroma forget vectors, and then the note about them."""
    if chunk_ids:
        vectors.remove(chunk_ids)
        with index.engine.begin() as connection:
            connection.execute(delete(discarded_vectors).where(discarded_vectors.c.vector_id.in_(chunk_ids)))


def _remove(index: Index, vectors: Vectors, document_ids: Sequence[int]) -> None:
    for start in range(0, len(document_ids), REMOVED_AT_ONCE):
        part = document_ids[start : start + REMOVED_AT_ONCE]
        with index.engine.begin() as connection:
            old = list(connection.scalars(select(chunks.c.id).where(chunks.c.document_id.in_(part))))
            _discard(connection, old)
            connection.execute(delete(documents).where(documents.c.id.in_(part)))
        _forget(index, vectors, old)


def _throw_away_leftovers(index: Index) -> None:
    """Completes what an interrupted sync left: chunks never put in service, vectors not yet forgotten."""
    with index.engine.begin() as connection:
        stray = connection.scalars(
            select(chunks.c.id)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(chunks.c.version != documents.c.version)
        )
        _discard(connection, list(stray))
        connection.execute(delete(documents).where(documents.c.version == 0))
        pending = list(connection.scalars(select(discarded_vectors.c.vector_id)))
    if pending:
        _forget(index, _in_service(index), pending)


def _in_service(index: Index) -> Vectors:
    """The vectors that searches use, whether or not their embedder is at hand."""
    with index.engine.connect() as connection:
        return open_vectors(index.chroma, state(connection, EMBEDDER) or index.embedder.name)


def _embedded_by(index: Index, report: Report) -> Vectors:
    """The vectors of the configured embedder, made from the chunks where another's are in service.

    The old ones stay in service until the new ones are complete; a re-embedding that was interrupted
    goes on where it was.
    """
    vectors = open_vectors(index.chroma, index.embedder.name)
    with index.engine.connect() as connection:
        in_service = state(connection, EMBEDDER)
        rows = connection.execute(
            select(chunks.c.id, documents.c.model_allowed).join(
                documents, documents.c.id == chunks.c.document_id
            )
        )
        wanted = {row.id for row in rows if _may_be_sent(index, row.model_allowed)}
    if in_service == index.embedder.name:
        return vectors
    made = vectors.ids()
    # Of chunks that are gone since an earlier switch to this embedder was broken off.
    vectors.remove(made - wanted)
    if wanted:
        missing = sorted(wanted - made)
        for start in range(0, len(missing), BATCH):
            report(SyncProgress("embedding", start, len(missing)))
            _embed_again(index, vectors, missing[start : start + BATCH])
    with index.engine.begin() as connection:
        set_state(connection, EMBEDDER, index.embedder.name)
    if in_service is not None:
        drop_vectors(index.chroma, in_service)
    return vectors


def _embed_again(index: Index, vectors: Vectors, chunk_ids: Sequence[int]) -> None:
    with index.engine.connect() as connection:
        rows = connection.execute(
            select(chunks, documents.c.title, documents.c.audience)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(chunks.c.id.in_(chunk_ids))
        ).all()
        pieces = [chunk_of(row._mapping, row.title) for row in rows]
        encoded = index.embedder.encode([piece.embedding_text for piece in pieces])
    vectors.add([row.id for row in rows], np.array([e.vector for e in encoded]), [r.audience for r in rows])


def set_state(connection: Connection, name: str, value: str) -> None:
    """Sets a fact about the index as a whole."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(index_state).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )
