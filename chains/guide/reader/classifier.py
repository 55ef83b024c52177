"""Small classifiers, two a factor, fitted on written dialogues (`python -m tests.evaluation.fit_reader`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class Softmax:
    """`weights` (features, classes) and `bias` (classes)."""

    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """How likely each class is, for one message's features or for rows of them."""
        scores = features @ self.weights + self.bias
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return raised / raised.sum(axis=-1, keepdims=True)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier of answers and one of remarks for each factor."""

    answers: Mapping[str, Softmax]
    remarks: Mapping[str, Softmax]

    def save(self, path: Path = WEIGHTS) -> None:
        """Writes the weights, in half precision."""
        arrays = {
            f"{kind}:{factor}:{part}": getattr(softmax, part).astype(np.float16)
            for kind in ("answers", "remarks")
            for factor, softmax in getattr(self, kind).items()
            for part in ("weights", "bias")
        }
        np.savez_compressed(path, **arrays)


@cache
def fitted() -> Fitted:
    """The classifiers that come with the package."""
    kinds: dict[str, dict[str, dict[str, np.ndarray]]] = {"answers": {}, "remarks": {}}
    with np.load(WEIGHTS) as stored:
        for name in stored.files:
            kind, factor, part = name.split(":")
            kinds[kind].setdefault(factor, {})[part] = stored[name].astype(np.float32)
    answers, remarks = ({f: Softmax(**parts) for f, parts in kind.items()} for kind in kinds.values())
    return Fitted(answers, remarks)
