"""Opens the team's knowledge: the database, Chroma, the embedders; in a home that this process owns."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from knowledge.database import migrate
from knowledge.embeddings.choice import EmbedderSettings, at_hand, local_embedder
from knowledge.index import EMBEDDER, Index, state
from knowledge.tables import HISTORY
from knowledge.vectors import connect, drop_vectors


def forget_vectors(engine: Engine, home: Path, chroma_url: str | None) -> None:
    """Has Chroma forget the vectors of the embedder in service: the next sync makes them anew.

    Raises:
        VectorsUnavailable: Chroma cannot be used.
    """
    migrate(engine, HISTORY, "knowledge")
    with engine.connect() as connection:
        in_service = state(connection, EMBEDDER)
    if in_service:
        drop_vectors(connect(home / "chroma", chroma_url), in_service)


def open_index(home: Path, engine: Engine, chroma_url: str | None, settings: EmbedderSettings) -> Index:
    """The index in a home that this process owns; its tables are brought to this version's schema.

    Raises:
        BadEmbedder, UntrustedModel: the embedder cannot be set up.
        VectorsUnavailable: Chroma cannot be used.
    """
    migrate(engine, HISTORY, "knowledge")
    with engine.connect() as connection:
        in_service = state(connection, EMBEDDER)
    local = local_embedder(home)
    return Index(engine, connect(home / "chroma", chroma_url), at_hand(settings, local, in_service), local)
