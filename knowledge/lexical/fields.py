"""What of a chunk the lexical index reads, and what each part counts."""

from __future__ import annotations

import math

from knowledge.documents import Chunk

TITLE_WEIGHT = 2.0
HEADINGS_WEIGHT = 2.0
BODY_WEIGHT = 1.0


def fields(chunk: Chunk) -> tuple[str, str, str]:
    """A chunk's title, headings and body; a lead-in or header that another chunk holds is body here, too."""
    first = chunk.units[0]
    passage = chunk.text
    lead = first.lead if first.lead not in "\n".join((chunk.context, passage)) else ""
    body = "\n".join(part for part in (lead, " ".join(first.header), passage) if part)
    return chunk.title, " ".join(chunk.heading_path), body


def rarity(total: int, holding: int) -> float:
    """BM25's inverse frequency of a term in `holding` of `total` chunks, in the form never below zero."""
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))
