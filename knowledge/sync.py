"""Brings the index up to date with a source: added, changed, moved and removed documents.

A sync may die anywhere: searches see each document as it was or as it is (see `knowledge.writing`), and
the next sync completes it. Documents are in service by their words first; vectors that a remote embedder
makes follow, so that a document is found while it cannot be reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.access import audience_key
from knowledge.chunk import VERSION
from knowledge.documents import Document, UnreadableDocument
from knowledge.embeddings.base import EmbeddingFailed
from knowledge.errors import AdminError
from knowledge.index import EMBEDDER, Index, chunk_of, state
from knowledge.parsers.apart import parsing_apart
from knowledge.sources.chosen import is_within
from knowledge.sources.folder import SOURCE, FoundFile, Skipped, load, walk
from knowledge.sources.rules import load_rules
from knowledge.tables import chunks, documents, index_state
from knowledge.unreadable import UnreadableFiles
from knowledge.vectors import Vectors, drop_vectors, open_vectors
from knowledge.writing import (
    BATCH,
    Batch,
    described,
    digest,
    in_service,
    may_be_sent,
    remove,
    slices,
    throw_away_leftovers,
)

LAST_SYNC = "last_sync"
FOLDER = "folder"
# Why there are chunks without a vector; empty where there are none.
LACKING = "lacking_vectors"
LACKS = "Vectors are missing: {why}. Until a later sync makes them, what has none is found by its words alone"


class NoFolder(AdminError):
    """The folder of documents does not exist: rather a wrong setting than a team without documents."""


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is: in documents looked at ("indexing"), in the chunks of one long document
    ("document"), or in chunks that have no vector of the configured embedder yet ("embedding").
    """

    stage: Literal["indexing", "document", "embedding"]
    done: int
    total: int


@dataclass(slots=True)
class SyncReport:
    """What a sync did, in documents; `skipped` are the files that cannot be used, with reasons.

    `remark` says that the index was made from another folder before, where it was. `lacking` says why
    vectors could not be made, where they could not: what has none is found by its words alone.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    chunks: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    seconds: float = 0.0
    cost: str = ""
    remark: str = ""
    lacking: str = ""

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


def sync_folder(
    index: Index, root: Path, docs_url: str | None, report: Report, only: Collection[str] = ()
) -> SyncReport:
    """Indexes what changed in a folder since the last sync, and forgets what is gone.

    `only` names files and folders within it: nothing else is looked at. The index has one folder: what
    was only in another one is removed, by a sync of the whole.

    One at a time: the caller holds the lock of the index.

    Raises:
        BadRules: the folder's rules or ignore file cannot be understood; nothing was changed.
        NoFolder: there is no such folder, or nothing of that name in it; nothing was changed.
    """
    started = time.monotonic()
    result = SyncReport()
    if not root.is_dir():
        raise NoFolder(f"There is no folder {root}: make it, or correct RAGTIME_DOCS")
    rules = load_rules(root)
    entries = [entry for entry in walk(root) if is_within(entry.path, only)]
    throw_away_leftovers(index)
    known = {path: row for path, row in _known(index).items() if is_within(path, only)}
    result.skipped += _not_found(root, only, {*known, *(entry.path for entry in entries)})
    result.remark = _take_up(index, root)
    found: list[FoundFile] = []
    for entry in entries:
        if isinstance(entry, Skipped):
            result.skipped.append(entry)
        else:
            found.append(entry)
    present = {file.path for file in found}
    gone = {path: row for path, row in known.items() if path not in present}
    unreadable = UnreadableFiles(index.engine, SOURCE, int(time.time()))
    waiting = Batch(index, lambda done, total: report(SyncProgress("document", done, total)))
    with parsing_apart() as parse:
        for position, file in enumerate(found):
            report(SyncProgress("indexing", position, len(found)))
            row = known.get(file.path)
            stamp = digest(file.stamp, repr(rules.about(file.path)), docs_url, VERSION)
            if row is not None and row["stamp"] == stamp:
                result.unchanged += 1
                continue
            if row is None and (reason := unreadable.reason(file.path, stamp)) is not None:
                result.skipped.append(Skipped(file.path, reason))
                continue
            try:
                document = load(root, file, rules, docs_url, parse)
            except UnreadableDocument as error:
                result.skipped.append(Skipped(file.path, str(error)))
                unreadable.add(file.path, stamp, error)
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
    unreadable.save(only)
    report(SyncProgress("indexing", len(found), len(found)))
    remove(index, in_service(index), [row["id"] for row in gone.values()])
    result.removed = len(gone)
    if not only:
        # All is found from now on, if by its words: nobody need wait for a remote embedder.
        with index.engine.begin() as connection:
            set_state(connection, LAST_SYNC, datetime.now(UTC).isoformat())
    made = 0
    try:
        made = _make_vectors(index, report)
    except EmbeddingFailed as error:
        result.lacking = LACKS.format(why=error)
    with index.engine.begin() as connection:
        set_state(connection, LACKING, result.lacking)
    result.seconds = time.monotonic() - started
    result.cost = index.embedder.cost() if result.chunks or made else ""
    return result


def last_sync(index: Index) -> datetime | None:
    """When a sync of the whole folder last came to its end; None before the first time."""
    with index.engine.connect() as connection:
        value = state(connection, LAST_SYNC)
    return datetime.fromisoformat(value) if value else None


def holds(index: Index, root: Path) -> bool:
    """Whether the index is of this folder, and a sync of it came to its end."""
    with index.engine.connect() as connection:
        return state(connection, FOLDER) == str(root.resolve()) and bool(state(connection, LAST_SYNC))


def lacks_vectors(index: Index) -> bool:
    """Whether there are chunks without a vector, which a sync is to make."""
    with index.engine.connect() as connection:
        return bool(state(connection, LACKING))


def _take_up(index: Index, root: Path) -> str:
    """Notes which folder the index is made from; of another one before, a remark. A new one gets an embedder.

    Until a sync of the new one comes to its end, the index counts as never synced.
    """
    folder = str(root.resolve())
    with index.engine.begin() as connection:
        if state(connection, EMBEDDER) is None:
            set_state(connection, EMBEDDER, index.embedder.name)
        before = state(connection, FOLDER)
        if before == folder:
            return ""
        set_state(connection, FOLDER, folder)
        if before is None:
            return ""
        connection.execute(delete(index_state).where(index_state.c.name == LAST_SYNC))
    return f"The index was made from {before}, and is now of {folder}: what is not there is removed"


def _not_found(root: Path, only: Collection[str], met: Collection[str]) -> list[Skipped]:
    """What was named but is no document, and why.

    Raises:
        NoFolder: there is nothing of that name.
    """
    skipped: list[Skipped] = []
    for place in only:
        if any(is_within(path, (place,)) for path in met):
            continue
        if not (root / place).exists():
            raise NoFolder(f"There is no {place} in {root}, nor was it in the index: correct its name")
        skipped.append(Skipped(place, "it is ignored, or of a kind that is not read"))
    return skipped


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


def _content_hash(document: Document) -> str:
    """Of all that the chunks and their vectors depend on; not of the path, so that moves are seen."""
    return digest(VERSION, document.title, audience_key(document.audience), repr(document.blocks))


def _restamp(index: Index, document_id: int, document: Document, stamp: str) -> None:
    with index.engine.begin() as connection:
        connection.execute(
            update(documents).where(documents.c.id == document_id).values(described(document, stamp))
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


def _make_vectors(index: Index, report: Report) -> int:
    """Makes the vectors of the configured embedder that are missing; returns how many it made.

    Another embedder's stay in service until the new ones are complete; what was interrupted goes on where
    it was. Vectors that are lost (a backup holds none) are made likewise.

    Raises:
        EmbeddingFailed: a remote embedder gave up; what it made until then stays.
    """
    vectors = open_vectors(index.chroma, index.embedder.name)
    with index.engine.connect() as connection:
        maker = state(connection, EMBEDDER)
        rows = connection.execute(
            select(chunks.c.id, documents.c.model_allowed).join(
                documents, documents.c.id == chunks.c.document_id
            )
        )
        wanted = {row.id for row in rows if may_be_sent(index, row.model_allowed)}
    if maker == index.embedder.name and vectors.count() == len(wanted):
        return 0
    made = vectors.ids()
    # Of chunks that are gone since an earlier switch to this embedder was broken off.
    vectors.remove(made - wanted)
    missing = sorted(wanted - made)
    if missing:
        # It may take long, and be broken off.
        with index.engine.begin() as connection:
            set_state(connection, LACKING, LACKS.format(why="not all are made yet"))
    for position, part in enumerate(slices(missing, BATCH)):
        report(SyncProgress("embedding", position * BATCH, len(missing)))
        _embed(index, vectors, part)
    with index.engine.begin() as connection:
        set_state(connection, EMBEDDER, index.embedder.name)
    if maker not in (None, index.embedder.name):
        drop_vectors(index.chroma, maker)
    return len(missing)


def _embed(index: Index, vectors: Vectors, chunk_ids: Sequence[int]) -> None:
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
