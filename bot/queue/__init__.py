"""The job queue on PostgreSQL, by which any number of processes share the work (Procrastinate)."""
