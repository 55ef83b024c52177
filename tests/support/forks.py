"""Processes that are forked from one that has imported everything: a dozen of them start in seconds.

There is one such process for all tests of a run, as Python keeps one: a second list of what it imports
would take the place of the first.
"""

from __future__ import annotations

import multiprocessing

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.support.bot_process",
        "tests.support.syncing",
        "tests.chaos.process",
        "knowledge.opening",
        "chromadb",
        "alembic.command",
    ]
)
