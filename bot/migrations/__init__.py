"""The history of the bot's tables (Alembic)."""

from pathlib import Path

HISTORY = Path(__file__).parent
