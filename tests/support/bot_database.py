"""A migrated database for the bot's tests."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from bot.migrations import HISTORY
from knowledge.database import migrate, open_database


def bot_database(folder: Path) -> Engine:
    """Opens `ragtime.db` in the folder, with the bot's tables at their newest."""
    engine = open_database(f"sqlite:///{folder / 'ragtime.db'}")
    migrate(engine, HISTORY, "bot")
    return engine
