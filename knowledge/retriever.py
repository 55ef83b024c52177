"""Search: vectors and BM25 fused, reranked by late interaction, behind one LangChain retriever.

Scores are fused rather than ranks: each ranking's scores are divided by the best one's and summed with
weights. The best few are then reranked, mostly by how well each of the question's tokens is met in the
passage, and by the best of its sentences. The weights are fitted on several collections of documents, each
judged by weights from the others (`python -m tests.evaluation.fit`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
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
from knowledge.terms import STOP_WORDS, stem, terms, words
from knowledge.vectors import Vectors, VectorsGone

# Candidates that each of the two searches brings.
CANDIDATES = 50
# The same in a place where only some documents are used: those are chosen among these.
WIDE = 1_000
# Fused candidates that are reranked.
RERANKED = 24
# Of BM25 beside the cosine, when candidates are chosen.
LEXICAL_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts in a passage's score: cosine and BM25 (as shares of the best), late interaction, the
    cosine of its best sentence, the question's words in the document's path.
    """

    dense: float
    lexical: float
    late: float = 1.0
    unit: float = 0.6
    path: float = 0.2


LOCAL_WEIGHTS = Weights(dense=0.05, lexical=0.12)
# A larger embedder's cosine deserves more beside the small model's late interaction. Not fitted: no such
# embedder could be reached when the others were.
REMOTE_WEIGHTS = Weights(dense=1.0, lexical=0.3)
# What a stop word's token weighs beside the others, whose weight is their inverse frequency.
STOP_WORD_WEIGHT = 0.3
PUNCTUATION_WEIGHT = 0.05

_SEPARATORS = re.compile(r"[/_.-]+")


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

    `dense` is the cosine of question and passage, `lexical` BM25, `late` the late interaction of the whole
    passage, `heading` that of its title and headings; `units_late` and `units_cosine` (one number a unit)
    are its sentences' late interaction and cosine. `similarities` (n, m) are the question's tokens against
    the passage's.
    """

    question: ReadQuestion
    stored: StoredChunk
    score: float
    dense: float
    lexical: float
    late: float
    heading: float
    units_late: np.ndarray
    units_cosine: np.ndarray
    similarities: np.ndarray


def search(
    index: Index,
    question: str,
    place: Place,
    limit: int = 10,
    limited: Callable[[str], None] = lambda _: None,
) -> list[Hit]:
    """The passages that answer a question best, among those that may be used in a place.

    The same passage in several documents counts once. Where the question has no vector, words alone are
    searched, and `limited` is told why, in words for the admin.
    """
    with index.turn():
        try:
            return _search(index, question, place, limit, limited)
        except VectorsGone:
            index.let_go()
            return _search(index, question, place, limit, limited)


def _search(
    index: Index, question: str, place: Place, limit: int, limited: Callable[[str], None]
) -> list[Hit]:
    with index.engine.connect() as connection:
        audiences = index.audiences(connection, place)
        read = read_question(index, connection, question)
        wide = WIDE if place.paths else CANDIDATES
        by_words = dict(lexical.search(connection, question, audiences, wide))
        by_words = _talked_of(index, connection, by_words, place)
        by_meaning: dict[int, float] = {}
        weights = LOCAL_WEIGHTS
        try:
            vectors, vector = _vector_of(index, connection, read)
        except EmbeddingFailed as error:
            limited(str(error))
        else:
            by_meaning = _by_meaning(index, connection, vectors, vector, place, audiences, by_words)
            if vector is not read.encoded.vector:
                weights = REMOTE_WEIGHTS
        fused = _fuse(by_meaning, by_words)
        best = sorted(fused, key=lambda chunk_id: -fused[chunk_id])[: RERANKED + limit]
        stored = index.load(connection, best, audiences)
    unique: dict[str, StoredChunk] = {}
    for chunk_id in best:
        if chunk_id in stored:
            unique.setdefault(stored[chunk_id].text_hash, stored[chunk_id])
    kept = list(unique.values())[: max(RERANKED, limit)]
    reranker = _Reranker(read, by_meaning, by_words, *_shares(by_meaning, by_words), weights)
    dimensions = read.encoded.tokens.shape[1]
    hits = [
        reranker.hit(
            item, tokens.unpack(item.tokens, dimensions), index.reader.spans(item.chunk.embedding_text)
        )
        for item in kept
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


def _vector_of(index: Index, connection: Connection, question: ReadQuestion) -> tuple[Vectors, np.ndarray]:
    """The vectors in service, and the question's own among them.

    Raises:
        EmbeddingFailed: their embedder does not answer, or is not set up any more.
    """
    serving = index.in_service(connection)
    if serving is None:
        raise EmbeddingFailed(
            "No vectors of an embedder that is set up are there yet: the next sync makes them"
        )
    vectors, embedder = serving
    if index.reader is embedder:
        return vectors, question.encoded.vector
    return vectors, np.asarray(embedder.embed_query(question.text), np.float32)


def _by_meaning(
    index: Index,
    connection: Connection,
    vectors: Vectors,
    vector: np.ndarray,
    place: Place,
    audiences: list[str],
    by_words: dict[int, float],
) -> dict[int, float]:
    """Cosines of the nearest chunks, and of those that the words found."""
    nearest = dict(vectors.search(vector, audiences, WIDE if place.paths else CANDIDATES))
    nearest = _talked_of(index, connection, nearest, place)
    return nearest | vectors.similarities(vector, [i for i in by_words if i not in nearest])


def _talked_of(
    index: Index, connection: Connection, found: dict[int, float], place: Place
) -> dict[int, float]:
    """The best of those whose documents are used in the place."""
    if not place.paths:
        return found
    allowed = index.talked_of(connection, found, place)
    return dict([item for item in found.items() if item[0] in allowed][:CANDIDATES])


def _fuse(by_meaning: dict[int, float], by_words: dict[int, float]) -> dict[int, float]:
    dense, words = _shares(by_meaning, by_words)
    return {chunk_id: dense[chunk_id] + LEXICAL_WEIGHT * words[chunk_id] for chunk_id in dense}


def _shares(
    by_meaning: dict[int, float], by_words: dict[int, float]
) -> tuple[dict[int, float], dict[int, float]]:
    """Both searches' scores as shares of their best one's.

    What has no vector because it may not be sent to the embedder is judged by its words in both.
    """
    most_alike = max(by_meaning.values(), default=1.0)
    best_words = max(by_words.values(), default=1.0)
    found = by_meaning.keys() | by_words.keys()
    words = {chunk_id: by_words.get(chunk_id, 0.0) / best_words for chunk_id in found}
    dense = {
        chunk_id: by_meaning[chunk_id] / most_alike if chunk_id in by_meaning else words[chunk_id]
        for chunk_id in found
    }
    return dense, words


@dataclass(frozen=True, slots=True)
class _Reranker:
    question: ReadQuestion
    by_meaning: dict[int, float]
    by_words: dict[int, float]
    dense_shares: dict[int, float]
    lexical_shares: dict[int, float]
    weights: Weights

    def hit(self, stored: StoredChunk, passage: np.ndarray, spans: np.ndarray) -> Hit:
        """Scores a passage by its token vectors (m, d), which stand at `spans` in its embedding text."""
        question, chunk = self.question, stored.chunk
        similarities = tokens.interaction(question.encoded.tokens, passage)

        def late(inside: np.ndarray) -> float:
            return tokens.maxsim(similarities[:, inside], question.weights)

        units = [_inside(spans, start, end) for start, end in chunk.unit_spans()]
        units_cosine = np.array([_cosine(question.encoded.vector, passage[unit]) for unit in units])
        whole = tokens.maxsim(similarities, question.weights)
        weights = self.weights
        score = (
            weights.dense * self.dense_shares[stored.id]
            + weights.lexical * self.lexical_shares[stored.id]
            + weights.late * whole
            + weights.unit * max(units_cosine, default=0.0)
            + weights.path * path_share(question, stored.document.path)
        )
        return Hit(
            question=question,
            stored=stored,
            score=float(score),
            dense=self.by_meaning.get(stored.id, 0.0),
            lexical=self.by_words.get(stored.id, 0.0),
            late=whole,
            heading=late(_inside(spans, 0, len(chunk.context))),
            units_late=np.array([late(unit) for unit in units]),
            units_cosine=units_cosine,
            similarities=similarities,
        )


def share(question: ReadQuestion, held: Collection[str]) -> float:
    """The share of a question's terms that are held, each counted by its rarity."""
    total = sum(question.rarity.values())
    return sum(rarity for term, rarity in question.rarity.items() if term in held) / total if total else 0.0


def path_share(question: ReadQuestion, path: str) -> float:
    """The same share, of the words in a document's path."""
    return share(question, terms(_SEPARATORS.sub(" ", path)))


def _inside(spans: np.ndarray, start: int, end: int) -> np.ndarray:
    """The tokens that stand between two places in the text."""
    return np.flatnonzero((spans[:, 0] >= start) & (spans[:, 1] <= end))


def _cosine(vector: np.ndarray, members: np.ndarray) -> float:
    """Of a vector of unit length and the mean of others (m, d); 0 where there are none."""
    if not len(members):
        return 0.0
    mean = members.mean(axis=0)
    return float(mean @ vector / max(float(np.linalg.norm(mean)), 1e-9))


class Retriever(BaseRetriever):
    """The search as a LangChain retriever, for one place. Each document's metadata holds its `hit`.

    `limited` is told why words alone are searched, where they are.
    """

    # Pydantic would look into the index's own fields.
    index: Any
    place: Place
    limit: int = 10
    limited: Callable[[str], None] = lambda _: None

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
            for hit in search(self.index, query, self.place, self.limit, self.limited)
        ]
