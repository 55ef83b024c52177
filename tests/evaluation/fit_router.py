"""Fits the router's small classifier, and says how good it is on people whose lines it has not seen.

    python -m tests.evaluation.fit_router [--errors] [--write]

The lines of `data/router-*.jsonl` are by one author a file: each figure comes from weights fitted on the
others' alone, without the messages that both wrote. Questions about documents are read as further examples,
at less weight. There are two classifiers: one looks at what is written alone, the other, for what that one
is unsure of, at its meaning, too. `--write` fits both on all and writes `chains/routing/weights.npz`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from chains.router import LOOKED_AT
from chains.routing.classifier import ROUTES, Classifier, save
from chains.routing.features import Context, features, normal
from knowledge.embeddings.minilm import MiniLM

DATA = Path(__file__).with_name("data")
QUESTIONS = ("sample", "pagerduty-extra", "sourcegraph-handbook")
PENALTY = 0.001
STEPS = 200
# What was not written for the router counts less.
AUXILIARY = 0.3
# Lines that were collected because they went wrong: they are fitted on, and judged. How often such come up,
# and so how sure a route is, cannot be told from them.
COLLECTED = ("thread",)
# The share of sure routes that should be right.
SURE_RIGHT = 0.99


@dataclass(frozen=True)
class Line:
    """A message with its route."""

    text: str
    context: Context
    gold: str


@dataclass
class Written:
    """One author's lines: features, the routes' places, and how much each line counts in fitting."""

    lines: list[Line]
    features: np.ndarray
    routes: np.ndarray
    weights: np.ndarray


def fit(parts: Sequence[Written]) -> Classifier:
    """A softmax with a penalty on large weights, by Adam (Kingma and Ba 2014, arXiv:1412.6980)."""
    rows = np.concatenate([part.features for part in parts])
    rows = np.c_[rows, np.ones(len(rows), np.float32)]
    wanted = np.eye(len(ROUTES), dtype=np.float32)[np.concatenate([part.routes for part in parts])]
    counts = np.concatenate([part.weights for part in parts])
    counts = (counts / counts.sum())[:, None].astype(np.float32)
    penalty = np.full((rows.shape[1], 1), PENALTY, np.float32)
    penalty[-1] = 0
    weights = np.zeros((rows.shape[1], len(ROUTES)), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        likely = Classifier(weights[:-1], weights[-1], 1).probabilities(rows[:, :-1])
        slope = rows.T @ ((likely - wanted) * counts) + penalty * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        weights -= 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return Classifier(weights[:-1], weights[-1], 1)


def read_lines(path: Path) -> list[Line]:
    """The router's own lines."""
    return [Line(item["text"], item["context"], item["gold"]) for item in _objects(path)]


def read_questions(path: Path) -> list[Line]:
    """What people ask documents; a question in the middle of a guide is one all the same."""
    contexts: tuple[Context, ...] = ("channel", "dm", "guide_thread")
    return [
        Line(item["question"], "answer_thread" if item.get("history") else contexts[place % 3], "answer")
        for place, item in enumerate(_objects(path))
    ]


def prepared(lines: list[Line], encoder: MiniLM, weight: float = 1.0) -> Written:
    """The lines with their features."""
    said = [normal(line.text)[:LOOKED_AT] for line in lines]
    rows = [
        features(text, line.context, encoded.vector)
        for text, encoded, line in zip(said, encoder.encode(said), lines, strict=True)
    ]
    routes = np.array([ROUTES.index(line.gold) for line in lines])  # pyright: ignore[reportArgumentType]
    return Written(lines, np.array(rows, np.float32), routes, np.full(len(lines), weight))


def as_written(part: Written) -> Written:
    """The same without meaning, which stands last among the features."""
    return replace(part, features=part.features[:, : len(features("", "channel"))])


def held_out(written: dict[str, Written], others: Sequence[Written]) -> Iterator[tuple[str, np.ndarray]]:
    """Each author's name, and how likely each of their lines is which, by everybody else's lines."""
    for author, part in written.items():
        own = {normal(line.text) for line in part.lines}
        rest = [each for name, each in written.items() if name != author]
        unseen = [
            Written(
                each.lines,
                each.features,
                each.routes,
                each.weights * [normal(line.text) not in own for line in each.lines],
            )
            for each in (*rest, *others)
        ]
        yield author, fit(unseen).probabilities(part.features)


def sure_above(likely: np.ndarray, right: np.ndarray) -> float:
    """The least probability from which so many of the routes are right as sure ones should be."""
    order = np.argsort(-likely)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= SURE_RIGHT)
    return float(likely[order[enough[-1]]]) if len(enough) else 1.0


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="Print the lines that went wrong.")
    parser.add_argument("--write", action="store_true", help="Fit on all and write the weights.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        encoder = MiniLM(Path(temporary))
        written = {
            path.stem.removeprefix("router-"): prepared(read_lines(path), encoder)
            for path in sorted(DATA.glob("router-*.jsonl"))
        }
        others = [prepared(read_questions(DATA / f"{name}.jsonl"), encoder, AUXILIARY) for name in QUESTIONS]

    unread = {name: as_written(part) for name, part in written.items()}
    first = Judged(dict(held_out(unread, [as_written(part) for part in others])), written)
    second = Judged(dict(held_out(written, others)), written)
    usual = np.concatenate(
        [np.full(len(part.lines), author not in COLLECTED) for author, part in written.items()]
    )
    sure_of_first = sure_above(first.chance[usual], first.right[usual])
    left = first.chance < sure_of_first
    sure_of_second = sure_above(second.chance[usual], second.right[usual])
    report(written, first, second, left, second.chance >= sure_of_second, errors=arguments.errors)
    if arguments.write:
        everything = [*written.values(), *others]
        save(
            {
                "written": replace(fit([as_written(each) for each in everything]), sure_above=sure_of_first),
                "meant": replace(fit(everything), sure_above=sure_of_second),
            }
        )


class Judged:
    """What a classifier made of every author's lines, one author after the other."""

    def __init__(self, likely: dict[str, np.ndarray], written: dict[str, Written]) -> None:
        """`likely` is `held_out`'s."""
        every = np.concatenate([likely[author] for author in written])
        self.chosen = every.argmax(axis=1)
        self.chance = every.max(axis=1)
        self.right = self.chosen == np.concatenate([part.routes for part in written.values()])


def report(
    written: dict[str, Written],
    first: Judged,
    second: Judged,
    left: np.ndarray,
    sure_of_left: np.ndarray,
    *,
    errors: bool,
) -> None:
    """Prints each author's figure, then those of all. `left` says which lines the first leaves to the second,
    `sure_of_left` where the second would be sure.
    """
    right = np.where(left, second.right, first.right)
    chosen = np.where(left, second.chosen, first.chosen)
    start = 0
    for author, part in written.items():
        own = slice(start, start + len(part.lines))
        start = own.stop
        print(f"{author}: {len(part.lines)} lines, right {right[own].mean():.3f}")
        for line, route, ok in zip(part.lines, chosen[own], right[own], strict=True):
            if errors and not ok:
                print(f"  {line.context} {line.gold} -> {ROUTES[route]}  {line.text!r}")
    sure = ~left | sure_of_left
    print(
        f"all: right {right.mean():.3f} (by meaning alone {second.right.mean():.3f}); "
        f"told by what is written alone {1 - left.mean():.2f}; "
        f"sure {sure.mean():.2f}, of these right {right[sure].mean():.3f}"
    )


def _objects(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
