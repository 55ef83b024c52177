"""Wakes those who wait for work."""

from __future__ import annotations

import threading


class Doorbell:
    """A bell whose rings are not lost between looking for work and waiting for it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it rang; read it before you look for work, and pass it to `wait`."""
        return self._rings

    def ring(self) -> None:
        """Wakes everyone who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Waits for a ring after the `heard`-th, but no longer than this."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > heard, seconds)
