"""Syncs in processes that die: at a certain step by their own hand, or whenever the test kills them."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import event

from knowledge.sync import sync_folder
from tests.support.forks import FORKS
from tests.support.knowledge import WordEmbedder, index_in


def start_sync(home: Path, docs: Path, embedder: str = "words", die_at: int | None = None) -> BaseProcess:
    """Starts a sync of a folder; it dies just before its step number `die_at` (see `sync_here`)."""
    process = FORKS.Process(target=sync_here, args=(home, docs, embedder, die_at))
    process.start()
    return process


def sync_here(home: Path, docs: Path, embedder: str, die_at: int | None) -> None:
    """Syncs; a step is a statement or a commit of the database, so that whatever stands between is met."""
    index = index_in(home, (WordEmbedder(embedder), WordEmbedder("words")))
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(index.engine, "before_cursor_execute", step)
    event.listen(index.engine, "commit", step)
    sync_folder(index, docs, None, lambda _: None)
    if die_at is None:
        sys.exit(0)
    # It came to its end before that step: the test asks for a smaller one.
    sys.exit(100 + min(steps, 100))
