"""Fits what chooses passages and sentences and what refuses, and says how good it is on other documents.

    python -m tests.evaluation.fit QUESTIONS DOCS [QUESTIONS DOCS …] [--home DIR] [--write]

Each figure for a collection of documents comes from weights fitted on the others alone. `--write` fits on
all of them and writes `chains/extraction.toml` and `chains/refusal.toml`. Passages are judged by their
documents, sentences by the share of the gold quote's words that they hold.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.command_line.evaluation import read_questions
from chains import extract, refusal
from chains.evaluation import QUOTE_SHARE, holds, share_held
from chains.features import NAMES, candidates
from knowledge.access import Place
from knowledge.database import open_database
from knowledge.embeddings.choice import EmbedderSettings
from knowledge.index import Index
from knowledge.opening import open_index
from knowledge.retriever import Hit, path_share, search
from knowledge.sync import sync_folder

PLACE = Place.internal()
HITS = 20
PASSAGE_NAMES = ("dense", "lexical", "late", "unit", "path")
# Answerable questions that may be refused, and that may be answered with a doubt: means over collections.
FALSE_REFUSALS = 0.02
DOUBTS = 0.45
# False refusals at which collections are compared, each with a threshold of its own.
COMPARED_AT = 0.05
REFUSAL_PENALTY = 0.02


@dataclass
class Asked:
    """A question with what the search found for it."""

    question: dict[str, Any]
    hits: list[Hit]

    @property
    def gold(self) -> set[str]:
        return set(self.question["gold_docs"])


def listwise(groups: Sequence[tuple[np.ndarray, np.ndarray]], penalty: float, steps: int = 300) -> np.ndarray:
    """Weights under which, within each group (features, targets that sum to 1), the targets' softmax
    likelihood is greatest, by gradient descent (Adam); `penalty` holds weights of standardised features down.
    """
    spread = np.concatenate([features for features, _ in groups]).std(axis=0) + 1e-6
    scaled = [(features / spread, targets) for features, targets in groups]

    def gradient(weights: np.ndarray) -> np.ndarray:
        total = penalty * weights
        for features, targets in scaled:
            scores = features @ weights
            likely = np.exp(scores - scores.max())
            total = total + features.T @ (likely / likely.sum() - targets) / len(scaled)
        return total

    return _descend(gradient, len(spread), steps) / spread


def logistic(groups: Sequence[tuple[np.ndarray, np.ndarray]], penalty: float) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic model over collections of (features, answered: 0 or 1).

    A collection of n questions counts as the square root of n, lest a large one drown the others.
    """
    features, answered = np.concatenate([x for x, _ in groups]), np.concatenate([y for _, y in groups])
    counts = np.concatenate([np.full(len(y), len(y) ** -0.5) for _, y in groups])
    counts = counts / counts.sum()
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.c_[(features - mean) / spread, np.ones(len(features))]

    def gradient(weights: np.ndarray) -> np.ndarray:
        likely = 1 / (1 + np.exp(-scaled @ weights))
        return scaled.T @ (counts * (likely - answered)) + penalty * np.r_[weights[:-1], 0]

    found = _descend(gradient, scaled.shape[1], 800)
    weights = found[:-1] / spread
    return weights, float(found[-1] - mean @ weights)


def _descend(gradient: Callable[[np.ndarray], np.ndarray], size: int, steps: int) -> np.ndarray:
    """Adam (Kingma and Ba 2014, arXiv:1412.6980) with its usual decay rates."""
    weights, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for step in range(1, steps + 1):
        slope = gradient(weights)
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        weights = weights - 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def passage_features(hits: Sequence[Hit]) -> np.ndarray:
    """What a passage's score is made of, in the order of `PASSAGE_NAMES`."""
    dense, lexical = max(hit.dense for hit in hits), max(max(hit.lexical for hit in hits), 1e-9)
    return np.array(
        [
            [
                hit.dense / dense,
                hit.lexical / lexical,
                hit.late,
                max(hit.units_cosine, default=0.0),
                path_share(hit.question, hit.stored.document.path),
            ]
            for hit in hits
        ]
    )


def passage_groups(asked: Sequence[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Every passage found for each question, those of gold documents as the targets."""
    groups = []
    for item in asked:
        target = np.array([hit.stored.document.path in item.gold for hit in item.hits], float)
        if target.any():
            groups.append((passage_features(item.hits), target / target.sum()))
    return groups


def sentence_groups(asked: Sequence[Asked]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Every sentence found for each question, those that hold the gold quote or are part of it as targets."""
    groups = []
    for item in asked:
        quote = item.question.get("gold_quote")
        if not quote:
            continue
        found = candidates(item.hits)
        held = np.array([share_held(each.unit.text, quote) for each in found])
        within = np.array([share_held(quote, each.unit.text) for each in found])
        target = np.where((held >= QUOTE_SHARE) | ((within >= QUOTE_SHARE) & (held >= 0.25)), held, 0.0)
        if target.any():
            groups.append((np.array([each.values for each in found]), target / target.sum()))
    return groups


def hit_at(asked: Sequence[Asked], weights: np.ndarray, first: int) -> float:
    """The share of answerable questions with a gold document among the first few documents."""
    found = []
    for item in asked:
        if item.gold:
            order = np.argsort(-(passage_features(item.hits) @ weights))
            documents = list(dict.fromkeys(item.hits[i].stored.document.path for i in order))
            found.append(bool(item.gold & set(documents[:first])))
    return float(np.mean(found))


def quotes_held(asked: Sequence[Asked], weights: np.ndarray) -> float:
    """The share of gold quotes that the chosen sentences hold."""
    held = []
    for item in asked:
        if quote := item.question.get("gold_quote"):
            chosen = extract.choose(extract.rank(item.hits, weights))
            held.append(holds(" ".join(each.unit.text for each in chosen), quote))
    return float(np.mean(held))


def rightly(asked: Sequence[Asked], weights: np.ndarray) -> np.ndarray:
    """Whether each question would be answered with its gold quote, or without one from a gold document."""
    found = []
    for item in asked:
        chosen = extract.choose(extract.rank(item.hits, weights))
        quote = item.question.get("gold_quote")
        held = holds(" ".join(each.unit.text for each in chosen), quote) if quote else bool(item.gold)
        found.append(bool(item.gold) and held)
    return np.array(found)


def refusal_data(asked: Sequence[Asked], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The refusal's features, and whether each question has an answer."""
    features = [refusal.features(item.hits, extract.rank(item.hits, weights)) for item in asked]
    return np.array(features), np.array([float(bool(item.gold)) for item in asked])


def threshold(groups: Sequence[tuple[np.ndarray, np.ndarray]], weights: np.ndarray, share: float) -> float:
    """The score below which that share of answerable questions lies, as the mean over the collections."""
    return float(np.mean([np.quantile((x @ weights)[y == 1], share) for x, y in groups]))


def refused(scores: np.ndarray, answered: np.ndarray, below: float) -> tuple[float, float]:
    """What is below as shares: of what has no answer (or a wrong one), and of what has one."""
    return float((scores[answered == 0] < below).mean()), float((scores[answered == 1] < below).mean())


def ask(index: Index, questions: Sequence[dict[str, Any]]) -> list[Asked]:
    """The questions that stand alone, with the passages found."""
    alone = [question for question in questions if not question.get("history")]
    asked = [Asked(question, search(index, question["question"], PLACE, HITS)) for question in alone]
    return [item for item in asked if item.hits]


def collect(pairs: Sequence[tuple[Path, Path]], home: Path) -> dict[str, list[Asked]]:
    """Indexes each folder of documents and asks its questions; folders by name."""
    collected: dict[str, list[Asked]] = {}
    for questions, docs in pairs:
        place = home / docs.resolve().name
        place.mkdir(parents=True, exist_ok=True)
        engine = open_database(f"sqlite:///{place / 'ragtime.db'}")
        index = open_index(place, engine, None, EmbedderSettings("local"))
        print(f"{docs.name}: {sync_folder(index, docs, None, lambda _: None)}", flush=True)
        collected.setdefault(docs.resolve().name, []).extend(ask(index, read_questions(questions)))
    return collected


def report(collected: dict[str, list[Asked]]) -> None:
    """Prints each collection's figures, by weights from the others."""
    print(
        f"{'':28} n   hit@1  hit@5  quotes  refused right  wrongly  right at {COMPARED_AT:.0%} wrongly  "
        "doubted of wrong answers  of right"
    )
    for name, asked in collected.items():
        others = [item for other, items in collected.items() if other != name for item in items]
        passages = listwise(passage_groups(others), 0.01)
        sentences = listwise(sentence_groups(others), 0.03)
        judged = [refusal_data(items, sentences) for other, items in collected.items() if other != name]
        weights, _ = logistic(judged, REFUSAL_PENALTY)
        features, answered = refusal_data(asked, sentences)
        scores = features @ weights
        below = threshold(judged, weights, FALSE_REFUSALS)
        right, wrong = refused(scores, answered, below)
        said = scores >= below
        doubt, needless = refused(
            scores[said], rightly(asked, sentences)[said], threshold(judged, weights, DOUBTS)
        )
        at_best, _ = refused(scores, answered, threshold([(features, answered)], weights, COMPARED_AT))
        print(
            f"{name:28} {len(asked):<4}{hit_at(asked, passages, 1):.3f}  {hit_at(asked, passages, 5):.3f}  "
            f"{quotes_held(asked, sentences):.3f}   {right:.3f}          {wrong:.3f}    {at_best:.3f}"
            f"                  {doubt:.3f}                     {needless:.3f}",
            flush=True,
        )


def write(collected: dict[str, list[Asked]]) -> None:
    """Fits on all and writes the weights; those of passages are printed, as they stand in the retriever."""
    asked = [item for items in collected.values() for item in items]
    passages = listwise(passage_groups(asked), 0.01)
    shown = zip(PASSAGE_NAMES, passages / passages[PASSAGE_NAMES.index("late")], strict=True)
    print("Passages:", ", ".join(f"{name} {weight:.2f}" for name, weight in shown))
    sentences = listwise(sentence_groups(asked), 0.03)
    extract.WEIGHTS.write_text(
        "# What each feature of a sentence weighs when those that answer are chosen (chains/features.py).\n"
        "# Written by `python -m tests.evaluation.fit`.\n[weights]\n"
        + "".join(f"{name} = {weight:.3f}\n" for name, weight in zip(NAMES, sentences, strict=True))
    )
    judged = [refusal_data(items, sentences) for items in collected.values()]
    weights, bias = logistic(judged, REFUSAL_PENALTY)
    refuse, doubt = (
        1 / (1 + math.exp(-(threshold(judged, weights, share) + bias))) for share in (FALSE_REFUSALS, DOUBTS)
    )
    refusal.WEIGHTS.write_text(
        "# A logistic model of whether the documents answer (chains/refusal.py).\n"
        "# Written by `python -m tests.evaluation.fit`.\n"
        f"bias = {bias:.4f}\n"
        f"# Below it the answer is refused: {FALSE_REFUSALS:.0%} of answerable questions were in fitting,\n"
        f"# as the mean over the collections.\nrefuse_below = {refuse:.4f}\n"
        f"# Below it the answer comes with a doubt: {DOUBTS:.0%} of answerable ones.\n"
        f"unsure_below = {doubt:.4f}\n\n[weights]\n"
        + "".join(f"{name} = {weight:.4f}\n" for name, weight in zip(refusal.NAMES, weights, strict=True))
    )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pairs", nargs="+", type=Path, metavar="QUESTIONS DOCS")
    parser.add_argument("--home", type=Path, help="Keeps the indexes, so that a second run is quick.")
    parser.add_argument("--write", action="store_true", help="Fit on all and write the weights.")
    arguments = parser.parse_args()
    pairs = list(zip(arguments.pairs[::2], arguments.pairs[1::2], strict=True))
    with tempfile.TemporaryDirectory() as temporary:
        collected = collect(pairs, arguments.home or Path(temporary))
        report(collected)
        if arguments.write:
            write(collected)


if __name__ == "__main__":
    main()
