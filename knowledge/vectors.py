"""The vectors, in Chroma: embedded in a folder, or on a server.

What everyone may see is in a collection of its own, searched without a filter; the rest is in a second
one, filtered by audience inside the search (a filter costs in proportion to what it matches). The
collections carry the embedder's name, so that two embedders' vectors are never mixed.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
import numpy as np

from knowledge.access import EVERYONE
from knowledge.addresses import without_secrets
from knowledge.errors import AdminError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

# Neighbours kept and looked at by Chroma's HNSW graphs: its defaults (16, 100, 100) lose some of the
# best ten among 100,000 vectors.
HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
# Chroma refuses more in one call (its own bound is 5,461); a single large document may have more chunks.
AT_ONCE = 4_000
ANSWER_SECONDS = 10.0
# For one call, be it to write thousands of vectors.
CALL_SECONDS = 60.0
SERVER_ADVICE = "start it (`chroma run`), or correct CHROMA_URL, or unset it for the embedded store"
FOLDER_ADVICE = "move that folder away: the next sync makes its vectors anew"


class VectorsUnavailable(AdminError):
    """Chroma cannot be reached or opened; the message says what to do."""


class VectorsGone(VectorsUnavailable):
    """The collections were deleted, or replaced, since they were opened: they are to be opened again."""


def connect(folder: Path, url: str | None) -> ClientAPI:
    """A client for the Chroma server at `url`, or for the embedded store in `folder`.

    A name and a password in the address are sent along with each call (HTTP's basic authentication).
    Make one a process and pass it around: two on one folder do not see each other's writes.

    Raises:
        VectorsUnavailable: no server answers, or the folder cannot be used.
    """
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    try:
        if url is not None:
            # Chroma's own client would wait for minutes for a server that does not answer.
            _ask_heartbeat(url)
        if url is None:
            return chromadb.PersistentClient(str(folder), settings)
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        client = chromadb.HttpClient(
            parts.hostname or "",
            parts.port or (443 if secure else 8000),
            ssl=secure,
            headers=_authorization(parts),
            settings=settings,
        )
        _limit_waiting(client)
        return client
    except Exception as error:
        reason = " ".join(str(error).split()).rstrip(".?")
        advice = SERVER_ADVICE if url else FOLDER_ADVICE
        said = f"Chroma at {url or folder} cannot be used ({reason}): {advice}"
        raise VectorsUnavailable(without_secrets(said, url or "")) from error


def _authorization(parts: SplitResult) -> dict[str, str]:
    """The header for the name and password in an address: Chroma's client does not look for them there."""
    if parts.username is None:
        return {}
    named = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(named.encode()).decode()}"}


def _limit_waiting(client: ClientAPI) -> None:
    """Has calls of a server that hangs end at some time: by itself the client waits for ever."""
    from chromadb.api.client import Client
    from chromadb.api.fastapi import FastAPI

    # There is no setting for it.
    assert isinstance(client, Client)
    assert isinstance(client._server, FastAPI)
    client._server._session.timeout = httpx.Timeout(CALL_SECONDS, connect=ANSWER_SECONDS)


@contextmanager
def _asked() -> Iterator[None]:
    """A call of Chroma, whose failures are told from those of ours.

    Raises:
        VectorsUnavailable: the call failed.
    """
    try:
        yield
    except Exception as error:
        from chromadb.errors import ChromaError, NotFoundError

        if isinstance(error, (httpx.HTTPError, ChromaError)):
            reason = " ".join(str(error).split()) or type(error).__name__
            kind = VectorsGone if isinstance(error, NotFoundError) else VectorsUnavailable
            raise kind(f"Chroma does not answer ({reason})") from error
        raise


def check_server(url: str) -> None:
    """Asks a Chroma server whether it is there.

    Raises:
        VectorsUnavailable: it does not answer.
    """
    try:
        _ask_heartbeat(url)
    except httpx.HTTPError as error:
        said = f"Chroma at {url} does not answer ({' '.join(str(error).split())}): {SERVER_ADVICE}"
        raise VectorsUnavailable(without_secrets(said, url)) from error


def _ask_heartbeat(url: str) -> None:
    httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=ANSWER_SECONDS).raise_for_status()


@dataclass(frozen=True, slots=True)
class Vectors:
    """One embedder's vectors: one collection for everyone, one for the restricted rest."""

    everyone: ChromaCollection
    restricted: ChromaCollection

    def add(self, ids: Sequence[int], vectors: np.ndarray, audiences: Sequence[str]) -> None:
        """Adds vectors (n, d), or replaces those with these ids."""
        for collection, wanted in ((self.everyone, True), (self.restricted, False)):
            rows = [row for row, audience in enumerate(audiences) if _is_everyone(audience) is wanted]
            for start in range(0, len(rows), AT_ONCE):
                part = rows[start : start + AT_ONCE]
                collection.upsert(
                    ids=[str(ids[row]) for row in part],
                    embeddings=np.ascontiguousarray(vectors[part], np.float32),
                    metadatas=None if wanted else [{"audience": audiences[row]} for row in part],
                )

    def remove(self, ids: Collection[int]) -> None:
        """Removes vectors by id; unknown ids are passed over."""
        named = [str(vector_id) for vector_id in ids]
        for start in range(0, len(named), AT_ONCE):
            for collection in (self.everyone, self.restricted):
                collection.delete(ids=named[start : start + AT_ONCE])

    def search(self, vector: np.ndarray, audiences: Collection[str], limit: int) -> list[tuple[int, float]]:
        """The nearest vectors among these audiences: ids and cosine similarities, best first.

        Raises:
            VectorsUnavailable: Chroma does not answer.
        """
        found: list[tuple[int, float]] = []
        named = sorted(audience for audience in audiences if not _is_everyone(audience))
        with _asked():
            if any(map(_is_everyone, audiences)):
                found += _query(self.everyone, vector, limit, None)
            if named:
                found += _query(self.restricted, vector, limit, named)
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def similarities(self, vector: np.ndarray, ids: Sequence[int]) -> dict[int, float]:
        """The cosine similarity of certain vectors to one of unit length.

        Raises:
            VectorsUnavailable: Chroma does not answer.
        """
        found: dict[int, float] = {}
        for collection in (self.everyone, self.restricted):
            missing = [str(vector_id) for vector_id in ids if vector_id not in found]
            if missing:
                with _asked():
                    got = collection.get(ids=missing, include=["embeddings"])
                stored = np.asarray(got["embeddings"], np.float32).reshape(-1, len(vector))
                norms = np.maximum(np.linalg.norm(stored, axis=1), 1e-9)
                found |= dict(zip(map(int, got["ids"]), (stored @ vector / norms).tolist(), strict=True))
        return found

    def count(self) -> int:
        """How many vectors are held."""
        return self.everyone.count() + self.restricted.count()

    def ids(self) -> set[int]:
        """The ids of all vectors held."""
        return {
            int(vector_id)
            for collection in (self.everyone, self.restricted)
            for vector_id in collection.get(include=[])["ids"]
        }


def open_vectors(client: ClientAPI, embedder: str) -> Vectors:
    """An embedder's collections, made where they do not exist yet.

    Raises:
        VectorsUnavailable: Chroma does not answer.
    """
    with _asked():
        everyone, restricted = (
            client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": HNSW})  # pyright: ignore[reportArgumentType]
            for name in _names(embedder)
        )
    return Vectors(everyone, restricted)


def drop_vectors(client: ClientAPI, embedder: str) -> None:
    """Deletes an embedder's collections, if they exist."""
    existing = {collection.name for collection in client.list_collections()}
    for name in existing.intersection(_names(embedder)):
        client.delete_collection(name)


def _names(embedder: str) -> tuple[str, str]:
    slug = re.sub(r"[^A-Za-z0-9]+", "-", embedder).strip("-")
    return f"everyone-{slug}", f"restricted-{slug}"


def _is_everyone(audience: str) -> bool:
    """Whether an audience, as stored, is everyone inside the company and nobody else."""
    return audience == EVERYONE


def _query(
    collection: ChromaCollection, vector: np.ndarray, limit: int, audiences: Sequence[str] | None
) -> list[tuple[int, float]]:
    result = collection.query(
        query_embeddings=np.asarray([vector], np.float32),
        n_results=limit,
        where={"audience": {"$in": list(audiences)}} if audiences else None,
        include=["distances"],
    )
    distances = result["distances"] or [[]]
    return [(int(i), 1 - distance) for i, distance in zip(result["ids"][0], distances[0], strict=True)]
