"""Cuts plain text into sentences, word for word."""

from __future__ import annotations

import re

from sentencex import segment  # pyright: ignore[reportAttributeAccessIssue]  (a compiled module)

# What the segmenter takes for a sentence's end and is none: a number or an initial alone, and an
# abbreviation that its list lacks before a number. The piece is joined to the next one.
_STUB = re.compile(r"^\(?(?:\d{1,3}|[A-Za-z])\.$")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:approx|incl|excl|max|min|resp|cf|ca|fig|sec|lit|nr|tel)\.$", re.IGNORECASE
)
# Of the months it takes this one, too, for an abbreviation.
_MAY = re.compile(r"(?<=\bMay\.)\s+(?=[A-Z“\"(])")


def sentences(text: str) -> list[str]:
    """The sentences of a text on one line, in order, without the white space around them."""
    spans: list[tuple[int, int]] = []
    position = 0
    for piece in (part.strip() for run in segment("en", text) for part in _MAY.split(run)):
        if not piece:
            continue
        start = text.index(piece, position)
        position = start + len(piece)
        if spans and _continues(text[slice(*spans[-1])], piece):
            spans[-1] = (spans[-1][0], position)
        else:
            spans.append((start, position))
    return [text[start:end] for start, end in spans]


def _continues(before: str, piece: str) -> bool:
    """Whether a piece belongs to the one before it."""
    return (
        _STUB.match(before) is not None
        or piece[0].islower()
        or not any(map(str.isalnum, piece))
        or (piece[0].isdigit() and _ABBREVIATED.search(before) is not None)
    )
