"""A migrated database for the bot's tests."""

from __future__ import annotations

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from bot.migrations import HISTORY
from knowledge.database import migrate, open_database


def bot_database(folder: Path) -> Engine:
    """Opens `ragtime.db` in the folder, with the bot's tables at their newest; made where it is not there."""
    file = folder / "ragtime.db"
    if not file.exists():
        file.write_bytes(_empty())
    return open_database(f"sqlite:///{file}")


def migrated_database(folder: Path) -> Engine:
    """The same, made by the migrations here and now."""
    engine = open_database(f"sqlite:///{folder / 'ragtime.db'}")
    migrate(engine, HISTORY, "bot")
    return engine


@cache
def _empty() -> bytes:
    """A database with the bot's tables, as the migrations make it: once for the whole run."""
    with tempfile.TemporaryDirectory() as folder:
        migrated_database(Path(folder)).dispose()
        copy = Path(folder) / "copy.db"
        with sqlite3.connect(Path(folder) / "ragtime.db") as source, sqlite3.connect(copy) as target:
            source.backup(target)
        source.close()
        target.close()
        return copy.read_bytes()
