"""The registry's tables: which documents are indexed, cut into which chunks, under which embedder."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HISTORY = Path(__file__).parent / "migrations"

metadata = MetaData()

# A document's chunks are those of its `version`; rows of another version are being written or thrown
# away, and no search returns them.
documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("path", String, nullable=False),
    Column("title", String, nullable=False),
    Column("url", String),
    # The audience's principals, sorted and joined: few distinct ones, so a search can name them all.
    Column("audience", String, nullable=False, index=True),
    Column("model_allowed", Boolean, nullable=False),
    # What the source can tell without reading the document; equal stamps mean an unchanged one.
    Column("stamp", String, nullable=False),
    # Of all that its chunks depend on.
    Column("content_hash", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("indexed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("source", "path"),
)

chunks = Table(
    "chunks",
    metadata,
    # Also the vector's id in Chroma and the row's in the lexical index; never given twice.
    Column("id", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("heading_path", JSON, nullable=False),
    Column("units", JSON, nullable=False),
    Column("anchor", String),
    Column("page", Integer),
    # Of the chunk's text alone: the same passage in two documents counts once in a search.
    Column("text_hash", String, nullable=False),
    # Token vectors in short (see knowledge.tokens).
    Column("tokens", LargeBinary),
    Index("chunks_by_document", "document_id", "version"),
    sqlite_autoincrement=True,
)

# Vectors that no chunk needs any more but that Chroma may still hold.
discarded_vectors = Table(
    "discarded_vectors",
    metadata,
    Column("vector_id", Integer, primary_key=True, autoincrement=False),
)

# Files that could not be read, so that they are not parsed anew while they are unchanged.
unreadable_files = Table(
    "unreadable_files",
    metadata,
    Column("source", String, primary_key=True),
    Column("path", String, primary_key=True),
    # As a document's.
    Column("stamp", String, nullable=False),
    Column("reason", Text, nullable=False),
    # In seconds since the epoch.
    Column("tried_at", Integer, nullable=False),
)

# Facts about the index as a whole: name and value.
index_state = Table(
    "index_state",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
