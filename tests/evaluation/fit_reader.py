"""Fits the classifiers of the guide's reader, and says how well it reads people it has not seen.

    python -m tests.evaluation.fit_reader [--errors] [--write]

The dialogues of `data/guide-*.jsonl` are by one author a file: each author's figures come from weights
fitted on the others' alone, and on phrases and openings written to teach the reader, through the whole guide
as `ragtime eval guide` holds it. `--write` fits on all and writes `chains/guide/reader/weights.npz`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chains.guide.dialogue import Guide
from chains.guide.evaluation import metrics, play
from chains.guide.policy import POLICY
from chains.guide.reader import Reader
from chains.guide.reader.classifier import Fitted, Softmax
from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.material import kind
from chains.guide.reader.rules import find_hits
from chains.guide.reader.spans import plain
from chains.guide.reader.weighing import (
    NOTHING,
    answer_features,
    answers,
    remark_features,
    remarks,
    words_of,
)
from knowledge.embeddings.minilm import MiniLM

DATA = Path(__file__).with_name("data")
AUTHORS = ("dev", "a", "b", "c", "d")
PENALTY = 0.002
STEPS = 120
RATE = 0.1
# A word that fewer examples hold is not weighed.
FEWEST_EXAMPLES = 3
# A shorter answer says nothing without its question, so it is no example of a remark.
FEWEST_WORDS = 4
# Answers to other questions, which say nothing of a factor, are many: this share of them is enough.
OTHERS_KEPT = 0.3

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A message with the classes that it may be of, of which one is right."""

    text: str
    classes: frozenset[str]


class Encoder:
    """MiniLM that encodes no message twice."""

    def __init__(self, minilm: MiniLM) -> None:
        self.spans = minilm.spans
        self._one = cache(lambda text: minilm.encode([text])[0])

    def encode(self, texts: Sequence[str]) -> list[Any]:
        """As MiniLM's."""
        return [self._one(text) for text in texts]


def fit(
    dialogues: Sequence[Line], phrases: Sequence[Line], openings: Sequence[Line], encoder: Encoder
) -> Fitted:
    """The classifiers that these dialogues, phrases and openings make."""
    answered, remarked = {}, {}
    for factor in POLICY.factors:
        examples = list(_answers(dialogues, phrases, factor))
        answered[factor] = _softmax(examples, answers(factor), encoder, _features(answer_features, factor))
        examples = list(_remarks(dialogues, phrases, openings, factor))
        remarked[factor] = _softmax(examples, remarks(factor), encoder, _features(remark_features, factor))
    return Fitted(answered, remarked)


def _features(made: Callable[..., np.ndarray], factor: str) -> Callable[[np.ndarray, str], np.ndarray]:
    asked = (factor,) if made is answer_features else ()

    def features(vector: np.ndarray, low: str) -> np.ndarray:
        hits = [hit for hit in _hits(low, asked) if hit.factor == factor]
        return made(vector, low, hits, factor)

    return features


@cache
def _hits(low: str, asked: tuple[str, ...]) -> tuple[Hit, ...]:
    return tuple(find_hits(low, asked))


def _answers(dialogues: Sequence[Line], phrases: Sequence[Line], factor: str) -> Iterator[Example]:
    for line in dialogues:
        if factor in line["answers"]:
            yield _example(line["answers"][factor], line["gold_factors"].get(factor, UNSURE))
    for phrase in phrases:
        if phrase["factor"] == factor:
            yield _example(phrase["text"], phrase["value"] or UNSURE)


def _remarks(
    dialogues: Sequence[Line], phrases: Sequence[Line], openings: Sequence[Line], factor: str
) -> Iterator[Example]:
    chance = np.random.default_rng(0)
    for line in dialogues:
        gold = line["gold_factors"].get(factor)
        # What has a reply of its own may have been said in the opening all the same.
        either = (NOTHING,) if factor in line["answers"] else ()
        yield _example(line["opening"], gold or NOTHING, *either)
        for asked, text in line["answers"].items():
            if asked == factor and gold and len(text.split()) >= FEWEST_WORDS:
                yield _example(text, gold)
            elif asked != factor and chance.random() < OTHERS_KEPT:
                yield _example(text, NOTHING)
    for phrase in phrases:
        if len(phrase["text"].split()) < FEWEST_WORDS:
            continue
        if phrase["factor"] == factor and phrase["value"]:
            yield _example(phrase["text"], phrase["value"])
        elif phrase["factor"] != factor and chance.random() < OTHERS_KEPT:
            yield _example(phrase["text"], NOTHING)
    for opening in openings:
        yield _example(opening["text"], opening["values"].get(factor, NOTHING))


def _example(text: str, *values: str) -> Example:
    return Example(text, frozenset(kind(value) for value in values))


def _softmax(
    examples: Sequence[Example],
    classes: Sequence[str],
    encoder: Encoder,
    features: Callable[[np.ndarray, str], np.ndarray],
) -> Softmax:
    """A softmax with a penalty on large weights.

    Where several classes may be right, the likelier ones of a first fit count more in a second one
    (expectation and maximisation).
    """
    vectors = [encoded.vector for encoded in encoder.encode([each.text for each in examples])]
    plains = [plain(each.text) for each in examples]
    rows = np.array([features(vector, low) for vector, low in zip(vectors, plains, strict=True)])
    words = Words([sorted(words_of(low)) for low in plains])
    allowed = np.array([[name in each.classes for name in classes] for each in examples], np.float32)
    wanted = allowed / allowed.sum(axis=1, keepdims=True)
    weights = np.zeros((rows.shape[1] + 1 + len(words.vocabulary), len(classes)), np.float32)
    dense = np.c_[np.ones(len(rows), np.float32), rows]
    weights, likely = _descend(dense, words, wanted, weights)
    if (allowed.sum(axis=1) > 1).any():
        likely *= allowed
        weights, _ = _descend(dense, words, likely / likely.sum(axis=1, keepdims=True), weights)
    bias, dense_weights, each_word = np.split(weights, [1, dense.shape[1]])
    return Softmax(dense_weights, bias[0], dict(zip(words.vocabulary, each_word, strict=True)))


class Words:
    """Which words of their common vocabulary some texts hold, as a sparse matrix (texts, words)."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        counts = Counter(word for words in texts for word in words)
        self.vocabulary = [word for word, count in counts.items() if count >= FEWEST_EXAMPLES]
        column = {word: place for place, word in enumerate(self.vocabulary)}
        held = [(row, column[word]) for row, words in enumerate(texts) for word in words if word in column]
        self._rows, self._columns = np.array(held, np.int64).reshape(-1, 2).T
        self._texts = len(texts)

    def times(self, weights: np.ndarray) -> np.ndarray:
        """The product with (words, classes)."""
        columns = [np.bincount(self._rows, each[self._columns], self._texts) for each in weights.T]
        return np.stack(columns, axis=1)

    def transposed_times(self, slopes: np.ndarray) -> np.ndarray:
        """The product of its transpose with (texts, classes)."""
        columns = [np.bincount(self._columns, each[self._rows], len(self.vocabulary)) for each in slopes.T]
        return np.stack(columns, axis=1)


def _descend(
    dense: np.ndarray, words: Words, wanted: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights that make `wanted` likely, and how likely, by Adam (Kingma and Ba 2014, arXiv:1412.6980)."""
    penalty = np.full((len(start), 1), PENALTY, np.float32)
    penalty[0] = 0
    weights, width = start.copy(), dense.shape[1]
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        scores = dense @ weights[:width] + words.times(weights[width:])
        missed = ((_probabilities(scores) - wanted) / len(dense)).astype(np.float32)
        slope = np.r_[dense.T @ missed, words.transposed_times(missed)] + penalty * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights, _probabilities(dense @ weights[:width] + words.times(weights[width:]))


def _probabilities(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def read(path: Path) -> list[Line]:
    """The objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Prints each author's figures by the others' weights; with --write, fits on all and writes that."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--errors", action="store_true", help="list what was read wrong")
    parser.add_argument("--write", action="store_true", help="fit on all, and write the weights")
    options = parser.parse_args()
    written = {author: read(DATA / f"guide-{author}.jsonl") for author in AUTHORS}
    phrases, openings = (read(DATA / f"guide-{kind}.jsonl") for kind in ("phrases", "openings"))
    with tempfile.TemporaryDirectory(prefix="ragtime-fit-") as folder:
        encoder = Encoder(MiniLM(Path(folder)))
        lines: list[Line] = []
        items: list[Line] = []
        for author, own in written.items():
            rest = [line for name, others in written.items() if name != author for line in others]
            guide = Guide(Reader(encoder, classifiers=fit(rest, phrases, openings, encoder)))
            played = [play(guide, line, datetime.now(UTC)) for line in own]
            print(author, _row(metrics(own, played)), flush=True)
            lines += own
            items += played
        print("all", _row(metrics(lines, items)))
        if options.errors:
            _print_errors(lines, items)
        if options.write:
            everything = [line for own in written.values() for line in own]
            fit(everything, phrases, openings, encoder).save()


def _row(values: dict[str, float | None]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in values.items() if value is not None)


def _print_errors(lines: Sequence[Line], items: Sequence[Line]) -> None:
    for line, item in zip(lines, items, strict=True):
        for factor in POLICY.factors:
            gold, got = line["gold_factors"].get(factor), item["factors"].get(factor)
            if got is not None and got != gold:
                print(
                    line["id"], factor, f"{gold} read as {got}:", line["answers"].get(factor, line["opening"])
                )


if __name__ == "__main__":
    main()
