"""From a question to its complete answer, and the memory that it takes, at several sizes of the index.

Ours is the whole keyless answer, in a channel, with the audience filter on. The peer's is its retrieval
alone: without a key the tutorial has no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.figures import Figure, percentile
from tests.bench.fresh import in_fresh_process, peak_memory
from tests.bench.large import PLACE, Built, Say, prepared
from tests.evaluation.labels import read_questions

PART = "latency"
ROUNDS = 3
QUESTIONS = 50
QUESTIONS_FILE = Path(__file__).parents[1] / "evaluation" / "data" / "sample.jsonl"
# Milliseconds for the median, by number of chunks; and bytes.
BARS = {10_000: 150.0, 100_000: 300.0}
MEMORY_BAR = 1024.0
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What a fresh process took: seconds from its start to the first answer, and of each after it.

    `processor` is seconds of all processor cores together for an answer after the first, on average.
    """

    first: float
    later: tuple[float, ...]
    processor: float
    peak_bytes: int


def measure(cache: Path, sizes: Sequence[int], say: Say) -> Iterator[Figure]:
    """Latency and memory at each size, ours and the peer's processes by turns."""
    asked = [question["question"] for question in read_questions(QUESTIONS_FILE) if not question["history"]]
    questions = asked[:QUESTIONS]
    for size, built in zip(sizes, prepared(cache, sizes, say), strict=True):
        ours: list[Asked] = []
        peer: list[Asked] = []
        for number in range(1, ROUNDS + 1):
            say(f"Asking {len(questions)} questions at {built.chunks:,} chunks, round {number} of {ROUNDS}")
            ours.append(in_fresh_process(ask_ours, built, questions, time.time()))
            peer.append(in_fresh_process(ask_peer, built, questions, time.time()))
        yield from figures(size, ours, peer)


def figures(size: int, ours: Sequence[Asked], peer: Sequence[Asked]) -> Iterator[Figure]:
    """The figures of one size from all rounds."""
    at = f"at {size:,} chunks"
    for share, bar in ((0.5, BARS.get(size)), (0.95, None)):
        name = f"Answer {at}, p{share * 100:.0f}"
        yield Figure(PART, name, "ms", "less", _later(ours, share), _later(peer, share), bar)
    processor = [1_000 * median(asked.processor for asked in side) for side in (ours, peer)]
    yield Figure(PART, "  processor time", "ms", "less", *processor)
    first = [median(asked.first for asked in side) for side in (ours, peer)]
    yield Figure(PART, "  first answer of a fresh process", "s", "less", *first)
    peak = [max(asked.peak_bytes for asked in side) / _MIB for side in (ours, peer)]
    yield Figure(PART, "  peak memory", "MiB", "less", *peak, bar=MEMORY_BAR)


def ask_ours(built: Built, questions: Sequence[str], started: float) -> Asked:
    """Answers questions as the bot does, in this process; `started` is the clock's time at its start."""
    from chains.answer import AnswerChain
    from chains.contract import Question
    from knowledge.database import open_database
    from knowledge.embeddings.choice import EmbedderSettings
    from knowledge.home import own
    from knowledge.opening import open_index

    with own(built.home):
        engine = open_database(f"sqlite:///{built.home / 'ragtime.db'}")
        chain = AnswerChain(open_index(built.home, engine, None, EmbedderSettings()))

        def answer(question: str) -> None:
            for _ in chain.stream(Question(question, PLACE)):
                pass

        return _timed(answer, questions, started)


def ask_peer(built: Built, questions: Sequence[str], started: float) -> Asked:
    """The same for the peer."""
    from knowledge.embeddings.minilm import MiniLM
    from tests.bench.peer import TOP, open_store

    store = open_store(built.peer, MiniLM(built.models))
    return _timed(lambda question: store.similarity_search(question, k=TOP), questions, started)


def _timed(answer: Callable[[str], object], questions: Sequence[str], started: float) -> Asked:
    first, *rest = questions
    answer(first)
    until_first = time.time() - started
    seconds: list[float] = []
    processor = time.process_time()
    for question in rest:
        before = time.perf_counter()
        answer(question)
        seconds.append(time.perf_counter() - before)
    processor = (time.process_time() - processor) / len(rest)
    return Asked(until_first, tuple(seconds), processor, peak_memory())


def _later(side: Sequence[Asked], share: float) -> float:
    return 1_000 * percentile([seconds for asked in side for seconds in asked.later], share)
