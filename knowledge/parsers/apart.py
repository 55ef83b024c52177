"""Parses in a process of its own, with limits of time and memory: no file can hold up or end a sync.

Pages of text are parsed right here. What unpacks, nests or refers (Office files, PDF, HTML) and what is
long goes to a child process, which is started when the first one comes and killed when a file takes too
long.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.documents import CannotOpen, ParsedDocument, UnreadableDocument
from knowledge.parsers import parse

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pebble import ProcessPool

Parse = Callable[[Path], ParsedDocument]

PLAIN = frozenset((".csv", ".markdown", ".md", ".mdx", ".text", ".tsv", ".txt"))
SMALL_BYTES = 100 * 1024
"""A larger text goes to the child process, too."""

# How often it is looked whether the child process still lives.
LOOK_SECONDS = 0.2

NO_PROCESS = (
    "the process that reads such files does not start, or was ended from outside: "
    "see that memory is left and that one more process may run, then sync again"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds by the clock, and bytes of address space on top of the program's."""

    seconds: float = 60.0
    memory: int = 2 * 1024**3


@contextmanager
def parsing_apart(limits: Limits = Limits(), parser: Parse = parse) -> Iterator[Parse]:
    """A `parse` whose child process lives as long as the context. `parser` is what is run in it.

    It raises UnreadableDocument for whatever is wrong with a file, as `parse` does; CannotOpen where it is
    the child process that cannot be had.
    """
    apart = _Apart(limits, parser)
    try:
        yield apart.parse
    finally:
        apart.stop()


@dataclass(slots=True)
class _Apart:
    limits: Limits
    parser: Parse
    _pool: ProcessPool | None = None
    # Whether the pool's child has ended a task, and whether we gave up on pools.
    _works: bool = False
    _given_up: bool = False

    def parse(self, path: Path) -> ParsedDocument:
        if path.suffix.lower() in PLAIN and _size(path) <= SMALL_BYTES:
            return self.parser(path)
        from pebble import ProcessExpired

        if self._given_up:
            raise CannotOpen(NO_PROCESS)
        try:
            return self._parsed_apart(path)
        except OutOfTime:
            raise UnreadableDocument(
                f"reading it takes longer than {self.limits.seconds:g} seconds"
            ) from None
        except ProcessExpired:
            raise UnreadableDocument("reading it ended the process that read it") from None
        except (BrokenProcessPool, OSError, RuntimeError):
            # The parsers raise none of these. One that never worked would fail for each file anew, slowly.
            self._given_up = not self._works
            self.stop()
            raise CannotOpen(NO_PROCESS) from None

    def stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _parsed_apart(self, path: Path) -> ParsedDocument:
        if self._pool is None:
            self._pool, self._works = self._new_pool(), False
        running = self._pool.schedule(self.parser, args=[path], timeout=self.limits.seconds)
        self._works |= not isinstance(_error(running, self._pool), BrokenProcessPool)
        return running.result()

    def _new_pool(self) -> ProcessPool:
        import multiprocessing

        from pebble import ProcessPool

        return ProcessPool(
            max_workers=1,
            # A fork of a process with threads may hang.
            context=multiprocessing.get_context("spawn"),
            initializer=_limit_memory,
            initargs=[self.limits.memory],
        )


def _error(running: Future[ParsedDocument], pool: ProcessPool) -> BaseException | None:
    """What a task ended with, or None where it did well.

    Raises:
        BrokenProcessPool: the pool's child ended before it was handed the task, which then never ends.
    """
    while True:
        try:
            return running.exception(LOOK_SECONDS)
        except OutOfTime:
            if not (pool.active or running.done()):
                raise BrokenProcessPool from None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _limit_memory(most: int) -> None:
    """Where the system can: a file that wants more then gets a MemoryError, which `parse` reports."""
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + most
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
