"""Fresh processes: what they return, how their errors come back, and whose memory they count."""

from __future__ import annotations

import os

import pytest

from tests.bench.fresh import FailedThere, in_fresh_process, peak_memory


class NeedsMore(Exception):
    """As some libraries' errors, it cannot be put together again from its message."""

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)


def fail() -> None:
    raise NeedsMore("no such thing", code=1)


def test_it_runs_elsewhere_and_returns_what_came_out():
    assert in_fresh_process(os.getpid) != os.getpid()


def test_an_error_that_cannot_be_passed_on_comes_back_as_text():
    with pytest.raises(FailedThere, match="no such thing"):
        in_fresh_process(fail)


def test_its_memory_counts_from_zero():
    ballast = bytearray(os.urandom(1 << 20)) * 300
    assert in_fresh_process(peak_memory) < len(ballast) < peak_memory()
