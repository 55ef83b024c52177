"""A softmax over a message's features, with weights fitted on written examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

Route = Literal["answer", "guide", "command", "smalltalk"]
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


@cache
def fitted() -> Classifier:
    """The classifier that comes with the package."""
    with np.load(WEIGHTS) as stored:
        return Classifier(
            stored["weights"].astype(np.float32),
            stored["bias"].astype(np.float32),
            float(stored["sure_above"]),
        )
