"""The lexical index: BM25 over titles, headings and text, in the SQL database (SQLite's FTS5).

The audience stands in the index as a term of its own that every search demands, so that what a place may
not see is filtered inside the search. BM25 is FTS5's own (k1 = 1.2, b = 0.75), its terms stemmed by
Porter's algorithm.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, text

from knowledge.documents import Chunk
from knowledge.terms import content_words

TITLE_WEIGHT = 2.0
HEADINGS_WEIGHT = 2.0


def audience_term(audience: str) -> str:
    """The term that stands for an audience in the index."""
    return "audience" + hashlib.sha256(audience.encode()).hexdigest()[:16]


def add(connection: Connection, rows: Iterable[tuple[int, Chunk]], audience: str) -> None:
    """Adds chunks with their ids. A list item's lead-in is counted with it where another chunk holds it."""
    values = [
        {
            "id": chunk_id,
            "audience": audience_term(audience),
            "title": chunk.title,
            "headings": " ".join(chunk.heading_path),
            "body": _body(chunk),
        }
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


def _body(chunk: Chunk) -> str:
    first = chunk.units[0]
    passage = chunk.text
    lead = first.lead if first.lead not in passage else ""
    return "\n".join(part for part in (lead, " ".join(first.header), passage) if part)


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
            "SELECT rowid, bm25(chunks_fts, 0.0, :title, :headings, 1.0) AS score FROM chunks_fts "
            "WHERE chunks_fts MATCH :query ORDER BY score LIMIT :limit"
        ),
        {
            "title": TITLE_WEIGHT,
            "headings": HEADINGS_WEIGHT,
            "query": f"audience: ({allowed}) AND {{title headings body}}: ({wanted})",
            "limit": limit,
        },
    )
    # FTS5 gives better matches lower numbers.
    return [(row.rowid, -row.score) for row in rows]


def inverse_frequencies(connection: Connection, wanted: Collection[str]) -> dict[str, float]:
    """How rare each term is: BM25's ln(1 + (N - n + 0.5) / (n + 0.5)), N chunks, n of which hold it."""
    total = connection.execute(text("SELECT count(*) FROM chunks_fts_docsize")).scalar_one()
    found: dict[str, int] = {}
    for term in wanted:
        count = connection.execute(
            text("SELECT doc FROM chunks_vocabulary WHERE term = :term"), {"term": term}
        ).scalar()
        found[term] = int(count or 0)
    return {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in found.items()}
