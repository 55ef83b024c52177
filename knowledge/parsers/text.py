"""Plain text files."""

from __future__ import annotations

from pathlib import Path

from knowledge.documents import ParsedDocument
from knowledge.parsers.front_matter import split_front_matter, stated_title
from knowledge.parsers.markdown import first_heading
from knowledge.parsers.prose import prose_blocks
from knowledge.parsers.reading import read_text


def parse_text(path: Path) -> ParsedDocument:
    """Front matter, and the paragraphs, lists and headings that can be told from how the text looks.

    Raises:
        UnreadableDocument: it is no text, or its front matter is broken.
    """
    metadata, text = split_front_matter(read_text(path))
    blocks = prose_blocks(text)
    return ParsedDocument(stated_title(metadata) or first_heading(blocks), tuple(blocks), metadata)
