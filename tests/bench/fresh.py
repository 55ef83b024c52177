"""Runs a function in a fresh process, where nothing is warm and memory counts from zero."""

from __future__ import annotations

import resource
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class FailedThere(Exception):
    """The function failed in its process; the message is the traceback: not every error can be passed on."""


def in_fresh_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns, called in a Python process of its own. All of it must be picklable.

    Raises:
        FailedThere: it raised.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_call, function, *args, **kwargs).result()


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return function(*args, **kwargs)
    except Exception:
        raise FailedThere(traceback.format_exc()) from None


def peak_memory() -> int:
    """The most memory that this process has had resident so far, in bytes.

    Linux hands `ru_maxrss` down from a parent process to its child, so there the kernel's own account of
    this process is read instead.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
