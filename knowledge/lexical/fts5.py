"""The lexical index in SQLite: its full-text search, FTS5.

The audience stands in the index as a term of its own that every search demands, so that what a place may
not see is filtered inside the search. BM25 is FTS5's own (k1 = 1.2, b = 0.75), its terms stemmed by
Porter's algorithm.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, text

from knowledge.documents import Chunk
from knowledge.lexical.fields import BODY_WEIGHT, HEADINGS_WEIGHT, TITLE_WEIGHT, fields, rarity
from knowledge.terms import content_words


def audience_term(audience: str) -> str:
    """The term that stands for an audience in the index."""
    return "audience" + hashlib.sha256(audience.encode()).hexdigest()[:16]


def add(connection: Connection, rows: Iterable[tuple[int, Chunk]], audience: str) -> None:
    """Adds chunks with their ids."""
    values = [
        dict(zip(("title", "headings", "body"), fields(chunk), strict=True))
        | {"id": chunk_id, "audience": audience_term(audience)}
        for chunk_id, chunk in rows
    ]
    if values:
        connection.execute(
            text(
                "INSERT INTO chunks_fts (rowid, audience, title, headings, body) "
                "VALUES (:id, :audience, :title, :headings, :body)"
            ),
            values,
        )


def remove(connection: Connection, chunk_ids: Collection[int]) -> None:
    """Removes chunks by id."""
    if chunk_ids:
        connection.execute(
            text("DELETE FROM chunks_fts WHERE rowid = :id"), [{"id": chunk_id} for chunk_id in chunk_ids]
        )


def search(
    connection: Connection, question: str, audiences: Collection[str], limit: int
) -> list[tuple[int, float]]:
    """The best chunks for a question's words among these audiences: ids and BM25 scores, best first."""
    wanted = " OR ".join(f'"{word}"' for word in dict.fromkeys(content_words(question)))
    if not wanted or not audiences:
        return []
    allowed = " OR ".join(audience_term(audience) for audience in sorted(audiences))
    rows = connection.execute(
        text(
            "SELECT rowid, bm25(chunks_fts, 0.0, :title, :headings, :body) AS score FROM chunks_fts "
            "WHERE chunks_fts MATCH :query ORDER BY score LIMIT :limit"
        ),
        {
            "title": TITLE_WEIGHT,
            "headings": HEADINGS_WEIGHT,
            "body": BODY_WEIGHT,
            "query": f"audience: ({allowed}) AND {{title headings body}}: ({wanted})",
            "limit": limit,
        },
    )
    # FTS5 gives better matches lower numbers.
    return [(row.rowid, -row.score) for row in rows]


def inverse_frequencies(connection: Connection, wanted: Collection[str]) -> dict[str, float]:
    """How rare each term is."""
    total = connection.execute(text("SELECT count(*) FROM chunks_fts_docsize")).scalar_one()
    found: dict[str, int] = {}
    for term in wanted:
        count = connection.execute(
            text("SELECT doc FROM chunks_vocabulary WHERE term = :term"), {"term": term}
        ).scalar()
        found[term] = int(count or 0)
    return {term: rarity(total, n) for term, n in found.items()}
