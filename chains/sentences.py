"""Cuts a model's streamed Markdown into pieces that can be checked one by one, as soon as each is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chains.citations import OPEN_QUOTED_CITATION, QUOTED_CITATION
from chains.wordlists import word_set
from knowledge.documents import UnitKind


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, list item, table row or code block; `text` without its marker, citations still in it.

    `before` is the white space and list marker in front of it. A table row has its `cells` and the
    table's `header`; its text is the cells joined by " | ".
    """

    kind: UnitKind
    text: str
    before: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()


# A full stop after one of these ends no sentence (compared in lower case, without the last stop).
ABBREVIATIONS = word_set(
    """
    e.g i.e eg ie vs cf dr mr mrs ms prof sr jr st no nr fig sec ch vol approx ca est dept resp
    incl excl max min z.b d.h u.a bzw usw ggf evtl vgl bsp abs art p.ex ex env av sra núm pág
    """
)
CLOSERS = "\"'”’»)*_`"
# What a citation looks like right after the full stop; it belongs to the sentence that it follows.
TRAILING_CITATION = re.compile(
    r"[ \t]*(?:\[(?:[^\]\n]{1,40}|0+)\](?:\([^)\s]*\))?|【[^】\n]{1,40}】|\(\d{1,2}\))"
)
OPEN_CITATION = re.compile(r"[ \t]*[\[【(][^\]】)\n]{0,40}$")
SENTENCE_END = re.compile(r"[.!?…]+|[。！？]+")
LIST_MARKER = re.compile(r"(?:[-*+•]|\d{1,3}[.)])[ \t]+")
MAYBE_MARKER = re.compile(r"(?:[-*+•]|\d{1,3}[.)]?)[ \t]*$")
FENCE = re.compile(r"(`{3,}|~{3,})[^\n]*\n")
DELIMITER_ROW = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?$")


def split(deltas: Iterable[str]) -> Iterator[Piece]:
    """Yields each piece as soon as what follows shows that it is whole."""
    reader = _Reader()
    for delta in deltas:
        reader.buffer += delta
        yield from reader.take(final=False)
    yield from reader.take(final=True)


class _Reader:
    """The text that is not yet a piece, and the table that is being read."""

    def __init__(self) -> None:
        self.buffer = ""
        self.before = ""
        self.at_line_start = True
        self.rows: list[tuple[str, ...]] = []

    def take(self, *, final: bool) -> Iterator[Piece]:
        while True:
            self._skip_space()
            if not self.buffer:
                return
            size = self._piece_length(final=final)
            if size is None:
                return
            text, self.buffer = self.buffer[:size], self.buffer[size:]
            if piece := self._piece(text):
                yield piece

    def _skip_space(self) -> None:
        rest = self.buffer.lstrip()
        space = self.buffer[: len(self.buffer) - len(rest)]
        self.buffer = rest
        self.before += space
        self.at_line_start = self.at_line_start or "\n" in space

    def _piece_length(self, *, final: bool) -> int | None:
        """Length of the piece that the buffer begins with, None while it may still grow."""
        text = self.buffer
        if self.at_line_start:
            if not final and text in ("`", "``", "~", "~~"):
                return None
            if text.startswith(("```", "~~~")):
                return _fence_length(text, final=final)
            if MAYBE_MARKER.match(text) and not final:
                return None
            if text[0] == "|" or LIST_MARKER.match(text) or text[0] == "#":
                end = text.find("\n")
                return end if end >= 0 else len(text) if final else None
        return _sentence_length(text, final=final)

    def _piece(self, text: str) -> Piece | None:
        before, at_line_start = self.before, self.at_line_start
        self.before, self.at_line_start = "", False
        text = text.rstrip()
        if at_line_start and text[0] == "|":
            return self._row(text, before)
        self.rows = []
        if at_line_start and text.startswith(("```", "~~~")):
            return Piece("code", text, before)
        if at_line_start and text[0] == "#":
            # A heading claims nothing that could be cited.
            return None
        if at_line_start and (marker := LIST_MARKER.match(text)):
            return Piece("list_item", text[marker.end() :], before + marker[0])
        return Piece("sentence", text, before)

    def _row(self, line: str, before: str) -> Piece | None:
        """A table's header row is kept for its rows; without one, it comes as a row of its own."""
        if DELIMITER_ROW.match(line):
            return None
        cells = tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
        first = not self.rows
        self.rows.append(cells)
        if first:
            return None
        text = " | ".join(cell for cell in cells if cell)
        return Piece("table_row", text, before, cells, self.rows[0])


def _fence_length(text: str, *, final: bool) -> int | None:
    opening = FENCE.match(text)
    if opening:
        closing = re.compile(rf"^[ \t]*{re.escape(opening[1])}[ \t]*(?:\n|$)", re.MULTILINE)
        for match in closing.finditer(text, opening.end()):
            if final or match[0].endswith("\n"):
                return match.end()
    return len(text) if final else None


def _sentence_length(text: str, *, final: bool) -> int | None:
    line_end = text.find("\n")
    line = text if line_end < 0 else text[:line_end]
    # A full stop within the words of a citation ends nothing.
    line = QUOTED_CITATION.sub(lambda match: f"[{'0' * (len(match[0]) - 2)}]", line)
    still_open = OPEN_QUOTED_CITATION.search(line) if line_end < 0 and not final else None
    for match in SENTENCE_END.finditer(line, 0, still_open.start() if still_open else len(line)):
        end = match.end()
        while end < len(line) and line[end] in CLOSERS:
            end += 1
        while citation := TRAILING_CITATION.match(line, end):
            end = citation.end()
        # A full stop may stand after the citation as well: "… the lead. [1]."
        if end > match.end() and line[end : end + 1] == ".":
            end += 1
        rest = line[end:]
        open_citation = OPEN_CITATION.match(rest) or OPEN_QUOTED_CITATION.match(rest.lstrip())
        if line_end < 0 and not final and (not rest.strip() or open_citation):
            return None
        if _ends_sentence(line, match, rest):
            return end
    if line_end >= 0:
        return line_end
    return len(text) if final else None


def _ends_sentence(line: str, stop: re.Match[str], rest: str) -> bool:
    head = line[: stop.start()]
    if head.count("`") % 2:
        return False
    if stop[0][0] in "。！？":
        return True
    if rest and not rest[0].isspace():
        return False
    following = rest.lstrip()
    if stop[0] == ".":
        word = re.split(r"[\s(\[]", head)[-1].lower()
        initial = len(word) == 1 and word.isalpha()
        if word in ABBREVIATIONS or (initial and head[-1:].isupper()):
            return False
    return not following[:1].islower()
