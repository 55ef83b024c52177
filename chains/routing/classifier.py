"""Softmaxes over a message's features, with weights fitted on written examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

Route = Literal["answer", "guide", "command", "smalltalk"]
# By what is written alone, and by its meaning, too, which takes an embedding.
Name = Literal["written", "meant"]
ROUTES: tuple[Route, ...] = ("answer", "guide", "command", "smalltalk")

# Written by `python -m tests.evaluation.fit_router --write`.
WEIGHTS = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights` (features, routes) and `bias` (routes); `sure_above` is the least sure probability."""

    weights: np.ndarray
    bias: np.ndarray
    sure_above: float

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """How likely each of `ROUTES` is, for one message's features or for rows of them."""
        scores = features @ self.weights + self.bias
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)

    def route(self, features: np.ndarray) -> tuple[Route, bool]:
        """The likeliest route of one message, and whether it is sure."""
        likely = self.probabilities(features)
        best = int(likely.argmax())
        return ROUTES[best], bool(likely[best] >= self.sure_above)


@cache
def fitted(name: Name) -> Classifier:
    """A classifier that comes with the package."""
    with np.load(WEIGHTS) as stored:
        return Classifier(
            stored[f"{name}_weights"].astype(np.float32),
            stored[f"{name}_bias"].astype(np.float32),
            float(stored[f"{name}_sure_above"]),
        )


def save(classifiers: Mapping[Name, Classifier]) -> None:
    """Writes what `fitted` reads."""
    arrays: dict[str, np.ndarray] = {}
    for name, classifier in classifiers.items():
        arrays[f"{name}_weights"] = classifier.weights.astype(np.float16)
        arrays[f"{name}_bias"] = classifier.bias
        arrays[f"{name}_sure_above"] = np.array(classifier.sure_above)
    # (Untyped: to a type checker an array might be numpy's own option.)
    np.savez_compressed(WEIGHTS, **arrays)  # pyright: ignore[reportArgumentType]
