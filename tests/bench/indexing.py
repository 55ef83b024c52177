"""How fast a folder of documents becomes searchable, from an empty store on; and when nothing changed."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from knowledge.database import migrate, open_database
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from knowledge.sync import SyncReport, sync_folder
from knowledge.tables import HISTORY
from knowledge.vectors import connect
from tests.bench.figures import Figure
from tests.bench.large import Say
from tests.bench.peer import index_folder, load_documents, open_store

PART = "indexing"
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Round:
    """One round of one side: seconds by the clock, and of all processor cores together.

    `again` is the seconds of a second run over the unchanged folder.
    """

    seconds: float
    processor: float
    chunks: int
    again: float


def measure(docs: Path, say: Say) -> Iterator[Figure]:
    """Indexing speed over a folder, ours and the peer's by turns; medians."""
    ours: list[Round] = []
    peer: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="ragtime-bench-") as folder:
        model = MiniLM(Path(folder))
        model.encode(["The first pass sets the model up."])
        for number in range(ROUNDS):
            say(f"Indexing {docs.name}, round {number + 1} of {ROUNDS}")
            ours.append(_ours(docs, Path(folder) / f"ours-{number}", model))
            peer.append(_peer(docs, Path(folder) / f"peer-{number}", model))
    files = load_documents(docs)
    yield from figures(docs.name, len(files), sum(len(file.page_content) for file in files), ours, peer)


def figures(
    name: str, documents: int, characters: int, ours: list[Round], peer: list[Round]
) -> Iterator[Figure]:
    """The figures of all rounds; documents and characters are the folder's, chunks each side's own."""
    sides = (ours, peer)
    seconds = [median(each.seconds for each in side) for side in sides]
    about = f"{name}, {documents:,} documents"
    yield Figure(PART, f"Indexing {about}", "s", "less", *seconds)
    yield Figure(PART, "  documents", "1/s", "more", *(documents / taken for taken in seconds))
    yield Figure(PART, "  characters", "1/s", "more", *(characters / taken for taken in seconds))
    processor = [median(each.processor for each in side) for side in sides]
    yield Figure(PART, "  processor time", "s", "less", *processor)
    chunks = [side[0].chunks / taken for side, taken in zip(sides, seconds, strict=True)]
    yield Figure(PART, "  chunks (each its own)", "1/s", "more", *chunks)
    again = [median(each.again for each in side) for side in sides]
    yield Figure(PART, "A second time, nothing changed", "s", "less", *again)


def _ours(docs: Path, home: Path, model: MiniLM) -> Round:
    started, processor = time.perf_counter(), time.process_time()
    home.mkdir()
    engine = open_database(f"sqlite:///{home / 'ragtime.db'}")
    migrate(engine, HISTORY, "knowledge")
    index = Index(engine, connect(home / "chroma", None), (model,), model)
    report = _synced(index, docs)
    indexed, processor = time.perf_counter(), time.process_time() - processor
    _synced(index, docs)
    again = time.perf_counter() - indexed
    engine.dispose()
    return Round(indexed - started, processor, report.chunks, again)


def _synced(index: Index, docs: Path) -> SyncReport:
    return sync_folder(index, docs, None, lambda _: None)


def _peer(docs: Path, folder: Path, model: MiniLM) -> Round:
    """The tutorial keeps no record of what it indexed, so the second time costs what the first did."""
    started, processor = time.perf_counter(), time.process_time()
    chunks = index_folder(docs, open_store(folder, model))
    seconds = time.perf_counter() - started
    return Round(seconds, time.process_time() - processor, chunks, seconds)
