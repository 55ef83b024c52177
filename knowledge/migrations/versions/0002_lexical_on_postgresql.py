"""The lexical index on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes its two tables; SQLite has its own kind of index already."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "lexical_chunks",
        sa.Column("chunk_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
    )
    op.create_table(
        "lexical_terms",
        sa.Column("term", sa.String, primary_key=True),
        sa.Column(
            "chunk_id",
            sa.Integer,
            sa.ForeignKey("lexical_chunks.chunk_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("frequency", sa.Float, nullable=False),
    )
    op.create_index("ix_lexical_terms_chunk_id", "lexical_terms", ["chunk_id"])
