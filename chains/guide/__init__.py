"""The decision guide: asks a few questions and recommends RAG or fine-tuning, by a table of points."""
