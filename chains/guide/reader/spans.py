"""A message cut into sentences and clauses, each a span of the text as it was written."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Characters that people type in several ways, each exchanged for one of the same length.
_PLAIN = str.maketrans("‘’‚“”„–—\u00a0\u202f", "'''\"\"\"--  ")
_SENTENCE = re.compile(r"(?:[.!?…]+[\"')]*(?=\s|$)|;|\n|\s-+\s|:(?=\s))")
_CLAUSE = re.compile(r",(?=\s)|\s(?=(?:but|and|though|although|because|since|so|plus|while)\s)")
# A full stop after one of these ends nothing.
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|approx|ca|vs|etc|no|nr|resp|incl|max|min|dr|mr|mrs|z\.b)\.$")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text."""

    start: int
    end: int


def plain(text: str) -> str:
    """The text in lower case and with plain quotation marks and dashes, character for character."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text.translate(_PLAIN))


def sentences(text: str) -> list[Span]:
    """The sentences of a plain text; a line, a semicolon and a dash end one too."""
    ends = [
        match.end()
        for match in _SENTENCE.finditer(text)
        if not _ABBREVIATION.search(text, max(0, match.start() - 8), match.end())
    ]
    return _trimmed(text, 0, [*ends, len(text)])


def clauses(text: str) -> list[Span]:
    """The sentences, cut further at commas and conjunctions."""
    return [
        clause
        for sentence in sentences(text)
        for clause in _trimmed(
            text,
            sentence.start,
            [
                *(match.end() for match in _CLAUSE.finditer(text, sentence.start, sentence.end)),
                sentence.end,
            ],
        )
    ]


def around(spans: list[Span], start: int, end: int) -> Span:
    """The span that holds a place, or all that it reaches over."""
    touched = [span for span in spans if span.start < end and start < span.end]
    if not touched:
        return Span(start, end)
    return Span(min(start, touched[0].start), max(end, touched[-1].end))


def _trimmed(text: str, start: int, ends: list[int]) -> list[Span]:
    """The pieces up to each end, without space around them; a piece without a letter or digit is dropped."""
    pieces: list[Span] = []
    for end in ends:
        piece = text[start:end]
        if any(char.isalnum() for char in piece):
            pieces.append(Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
        start = end
    return pieces
