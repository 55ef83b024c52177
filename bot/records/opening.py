"""How the command line opens the bot's records: the database alone, also beside a bot that runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from bot.config import load_settings
from bot.migrations import HISTORY
from knowledge.database import backups, migrate, open_database
from knowledge.database_errors import told_plainly
from knowledge.errors import AdminError


class NoRecords(AdminError):
    """There is no database yet; the message says where it was looked for."""


@contextmanager
def opened() -> Iterator[Engine]:
    """The database that the settings name, with this version's tables.

    Raises:
        BadSettings, BadDatabase: it cannot be opened or used.
        NoRecords: the bot has not run here yet.
    """
    settings = load_settings(os.environ, Path(".env"))
    file = settings.ragtime_home / "ragtime.db"
    if not settings.database_url and not file.exists():
        raise NoRecords(
            f"There are no records yet in {settings.ragtime_home}: they begin when Ragtime first runs. Where "
            "it runs elsewhere, set RAGTIME_HOME or DATABASE_URL as there"
        )
    engine = open_database(settings.database)
    try:
        with told_plainly(engine):
            migrate(engine, HISTORY, "bot")
            yield engine
    finally:
        engine.dispose()


def copies(engine: Engine) -> list[Path]:
    """The copies of a SQLite database that were made before migrations, oldest first."""
    return (
        backups(Path(engine.url.database)) if engine.dialect.name == "sqlite" and engine.url.database else []
    )
