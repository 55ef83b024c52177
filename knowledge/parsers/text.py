"""Plain text files."""

from __future__ import annotations

from pathlib import Path

from knowledge.documents import ParsedDocument
from knowledge.parsers.markdown import first_heading
from knowledge.parsers.prose import prose_blocks
from knowledge.parsers.reading import read_text


def parse_text(path: Path) -> ParsedDocument:
    """The paragraphs, lists and headings that can be told from how the text looks.

    Raises:
        UnreadableDocument: it is no text.
    """
    blocks = prose_blocks(read_text(path))
    return ParsedDocument(first_heading(blocks), tuple(blocks))
