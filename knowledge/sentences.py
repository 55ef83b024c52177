"""Cuts plain text into sentences, word for word."""

from __future__ import annotations

import re

from sentencex import segment  # pyright: ignore[reportAttributeAccessIssue]  (a compiled module)

# What the segmenter takes for a sentence's end and is none: a number, an initial, an abbreviation that
# its list lacks. The piece is joined to the next one.
_STUB = re.compile(
    r"^\(?(?:\d{1,3}|[A-Za-z]|approx|incl|excl|max|min|resp|cf|ca|fig|sec|lit|nr|tel)\.$", re.IGNORECASE
)


def sentences(text: str) -> list[str]:
    """The sentences of a text on one line, in order, without the white space around them."""
    pieces: list[str] = []
    for piece in segment("en", text):
        piece = piece.strip()
        if not piece:
            continue
        continues = bool(pieces) and (
            _STUB.match(pieces[-1]) is not None or piece[0].islower() or not any(map(str.isalnum, piece))
        )
        if continues:
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces
