"""Alembic's entry point: runs the bot's migrations."""

from bot.tables import metadata
from knowledge.database import run_migrations

run_migrations(metadata)
