"""Small indexes for tests: folders of documents, one MiniLM for the whole run, a quick embedder by words."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb import Collection as ChromaCollection
from chromadb.api.client import Client
from sqlalchemy import select, text

from knowledge.access import audience_key
from knowledge.chunk import chunk
from knowledge.database import migrate, open_database
from knowledge.documents import UnreadableDocument
from knowledge.embeddings.base import Embedder, EmbeddingFailed, Encoded
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index, StoredChunk, chunk_of
from knowledge.sources.folder import FoundFile, load, walk
from knowledge.sources.rules import load_rules
from knowledge.sync import SyncProgress, SyncReport, sync_folder
from knowledge.tables import HISTORY, chunks, discarded_vectors, documents
from knowledge.terms import stem, words
from knowledge.vectors import connect, open_vectors

# The chunks in the lexical index.
WORDS = {
    "sqlite": "SELECT rowid FROM chunks_fts",
    "postgresql": "SELECT chunk_id FROM lexical_chunks WHERE length > 0",
}

# What an index says of each document: title, audience, address, may a model see it, and its chunks' text.
Snapshot = dict[str, tuple[str, str, str | None, bool, tuple[str, ...]]]


@dataclass
class WordEmbedder(Embedder):
    """Embeds by words: each has a vector of its own, a text has their sum. Quick, and the same everywhere.

    `fail_after` is the number of texts after which it gives up, and without `reads` it gives no token
    vectors; `remote` says that it is one that texts are sent to; `seen` is what it embedded.
    """

    name: str = "words"
    dimensions: int = 64
    fail_after: int | None = None
    reads: bool = True
    remote: bool = False
    seen: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        if self.fail_after is not None and len(self.seen) + len(texts) > self.fail_after:
            raise EmbeddingFailed(f"{self.name} did not embed")
        self.seen.extend(texts)
        return [self._encode(text) for text in texts]

    def spans(self, text: str) -> np.ndarray:
        return np.array([match.span() for match in words(text)], np.int64).reshape(-1, 2)

    def _encode(self, text: str) -> Encoded:
        rows = [_word_vector(f"{self.name} {stem(m.group())}", self.dimensions) for m in words(text)]
        tokens = np.array(rows, np.float32).reshape(-1, self.dimensions)
        total = tokens.sum(axis=0) + _word_vector(self.name, self.dimensions) * 0.01
        kept = tokens if self.reads else tokens[:0]
        return Encoded(total / np.linalg.norm(total), kept, self.spans(text)[: len(kept)])


@lru_cache(maxsize=10_000)
def _word_vector(word: str, dimensions: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with MiniLM's graph, built once for the whole run."""
    folder = tmp_path_factory.mktemp("models")
    MiniLM(folder)
    return folder


@pytest.fixture(scope="session")
def minilm(model_folder: Path) -> MiniLM:
    return MiniLM(model_folder)


@pytest.fixture
def open_index(tmp_path: Path) -> Iterator[Callable[..., Index]]:
    """Opens an index with certain embedders in a folder's subfolder; all are closed after the test."""
    indexes: list[Index] = []

    def make(*embedders: Any, home: str = "home", reader: Any = None, database: str | None = None) -> Index:
        indexes.append(index_in(tmp_path / home, embedders or (WordEmbedder(),), reader, database))
        return indexes[-1]

    yield make
    for index in indexes:
        close(index)


def index_in(home: Path, embedders: Sequence[Any], reader: Any = None, database: str | None = None) -> Index:
    """An index in a home; the first embedder reads the questions unless a reader is given."""
    home.mkdir(parents=True, exist_ok=True)
    engine = open_database(database or f"sqlite:///{home / 'ragtime.db'}")
    migrate(engine, HISTORY, "knowledge")
    return Index(engine, connect(home / "chroma", None), tuple(embedders), reader or embedders[0])


def close(index: Index) -> None:
    """Closes an index, so that another process's writes are seen when it is opened again."""
    index.engine.dispose()
    assert isinstance(index.chroma, Client)
    index.chroma.close()


@contextmanager
def opened(home: Path, *embedders: Any) -> Iterator[Index]:
    """An index in a home, for as long as the context lasts."""
    index = index_in(home, embedders or (WordEmbedder(),))
    try:
        yield index
    finally:
        close(index)


def home_with_model(home: Path, model_folder: Path) -> Path:
    """A home that has MiniLM's graph already, so that no process needs to build it."""
    shutil.copytree(model_folder, home / "models")
    return home


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Writes files below a folder, and returns it."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return root


def sync(
    index: Index,
    root: Path,
    docs_url: str | None = None,
    report: Callable[[SyncProgress], None] | None = None,
    only: Sequence[str] = (),
) -> SyncReport:
    return sync_folder(index, root, docs_url, report or (lambda _: None), only)


def counts(report: SyncReport) -> dict[str, int]:
    """What a sync did, without the zeros."""
    names = ("added", "changed", "moved", "removed", "unchanged")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def wanted(root: Path, docs_url: str | None = None) -> Snapshot:
    """What an index of the folder is to hold, worked out from the files alone."""
    rules = load_rules(root)
    found: Snapshot = {}
    for entry in walk(root):
        if not isinstance(entry, FoundFile):
            continue
        try:
            document = load(root, entry, rules, docs_url)
        except UnreadableDocument:
            continue
        found[document.path] = (
            document.title,
            audience_key(document.audience),
            document.url,
            document.model_allowed,
            tuple(piece.embedding_text for piece in chunk(document.title, document.blocks)),
        )
    return found


def held(index: Index) -> Snapshot:
    """What an index holds."""
    found: Snapshot = {}
    with index.engine.connect() as connection:
        for document in connection.execute(select(documents)).all():
            rows = connection.execute(
                select(chunks).where(chunks.c.document_id == document.id).order_by(chunks.c.ordinal)
            ).all()
            found[document.path] = (
                document.title,
                document.audience,
                document.url,
                document.model_allowed,
                tuple(chunk_of(row._mapping, document.title).embedding_text for row in rows),
            )
    return found


def ailments(index: Index) -> list[str]:
    """What does not fit together in an index between syncs; nothing where all is well."""
    found: list[str] = []
    vectors = open_vectors(index.chroma, index.embedder.name)
    with index.engine.connect() as connection:
        rows = connection.execute(
            select(
                chunks,
                documents.c.title,
                documents.c.audience,
                documents.c.model_allowed,
                documents.c.version.label("served"),
            ).join(documents, documents.c.id == chunks.c.document_id)
        ).all()
        ids = set(connection.scalars(select(chunks.c.id)))
        in_words = set(connection.scalars(text(WORDS[connection.dialect.name])))
        discarded = set(connection.scalars(select(discarded_vectors.c.vector_id)))
    if len(rows) != len(ids):
        found.append("chunks without a document")
    found += [f"chunk {row.id} is of another version" for row in rows if row.version != row.served]
    if in_words != ids:
        found.append(f"words: {len(in_words - ids)} too many, {len(ids - in_words)} too few")
    rows = [row for row in rows if row.model_allowed or not index.embedder.remote]
    if (in_chroma := vectors.ids()) != (due := {row.id for row in rows}):
        found.append(f"vectors: {len(in_chroma - due)} too many, {len(due - in_chroma)} too few")
    if discarded:
        found.append(f"{len(discarded)} vectors still noted as discarded")
    places = {"everyone": vectors.everyone, "restricted": vectors.restricted}
    stored = {name: _vectors_in(place) for name, place in places.items()}
    texts = [chunk_of(row._mapping, row.title).embedding_text for row in rows]
    for row, made in zip(rows, index.embedder.encode(texts), strict=True):
        at = stored["everyone" if row.audience == "everyone" else "restricted"].get(row.id)
        if at is None:
            found.append(f"chunk {row.id} is not in its collection")
        elif at @ made.vector < 0.999:
            found.append(f"chunk {row.id} has another chunk's vector")
    return found


def _vectors_in(place: ChromaCollection) -> dict[int, np.ndarray]:
    """All of a collection's vectors, by the id of their chunk."""
    held = place.get(include=["embeddings"])
    vectors = np.asarray(held["embeddings"])
    return {int(name): vectors[row] for row, name in enumerate(held["ids"])}


def paths(found: Sequence[StoredChunk]) -> list[str]:
    """The documents of chunks, each once, in order."""
    return list(dict.fromkeys(stored.document.path for stored in found))
