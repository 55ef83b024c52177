"""Opens the team's knowledge: the database, Chroma, the embedders. One process owns an embedded store."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from knowledge.database import migrate
from knowledge.embeddings.choice import EmbedderSettings, at_hand, local_embedder
from knowledge.errors import AdminError
from knowledge.index import EMBEDDER, Index, state
from knowledge.tables import HISTORY
from knowledge.vectors import connect, drop_vectors

LOCK = "owner.lock"


class HomeInUse(AdminError):
    """Another process owns this home."""


class HomeUnusable(AdminError):
    """The folder cannot be made or written to."""


def own(home: Path) -> FileLock:
    """Takes a home for this process, until the lock is released or the process ends.

    Chroma's embedded store is not safe for two processes, so whoever opens it holds this lock.

    Raises:
        HomeInUse: another process has it.
        HomeUnusable: it cannot be made or written to.
    """
    lock = FileLock(home / LOCK)
    make(home)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise HomeInUse(f"{home} is in use by another Ragtime process") from None
    except OSError as error:
        raise _unusable(home, error) from None
    return lock


def make(home: Path) -> None:
    """Makes the folder where it is not there yet.

    Raises:
        HomeUnusable: it cannot be made.
    """
    try:
        # What people ask is in it. A home that is there already keeps the permissions that it was given.
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(home, error) from None


def _unusable(home: Path, error: OSError) -> HomeUnusable:
    reason = (error.strerror or str(error)).lower()
    return HomeUnusable(
        f"{home} cannot be used ({reason}): make it writable, or set RAGTIME_HOME to another folder"
    )


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
