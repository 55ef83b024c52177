"""Search: vectors and BM25 fused, reranked by late interaction, behind one LangChain retriever.

Scores are fused rather than ranks: each ranking's scores are divided by the best one's and summed with
weights. The best few are then reranked by how well each of the question's tokens is met in the passage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from sqlalchemy import Connection

from knowledge import lexical, tokens
from knowledge.access import Place
from knowledge.embeddings.base import EmbeddingFailed, Encoded
from knowledge.index import Index, StoredChunk
from knowledge.terms import STOP_WORDS, stem, words

# Candidates that each of the two searches brings.
CANDIDATES = 50
# Fused candidates that are reranked.
RERANKED = 14
LEXICAL_WEIGHT = 0.3
INTERACTION_WEIGHT = 0.7
# What a stop word's token weighs beside the others, whose weight is their inverse frequency.
STOP_WORD_WEIGHT = 0.3
PUNCTUATION_WEIGHT = 0.05


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question as the searches see it: its tokens (n, d), their weights (n,), its terms' rarity."""

    text: str
    encoded: Encoded
    weights: np.ndarray
    rarity: dict[str, float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `score` orders the hits; the others say how it came about.

    `dense` is the cosine of question and passage, `lexical` BM25, `late` the late interaction (0 to 1).
    `passage_tokens` (m, d) are its token vectors, `similarities` (n, m) are the question's against them,
    `spans` (m, 2) where they stand in the passage's embedding text.
    """

    question: ReadQuestion
    stored: StoredChunk
    score: float
    dense: float
    lexical: float
    late: float
    similarities: np.ndarray
    spans: np.ndarray
    passage_tokens: np.ndarray


def search(index: Index, question: str, place: Place, limit: int = 10) -> list[Hit]:
    """The passages that answer a question best, among those that may be used in a place.

    The same passage in several documents counts once. Where a remote embedder fails, words alone are
    searched.
    """
    with index.engine.connect() as connection:
        audiences = index.audiences(connection, place)
        read = read_question(index, connection, question)
        by_words = dict(lexical.search(connection, question, audiences, CANDIDATES))
        by_meaning = _by_meaning(index, connection, read, audiences, by_words)
        fused = _fuse(by_meaning, by_words)
        best = sorted(fused, key=lambda chunk_id: -fused[chunk_id])[: RERANKED + limit]
        stored = index.load(connection, best, audiences)
    unique: dict[str, StoredChunk] = {}
    for chunk_id in best:
        if chunk_id in stored:
            unique.setdefault(stored[chunk_id].text_hash, stored[chunk_id])
    kept = list(unique.values())[: max(RERANKED, limit)]
    dimensions = read.encoded.tokens.shape[1]
    hits = [
        _rerank(read, candidate, fused[candidate.id], by_meaning, by_words, passage)
        for candidate, passage in zip(kept, _passages(index, kept, dimensions), strict=True)
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def read_question(index: Index, connection: Connection, question: str) -> ReadQuestion:
    """Encodes a question and weighs its tokens by how rare their words are among the documents."""
    encoded = index.reader.encode([question])[0]
    found = [match for match in words(question)]
    stems = {match.group(): stem(match.group()) for match in found}
    wanted = {stems[match.group()] for match in found if match.group().lower() not in STOP_WORDS}
    rarity = lexical.inverse_frequencies(connection, wanted)
    weights = np.full(len(encoded.tokens), PUNCTUATION_WEIGHT, np.float32)
    for match in found:
        inside = (encoded.spans[:, 0] >= match.start()) & (encoded.spans[:, 1] <= match.end())
        weights[inside] = rarity.get(stems[match.group()], STOP_WORD_WEIGHT)
    return ReadQuestion(question, encoded, weights, rarity)


def _by_meaning(
    index: Index,
    connection: Connection,
    question: ReadQuestion,
    audiences: list[str],
    by_words: dict[int, float],
) -> dict[int, float]:
    """Cosines of the nearest chunks, and of those that the words found."""
    serving = index.in_service(connection)
    if serving is None:
        return {}
    vectors, embedder = serving
    if index.reader is embedder:
        vector = question.encoded.vector
    else:
        try:
            vector = np.asarray(embedder.embed_query(question.text), np.float32)
        except EmbeddingFailed:
            return {}
    nearest = dict(vectors.search(vector, audiences, CANDIDATES))
    return nearest | vectors.similarities(vector, [i for i in by_words if i not in nearest])


def _fuse(by_meaning: dict[int, float], by_words: dict[int, float]) -> dict[int, float]:
    most_alike = max(by_meaning.values(), default=1.0)
    best_words = max(by_words.values(), default=1.0)
    return {
        chunk_id: by_meaning.get(chunk_id, 0.0) / most_alike
        + LEXICAL_WEIGHT * by_words.get(chunk_id, 0.0) / best_words
        for chunk_id in by_meaning.keys() | by_words.keys()
    }


def _passages(
    index: Index, stored: list[StoredChunk], dimensions: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Token vectors and spans of chunks: unpacked where they were kept, else made now."""
    texts = [item.chunk.embedding_text for item in stored]
    missing = [position for position, item in enumerate(stored) if item.tokens is None]
    made = (
        dict(zip(missing, index.reader.encode([texts[i] for i in missing]), strict=True)) if missing else {}
    )
    passages: list[tuple[np.ndarray, np.ndarray]] = []
    for position, item in enumerate(stored):
        if item.tokens is None:
            passages.append((made[position].tokens, made[position].spans))
        else:
            passages.append((tokens.unpack(item.tokens, dimensions), index.reader.spans(texts[position])))
    return passages


def _rerank(
    question: ReadQuestion,
    stored: StoredChunk,
    fused: float,
    by_meaning: dict[int, float],
    by_words: dict[int, float],
    passage: tuple[np.ndarray, np.ndarray],
) -> Hit:
    vectors, spans = passage
    similarities = tokens.interaction(question.encoded.tokens, vectors)
    late = tokens.maxsim(similarities, question.weights)
    return Hit(
        question=question,
        stored=stored,
        score=fused + INTERACTION_WEIGHT * late,
        dense=by_meaning.get(stored.id, 0.0),
        lexical=by_words.get(stored.id, 0.0),
        late=late,
        similarities=similarities,
        spans=spans,
        passage_tokens=vectors,
    )


class Retriever(BaseRetriever):
    """The search as a LangChain retriever, for one place. Each document's metadata holds its `hit`."""

    # Pydantic would look into the index's own fields.
    index: Any
    place: Place
    limit: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002  (LangChain's signature)
    ) -> list[LangChainDocument]:
        return [
            LangChainDocument(
                page_content=hit.stored.chunk.text,
                metadata={"hit": hit, "path": hit.stored.document.path, "score": hit.score},
            )
            for hit in search(self.index, query, self.place, self.limit)
        ]
