"""The lexical index in PostgreSQL: which term stands how often in which chunk, and BM25 over it in SQL.

PostgreSQL's own full-text search has no BM25, and extensions that have are not on every server. The
formula and its constants are those of SQLite's FTS5, so that both rank alike (Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the field weights counted into the
frequency).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)

from knowledge.documents import Chunk
from knowledge.lexical.fields import BODY_WEIGHT, HEADINGS_WEIGHT, TITLE_WEIGHT, fields, rarity
from knowledge.terms import stem, terms, words

K1 = 1.2
B = 0.75

# Of this database alone, as SQLite's virtual tables are of the other (see the registry's migrations).
METADATA = MetaData()
lexical_chunks = Table(
    "lexical_chunks",
    METADATA,
    Column("chunk_id", Integer, primary_key=True, autoincrement=False),
    Column("audience", String, nullable=False),
    # In words, of all fields together.
    Column("length", Integer, nullable=False),
)
lexical_terms = Table(
    "lexical_terms",
    METADATA,
    Column("term", String, primary_key=True),
    Column(
        "chunk_id", ForeignKey("lexical_chunks.chunk_id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    # Each field's counted by its weight.
    Column("frequency", Float, nullable=False),
)

_SEARCH = text(
    """
    SELECT found.chunk_id AS id,
           sum(wanted.idf * found.frequency * (:k1 + 1)
               / (found.frequency + :k1 * (1 - :b + :b * held.length / :mean))) AS score
    FROM unnest(CAST(:terms AS text[]), CAST(:idfs AS float8[])) AS wanted(term, idf)
    JOIN lexical_terms AS found ON found.term = wanted.term
    JOIN lexical_chunks AS held ON held.chunk_id = found.chunk_id
    WHERE held.audience = ANY(CAST(:audiences AS text[]))
    GROUP BY found.chunk_id
    ORDER BY score DESC, found.chunk_id
    LIMIT :limit
    """
)


def add(connection: Connection, rows: Iterable[tuple[int, Chunk]], audience: str) -> None:
    """Adds chunks with their ids."""
    held: list[dict[str, object]] = []
    found: list[dict[str, object]] = []
    for chunk_id, chunk in rows:
        frequencies: Counter[str] = Counter()
        length = 0
        for part, weight in zip(fields(chunk), (TITLE_WEIGHT, HEADINGS_WEIGHT, BODY_WEIGHT), strict=True):
            for match in words(part):
                frequencies[stem(match.group())] += weight  # pyright: ignore[reportArgumentType]  (counts weights)
                length += 1
        held.append({"chunk_id": chunk_id, "audience": audience, "length": length})
        found += [
            {"term": term, "chunk_id": chunk_id, "frequency": frequency}
            for term, frequency in frequencies.items()
        ]
    if held:
        connection.execute(insert(lexical_chunks), held)
    if found:
        connection.execute(insert(lexical_terms), found)


def remove(connection: Connection, chunk_ids: Collection[int]) -> None:
    """Removes chunks by id; their terms go with them."""
    if chunk_ids:
        connection.execute(delete(lexical_chunks).where(lexical_chunks.c.chunk_id.in_(chunk_ids)))


def search(
    connection: Connection, question: str, audiences: Collection[str], limit: int
) -> list[tuple[int, float]]:
    """The best chunks for a question's words among these audiences, best first."""
    total, mean = connection.execute(select(func.count(), func.avg(lexical_chunks.c.length))).one()
    holding = _holding(connection, set(terms(question)))
    if not holding or not audiences:
        return []
    rows = connection.execute(
        _SEARCH,
        {
            "terms": list(holding),
            "idfs": [_weight(total, count) for count in holding.values()],
            "mean": max(float(mean), 1.0),
            "audiences": sorted(audiences),
            "limit": limit,
            "k1": K1,
            "b": B,
        },
    )
    return [(row.id, float(row.score)) for row in rows]


def inverse_frequencies(connection: Connection, wanted: Collection[str]) -> dict[str, float]:
    """How rare each term is."""
    total = connection.execute(select(func.count()).select_from(lexical_chunks)).scalar_one()
    holding = _holding(connection, wanted)
    return {term: rarity(total, holding.get(term, 0)) for term in wanted}


def _holding(connection: Connection, wanted: Collection[str]) -> dict[str, int]:
    """How many chunks hold each of these terms; those that none holds are left out."""
    rows = connection.execute(
        select(lexical_terms.c.term, func.count())
        .where(lexical_terms.c.term.in_(wanted))
        .group_by(lexical_terms.c.term)
    )
    return {term: count for term, count in rows}


def _weight(total: int, holding: int) -> float:
    """FTS5's inverse frequency: a term that half of the chunks hold counts next to nothing."""
    return max(1e-6, math.log((total - holding + 0.5) / (holding + 0.5)))
