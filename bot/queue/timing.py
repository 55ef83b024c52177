"""How soon the work of a worker that died is taken over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """`dead_after` is how many seconds a worker may be silent before it is taken for dead."""

    dead_after: float = 20.0

    @property
    def beat_every(self) -> float:
        """Seconds between two signs of life: some may be late, or lost, before others take over."""
        return self.dead_after / 5

    @property
    def look_every(self) -> float:
        """Seconds between two looks at what is left behind."""
        return self.dead_after / 4
