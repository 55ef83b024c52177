"""The ids of buttons, and what their values say: what `render` writes and `listeners` read."""

from __future__ import annotations

FEEDBACK = "feedback"
HELPFUL = "helpful"
NOT_HELPFUL = "not_helpful"
MORE = "more"
SHARE = "share"
# Followed by the source's number: ids within a block differ.
PASSAGE = "passage-"
