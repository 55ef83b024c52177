"""The bot's tables: what was received, said and spent, what people thought of it, and the guides."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    # Slack's event_id; a slash command has none, its trigger_id is the key.
    Column("event_id", String(255), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("channel_type", String(16), nullable=False),
    # The message that is answered; NULL for commands, which are no messages.
    Column("ts", String(32)),
    Column("thread_ts", String(32)),
    Column("user", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("response_url", Text),
    # What was pressed or chosen, where it is no message: `bot.inbox.Incoming.action`.
    Column("action", JSON(none_as_null=True)),
    Column("state", String(16), nullable=False),
    # Times that answering it raised an error, and times that the process ended while it was answered.
    Column("failures", Integer, nullable=False, default=0),
    Column("interruptions", Integer, nullable=False, default=0),
    # How often it was taken: only who took it last may post and finish.
    Column("claims", Integer, nullable=False, default=0, server_default="0"),
    # How many open events of the same person stood before it when it came: see `bot.inbox.Waiting.turn`.
    Column("behind", Integer, nullable=False, default=0, server_default="0"),
    # The message that is being written (a stream, or one that is edited), and the complete reply.
    Column("draft_ts", String(32)),
    Column("reply_ts", String(32)),
    # The apology that stands in the reply's place, once an admin has the event tried again.
    Column("replaces_ts", String(32)),
    # Why the last try failed, without what was said.
    Column("error", Text),
    Column("accepted_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("not_before", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    # One message reaches us as two events; it is answered once. NULLs (commands) are all distinct.
    UniqueConstraint("channel", "ts"),
    Index(None, "state", "id"),
    Index(None, "channel", "thread_ts"),
    Index(None, "accepted_at"),
    Index(None, "user", "state"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("channel", String(32), nullable=False),
    Column("thread_ts", String(32)),
    Column("user", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("refused", Boolean, nullable=False),
    Column("sources", JSON, nullable=False),
    # Markdown that did not fit into the message, shown by "More".
    Column("rest", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index(None, "channel", "thread_ts"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(255), ForeignKey("turns.event_id", ondelete="CASCADE"), nullable=False),
    Column("user", String(32), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("event_id", "user"),
)

# A decision guide, in a thread or (private) between one person and us in a channel.
guides = Table(
    "guides",
    metadata,
    Column("id", Integer, primary_key=True),
    # The event that began it; by it buttons name the guide.
    Column("event_id", String(255), nullable=False, unique=True),
    Column("channel", String(32), nullable=False),
    Column("thread_ts", String(32)),
    Column("user", String(32), nullable=False),
    Column("private", Boolean, nullable=False),
    # How many events moved it; a move that another one overtook is not written.
    Column("moves", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Index(None, "channel", "thread_ts"),
    Index(None, "channel", "user"),
)

# What an event's move in a guide showed: after a crash the same is shown again, and nothing moves twice.
guide_steps = Table(
    "guide_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(255), nullable=False, unique=True),
    Column("guide", String(255), ForeignKey("guides.event_id", ondelete="CASCADE"), nullable=False),
    Column("moves", Integer, nullable=False),
    Column("step", JSON, nullable=False),
    Column("concludes", Boolean, nullable=False),
    # The question that the step asks; its message, and what stands above the question there, are kept
    # for as long as the question is open.
    Column("question", String(64)),
    Column("above", JSON(none_as_null=True)),
    Column("ts", String(32)),
    Column("collapsed", Boolean, nullable=False),
    Index(None, "guide", "id"),
)

# What models were called for, a call a row. It outlives the event: it names no person.
spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(255), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("model", String(255), nullable=False),
    Column("tokens_in", Integer, nullable=False),
    Column("tokens_out", Integer, nullable=False),
    # Whether the tokens are guessed from the length of the text, as the server did not count them.
    Column("estimated", Boolean, nullable=False),
    # At the prices of that day; NULL where the model's are not known.
    Column("dollars", Float),
    Column("spent_at", DateTime(timezone=True), nullable=False),
    Index(None, "spent_at"),
)
