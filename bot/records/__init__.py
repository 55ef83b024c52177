"""What is kept in the database, and for whom: conversations, guides, spending; counted, exported, deleted."""
