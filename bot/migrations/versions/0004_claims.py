"""Who may finish an event, and how many of the same person's stand before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the inbox's two counts, with defaults for a version that knows nothing of them, and an index."""
    op.add_column("inbox", sa.Column("claims", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("behind", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_inbox_user_state", "inbox", ["user", "state"])


def downgrade() -> None:
    """Takes them away again."""
    op.drop_index("ix_inbox_user_state", "inbox")
    op.drop_column("inbox", "behind")
    op.drop_column("inbox", "claims")
