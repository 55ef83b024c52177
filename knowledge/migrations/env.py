"""Runs the registry's migrations (see `knowledge.database.migrate`)."""

from knowledge.database import run_migrations
from knowledge.tables import metadata

run_migrations(metadata)
