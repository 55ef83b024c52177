"""How well the right documents are found, and how often the right sentence is in the answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.command_line.evaluation import evaluate_rag, read_questions
from bot.config import load_settings
from chains.evaluation import metrics
from knowledge.embeddings.minilm import MiniLM
from tests.bench.figures import Figure
from tests.bench.large import Say
from tests.bench.peer import index_folder, open_store

PART = "quality"
# Distinct documents that count, and the chunks asked for to find as many.
DOCUMENTS, CHUNKS = 10, 60
# What the peer's best chunk is cut to: no more than our quotes may have.
WORDS = 80
NAMES = {
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "mrr_at_10": "mrr@10",
    "quote_recall": "gold quote in the answer",
}
BARS = {"hit_at_1": 0.80, "hit_at_5": 0.95, "quote_recall": 0.80}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file of questions and the folder of documents that they are about."""

    questions: Path
    docs: Path


def measure(sets: Sequence[Labelled], say: Say) -> Iterator[Figure]:
    """The metrics over each set, ours without a key, the peer's by the same rules."""
    for labelled in sets:
        name = labelled.questions.stem
        say(f"Asking the questions of {name}")
        ours = evaluate_rag(load_settings({}), labelled.questions, labelled.docs, None)
        say(f"Asking LangChain the questions of {name}")
        peer = peer_metrics(labelled)
        for metric, label in NAMES.items():
            yield Figure(
                PART, f"{name}: {label}", "", "more", ours[metric], peer[metric], bar=BARS.get(metric)
            )


def peer_metrics(labelled: Labelled) -> dict[str, float | None]:
    """The metrics of the peer: documents by their best chunk, the best chunk's first words as its answer."""
    questions = read_questions(labelled.questions)
    with tempfile.TemporaryDirectory(prefix="ragtime-bench-") as folder:
        model = MiniLM(Path(folder))
        store = open_store(Path(folder) / "peer", model)
        index_folder(labelled.docs, store)
        items = [
            _item(
                [
                    (hit.metadata["source"], hit.page_content)
                    for hit in store.similarity_search(text, k=CHUNKS)
                ]
            )
            for text in (question["question"] for question in questions)
        ]
    return metrics(questions, items)


def _item(chunks: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """An answer as the metrics take it, from the chunks found (document and text), best first."""
    documents = list(dict.fromkeys(document for document, _ in chunks))[:DOCUMENTS]
    return {
        "answer": " ".join(chunks[0][1].split()[:WORDS]) if chunks else "",
        "refused": False,
        "citations": [],
        "retrieved": [{"doc": document} for document in documents],
    }
