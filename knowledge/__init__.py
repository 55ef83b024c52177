"""What the team knows: sources, parsing, chunks, embeddings, the index.

Knows nothing of Slack nor of chains.
"""
