"""Files that could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "unreadable_files",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("path", sa.String, primary_key=True),
        sa.Column("stamp", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("tried_at", sa.Integer, nullable=False),
    )
