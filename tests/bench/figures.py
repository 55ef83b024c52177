"""What a measurement comes to: figures, ours beside the peer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

Better = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, ours and the peer's (None where a side has none), and which way is better.

    `bar` is what ours should reach, where the project set itself one.
    """

    part: str
    name: str
    unit: str
    better: Better
    ours: float | None
    peer: float | None = None
    bar: float | None = None

    @property
    def advantage(self) -> float | None:
        """How many times better ours is; below 1 it is worse. None where it cannot be told."""
        if not self.ours or not self.peer:
            return None
        return self.ours / self.peer if self.better == "more" else self.peer / self.ours

    @property
    def meets_bar(self) -> bool | None:
        """Whether ours reaches the bar; None where there is no bar, or nothing to hold against it."""
        if self.bar is None or self.ours is None:
            return None
        return self.ours >= self.bar if self.better == "more" else self.ours <= self.bar

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"advantage": self.advantage, "meets_bar": self.meets_bar}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return float(np.quantile(values, share))
