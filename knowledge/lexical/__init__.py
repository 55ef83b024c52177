"""The lexical index: BM25 over titles, headings and text, in the SQL database, updated in place.

SQLite has it built in (`fts5`); on PostgreSQL it is two plain tables (`postgres`), which need no
extension. Both split and stem words alike, count titles and headings more, and filter by audience inside
the search.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol, cast

from sqlalchemy import Connection

from knowledge.documents import Chunk
from knowledge.lexical import fts5, postgres


class _Lexical(Protocol):
    def add(self, connection: Connection, rows: Iterable[tuple[int, Chunk]], audience: str) -> None: ...
    def remove(self, connection: Connection, chunk_ids: Collection[int]) -> None: ...
    def search(
        self, connection: Connection, question: str, audiences: Collection[str], limit: int
    ) -> list[tuple[int, float]]: ...
    def inverse_frequencies(self, connection: Connection, wanted: Collection[str]) -> dict[str, float]: ...


def add(connection: Connection, rows: Iterable[tuple[int, Chunk]], audience: str) -> None:
    """Adds chunks with their ids. A list item's lead-in is counted with it where another chunk holds it."""
    _of(connection).add(connection, rows, audience)


def remove(connection: Connection, chunk_ids: Collection[int]) -> None:
    """Removes chunks by id; unknown ids are passed over."""
    _of(connection).remove(connection, chunk_ids)


def search(
    connection: Connection, question: str, audiences: Collection[str], limit: int
) -> list[tuple[int, float]]:
    """The best chunks for a question's words among these audiences: ids and BM25 scores, best first."""
    return _of(connection).search(connection, question, audiences, limit)


def inverse_frequencies(connection: Connection, wanted: Collection[str]) -> dict[str, float]:
    """How rare each term is: BM25's ln(1 + (N - n + 0.5) / (n + 0.5)), N chunks, n of which hold it."""
    return _of(connection).inverse_frequencies(connection, wanted)


def _of(connection: Connection) -> _Lexical:
    module = postgres if connection.dialect.name == "postgresql" else fts5
    return cast(_Lexical, module)
