"""Small classifiers, two a factor, fitted on written dialogues (`python -m tests.evaluation.fit_reader`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class Softmax:
    """`weights` (features, classes), `bias` (classes), and what each word of a vocabulary adds (classes)."""

    weights: np.ndarray
    bias: np.ndarray
    words: Mapping[str, np.ndarray]

    def probabilities(self, features: np.ndarray, words: Collection[str]) -> np.ndarray:
        """How likely each class is, for one message's features and words."""
        scores = features @ self.weights + self.bias
        scores += sum(self.words[word] for word in words if word in self.words)
        raised = np.exp(scores - scores.max())
        return raised / raised.sum()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier of answers and one of remarks for each factor."""

    answers: Mapping[str, Softmax]
    remarks: Mapping[str, Softmax]

    def save(self, path: Path = WEIGHTS) -> None:
        """Writes the weights, in half precision."""
        arrays: dict[str, np.ndarray] = {}
        for kind, softmaxes in (("answers", self.answers), ("remarks", self.remarks)):
            for factor, softmax in softmaxes.items():
                name = f"{kind}:{factor}:"
                arrays[name + "weights"] = softmax.weights.astype(np.float16)
                arrays[name + "bias"] = softmax.bias.astype(np.float16)
                arrays[name + "vocabulary"] = np.frombuffer("\n".join(softmax.words).encode(), np.uint8)
                arrays[name + "words"] = np.array([*softmax.words.values()], np.float16)
        np.savez_compressed(path, allow_pickle=False, **arrays)


@cache
def fitted() -> Fitted:
    """The classifiers that come with the package."""
    kinds: dict[str, dict[str, Softmax]] = {"answers": {}, "remarks": {}}
    with np.load(WEIGHTS) as stored:
        arrays = {name: stored[name] for name in stored.files}
    for name in arrays:
        kind, factor, part = name.split(":")
        if part == "bias":
            own = {part: arrays[f"{kind}:{factor}:{part}"] for part in ("weights", "vocabulary", "words")}
            vocabulary = own["vocabulary"].tobytes().decode().split("\n")
            rows = own["words"].astype(np.float32)
            kinds[kind][factor] = Softmax(
                own["weights"].astype(np.float32),
                arrays[name].astype(np.float32),
                dict(zip(vocabulary, rows, strict=True)),
            )
    return Fitted(**kinds)
