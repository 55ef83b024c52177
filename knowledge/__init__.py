"""What the team knows: sources, parsing, chunks, embeddings, the index.

Knows nothing of Slack nor of chains.
"""

import os

# By itself onnxruntime reports each use to its maker. It reads this once, when it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
