"""The registry of documents and chunks, and the lexical index."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables; on SQLite the FTS5 index and a view of its vocabulary."""
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("url", sa.String),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("model_allowed", sa.Boolean, nullable=False),
        sa.Column("stamp", sa.String, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("source", "path"),
    )
    op.create_index("ix_documents_audience", "documents", ["audience"])
    op.create_table(
        "chunks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "document_id", sa.Integer, sa.ForeignKey("documents.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("heading_path", sa.JSON, nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("anchor", sa.String),
        sa.Column("page", sa.Integer),
        sa.Column("text_hash", sa.String, nullable=False),
        sa.Column("tokens", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("chunks_by_document", "chunks", ["document_id", "version"])
    op.create_table(
        "discarded_vectors",
        sa.Column("vector_id", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "index_state",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE chunks_fts USING fts5("
            "audience, title, headings, body, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        op.execute("CREATE VIRTUAL TABLE chunks_vocabulary USING fts5vocab(chunks_fts, row)")
