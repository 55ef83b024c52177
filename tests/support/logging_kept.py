"""Leaves logging, and what is done about errors that nobody catches, as it was."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.telemetry import logs


@contextmanager
def logging_kept() -> Iterator[None]:
    """Whatever `logs.set_up` changes within is undone. The context begins without handlers."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root.handlers[:] = []
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
