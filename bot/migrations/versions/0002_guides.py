"""Decision guides, and presses in the inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the inbox's `action`, and the tables of the guides."""
    op.add_column("inbox", sa.Column("action", sa.JSON()))
    op.create_table(
        "guides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("thread_ts", sa.String(32)),
        sa.Column("user", sa.String(32), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guides"),
        sa.UniqueConstraint("event_id", name="uq_guides_event_id"),
    )
    op.create_index("ix_guides_channel_thread_ts", "guides", ["channel", "thread_ts"])
    op.create_index("ix_guides_channel_user", "guides", ["channel", "user"])
    op.create_table(
        "guide_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("guide", sa.String(255), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("step", sa.JSON(), nullable=False),
        sa.Column("concludes", sa.Boolean(), nullable=False),
        sa.Column("question", sa.String(64)),
        sa.Column("above", sa.JSON()),
        sa.Column("ts", sa.String(32)),
        sa.Column("collapsed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guide"], ["guides.event_id"], name="fk_guide_steps_guide", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guide_steps"),
        sa.UniqueConstraint("event_id", name="uq_guide_steps_event_id"),
    )
    op.create_index("ix_guide_steps_guide_id", "guide_steps", ["guide", "id"])


def downgrade() -> None:
    """Takes them away again, with all that they hold."""
    op.drop_table("guide_steps")
    op.drop_table("guides")
    op.drop_column("inbox", "action")
