"""The index: what is known of every document and chunk, and where its vectors are."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, func, select

from knowledge.access import Place, may_read_key, talked_of
from knowledge.documents import Chunk, Link, Unit
from knowledge.embeddings.base import Embedder, TokenReader
from knowledge.tables import chunks, documents, index_state
from knowledge.vectors import Vectors, open_vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

EMBEDDER = "embedder"
# The columns that hold a chunk itself (`chunk_values`), without its tokens.
CHUNK_COLUMNS = ("ordinal", "heading_path", "units", "anchor", "page")


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document in the index."""

    id: int
    source: str
    path: str
    title: str
    url: str | None
    audience: str
    model_allowed: bool


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk in the index, with its document and its packed token vectors."""

    id: int
    document: DocumentRef
    chunk: Chunk
    text_hash: str
    tokens: bytes


@dataclass(frozen=True, slots=True)
class Index:
    """The registry's database, the vectors' store, and what makes the vectors.

    `embedders` are those at hand, first the one that the index is to be made with; another one serves
    the vectors that it made until they are replaced. `reader` gives token vectors.
    """

    engine: Engine
    chroma: ClientAPI
    embedders: tuple[Embedder, ...]
    reader: TokenReader
    # Kept open, by embedder: to open them costs as much as to search them.
    _opened: dict[str, Vectors] = field(init=False, default_factory=dict)
    _turns: threading.Lock = field(init=False, default_factory=threading.Lock)

    @property
    def embedder(self) -> Embedder:
        """The embedder that the index is to be made with."""
        return self.embedders[0]

    def audiences(self, connection: Connection, place: Place) -> list[str]:
        """The audiences, as stored, whose documents may be used in a place."""
        keys = connection.scalars(select(documents.c.audience).distinct())
        return [key for key in keys if may_read_key(key, place)]

    def count(self, place: Place) -> int:
        """How many documents may be used in a place."""
        if place.paths:
            return len(self.documents(place))
        with self.engine.connect() as connection:
            counts = connection.execute(
                select(documents.c.audience, func.count()).where(documents.c.version > 0).group_by("audience")
            )
            return sum(count for key, count in counts if may_read_key(key, place))

    def documents(self, place: Place) -> list[DocumentRef]:
        """The documents that may be used in a place, by path."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(documents).where(documents.c.version > 0).order_by(documents.c.path)
            )
            return [
                _document(row._mapping)
                for row in rows
                if may_read_key(row.audience, place) and talked_of(row.path, place)
            ]

    def talked_of(self, connection: Connection, chunk_ids: Collection[int], place: Place) -> set[int]:
        """Those of these chunks whose documents are used in a place, by their paths."""
        rows = connection.execute(
            select(chunks.c.id, documents.c.path)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(chunks.c.id.in_(chunk_ids))
        )
        return {row.id for row in rows if talked_of(row.path, place)}

    def has_restricted(self) -> bool:
        """Whether any document is not for everyone inside."""
        with self.engine.connect() as connection:
            keys = connection.scalars(select(documents.c.audience).distinct())
            return any(not may_read_key(key, Place.internal()) for key in keys)

    def in_service(self, connection: Connection) -> tuple[Vectors, Embedder] | None:
        """The vectors to search and the embedder that made them; None where there are none to use.

        Where another process replaced them since they were opened, they are VectorsGone: `let_go` of them.
        """
        name = state(connection, EMBEDDER)
        maker = next((embedder for embedder in self.embedders if embedder.name == name), None)
        if maker is None:
            return None
        vectors = self._opened.get(maker.name)
        if vectors is None:
            self._opened[maker.name] = vectors = open_vectors(self.chroma, maker.name)
        return vectors, maker

    def turn(self) -> AbstractContextManager[object]:
        """Whose turn it is to search: one thread at a time, where all that a search needs is in this process.

        Two that compute at once are no quicker than one after the other, but keep taking the interpreter from
        each other, and from whoever acknowledges an event. Where servers are asked, nobody waits for others.
        """
        asks_servers = (
            self.engine.dialect.name != "sqlite"
            or not self.chroma.get_settings().is_persistent
            or any(embedder.remote for embedder in self.embedders)
        )
        return nullcontext() if asks_servers else self._turns

    def let_go(self) -> None:
        """Has vectors opened anew when they are next used."""
        self._opened.clear()

    def load(
        self, connection: Connection, chunk_ids: Collection[int], audiences: Collection[str]
    ) -> dict[int, StoredChunk]:
        """The chunks with these ids that are in service and for these audiences.

        The second look at the audience, after the searches' own: what a search returns by mistake or
        from before a change is not used.
        """
        rows = connection.execute(
            select(chunks, documents)
            .join(documents, documents.c.id == chunks.c.document_id)
            .where(
                chunks.c.id.in_(chunk_ids),
                chunks.c.version == documents.c.version,
            )
        )
        # Not in the statement: SQLite would walk all documents of these audiences.
        allowed = set(audiences)
        return {stored.id: stored for stored in map(_stored, rows) if stored.document.audience in allowed}

    def around(self, stored: StoredChunk) -> Chunk:
        """A chunk with its neighbours in the same section: small chunks are found, larger ones read."""
        units = tuple(unit for piece in self.section(stored, 1) for unit in piece.units)
        return replace(stored.chunk, units=units or stored.chunk.units)

    def section(self, stored: StoredChunk, reach: int) -> list[Chunk]:
        """The chunks of a chunk's section, in reading order, at most `reach` before and after it."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(*(chunks.c[name] for name in CHUNK_COLUMNS))
                .join(documents, documents.c.id == chunks.c.document_id)
                .where(
                    chunks.c.document_id == stored.document.id,
                    chunks.c.version == documents.c.version,
                    chunks.c.ordinal.between(stored.chunk.ordinal - reach, stored.chunk.ordinal + reach),
                )
                .order_by(chunks.c.ordinal)
            ).all()
        near = [chunk_of(row._mapping, stored.chunk.title) for row in rows]
        return [piece for piece in near if piece.heading_path == stored.chunk.heading_path]


def state(connection: Connection, name: str) -> str | None:
    """A fact about the index as a whole."""
    return connection.scalar(select(index_state.c.value).where(index_state.c.name == name))


def chunk_values(chunk: Chunk) -> dict[str, Any]:
    """A chunk as the columns that hold it."""
    return {
        "ordinal": chunk.ordinal,
        "heading_path": list(chunk.heading_path),
        "units": [_compact(asdict(unit)) for unit in chunk.units],
        "anchor": chunk.anchor,
        "page": chunk.page,
    }


def chunk_of(row: Mapping[Any, Any], title: str) -> Chunk:
    """The chunk that columns hold."""
    return Chunk(
        ordinal=row["ordinal"],
        title=title,
        heading_path=tuple(row["heading_path"]),
        units=tuple(map(_unit, row["units"])),
        anchor=row["anchor"],
        page=row["page"],
    )


def _compact(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _unit(values: dict[str, Any]) -> Unit:
    return Unit(
        kind=values["kind"],
        text=values["text"],
        lead=values.get("lead", ""),
        marker=values.get("marker", ""),
        cells=tuple(values.get("cells", ())),
        header=tuple(values.get("header", ())),
        links=tuple(Link(**link) for link in values.get("links", ())),
    )


def _stored(row: Row[Any]) -> StoredChunk:
    values = row._mapping
    document = _document({column.name: values[column] for column in documents.c})
    return StoredChunk(
        id=values[chunks.c.id],
        document=document,
        chunk=chunk_of({column.name: values[column] for column in chunks.c}, document.title),
        text_hash=values[chunks.c.text_hash],
        tokens=values[chunks.c.tokens],
    )


def _document(values: Mapping[Any, Any]) -> DocumentRef:
    return DocumentRef(
        id=values["id"],
        source=values["source"],
        path=values["path"],
        title=values["title"],
        url=values["url"],
        audience=values["audience"],
        model_allowed=values["model_allowed"],
    )
