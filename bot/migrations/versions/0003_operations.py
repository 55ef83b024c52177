"""Why an event failed, what a retry takes the place of, and what models cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the inbox's two columns, an index by time, and the table of what was spent."""
    op.add_column("inbox", sa.Column("error", sa.Text()))
    op.add_column("inbox", sa.Column("replaces_ts", sa.String(32)))
    op.create_index("ix_inbox_accepted_at", "inbox", ["accepted_at"])
    op.create_table(
        "spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("model", sa.String(255), nullable=False),
        sa.Column("tokens_in", sa.Integer(), nullable=False),
        sa.Column("tokens_out", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("dollars", sa.Float()),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spending"),
    )
    op.create_index("ix_spending_spent_at", "spending", ["spent_at"])


def downgrade() -> None:
    """Takes them away again."""
    op.drop_table("spending")
    op.drop_index("ix_inbox_accepted_at", "inbox")
    op.drop_column("inbox", "replaces_ts")
    op.drop_column("inbox", "error")
