"""The bot's tables are what its migrations make."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from bot import inbox
from bot.migrations import HISTORY
from bot.tables import metadata
from knowledge.database import migrate, open_database
from tests.support.bot_database import bot_database, migrated_database


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = migrated_database(tmp_path)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "alembic_version_bot", "compare_type": True}
        )
        differences = compare_metadata(context, metadata)
    assert differences == []


def test_a_database_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    engine = bot_database(tmp_path)
    assert migrate(engine, HISTORY, "bot") is False
    assert not list(tmp_path.glob("*backup*"))


def test_databases_that_are_migrated_at_the_same_time_do_not_mix(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(6)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(len(folders)) as pool:
        engines = list(pool.map(migrated_database, folders))
    assert all(set(metadata.tables) <= set(inspect(engine).get_table_names()) for engine in engines)


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_what_an_older_version_wrote_is_kept(tmp_path: Path, version: str) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'ragtime.db'}")
    config = Config()
    config.set_main_option("script_location", str(HISTORY))
    config.attributes["version_table"] = "alembic_version_bot"
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.execute(
            text(
                "INSERT INTO inbox (event_id, kind, channel, channel_type, ts, thread_ts, user, team, text, "
                "state, failures, interruptions, accepted_at) VALUES ('Ev1', 'message', 'C1', 'channel', "
                "'1.1', '1.1', 'U1', 'T1', 'who is on call?', 'accepted', 0, 0, '2026-11-24 09:00:00.000000')"
            )
        )
    assert migrate(engine, HISTORY, "bot") is True
    item = inbox.take(engine)
    assert item is not None
    assert item.incoming.text == "who is on call?"
    assert item.incoming.action is None
    assert item.replaces_ts is None
    assert list(tmp_path.glob("*backup*"))
