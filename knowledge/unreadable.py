"""Remembers which files could not be read, so that an unchanged one costs each sync only the look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from knowledge.documents import CannotOpen, UnreadableDocument
from knowledge.sources.chosen import is_within
from knowledge.tables import unreadable_files

# Seconds after which an unchanged file is tried again: what was too slow for a busy machine, or too hard for
# an older version of the parsers, may then be read.
TRIED_AGAIN_AFTER = 24 * 3600


@dataclass(slots=True)
class UnreadableFiles:
    """A source's files that could not be read: those known before, and those met in this sync.

    `now` is the time in seconds since the epoch.
    """

    engine: Engine
    source: str
    now: int
    _before: dict[str, dict[str, Any]] = field(default_factory=dict)
    _met: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(unreadable_files).where(unreadable_files.c.source == self.source)
            )
            self._before = {row.path: dict(row._mapping) for row in rows}

    def reason(self, path: str, stamp: str) -> str | None:
        """Why a file cannot be read; None where that is not known, or not of the file as it is now."""
        row = self._before.get(path)
        if row is None or row["stamp"] != stamp or self.now - row["tried_at"] > TRIED_AGAIN_AFTER:
            return None
        self._met[path] = row
        return row["reason"]

    def add(self, path: str, stamp: str, error: UnreadableDocument) -> None:
        """Notes a file that could not be read just now. What could not even be opened may soon be."""
        if not isinstance(error, CannotOpen):
            self._met[path] = {
                "source": self.source,
                "path": path,
                "stamp": stamp,
                "reason": str(error),
                "tried_at": self.now,
            }

    def save(self, only: Collection[str] = ()) -> None:
        """Keeps the files met in this sync, and forgets the others that it looked at (`only`; else all)."""
        self._met |= {path: row for path, row in self._before.items() if not is_within(path, only)}
        if self._met == self._before:
            return
        with self.engine.begin() as connection:
            connection.execute(delete(unreadable_files).where(unreadable_files.c.source == self.source))
            if self._met:
                connection.execute(insert(unreadable_files), list(self._met.values()))
