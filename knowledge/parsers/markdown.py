"""Markdown, as READMEs, wikis, and MkDocs, Docusaurus, Hugo or Jekyll sites have it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.documents import Block, ParsedDocument
from knowledge.parsers.front_matter import split_front_matter, stated_title
from knowledge.parsers.reading import read_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def parse_markdown(path: Path) -> ParsedDocument:
    """Front matter, and the blocks of the document after it.

    Raises:
        UnreadableDocument: it is not text, or its front matter is broken.
    """
    metadata, text = split_front_matter(read_text(path))
    blocks = markdown_blocks(text)
    return ParsedDocument(stated_title(metadata) or first_heading(blocks), tuple(blocks), metadata)


def markdown_blocks(text: str) -> list[Block]:
    """The blocks of Markdown without front matter.

    It goes by way of HTML, because team documents mix the two: tables with lists in their cells,
    Markdown inside HTML that was opened pages above.
    """
    from knowledge.parsers.elements import parse_tree
    from knowledge.parsers.tree import tree_blocks

    root = parse_tree(_markdown().render(text))
    return [] if root is None else tree_blocks(root, slugs=True)


def first_heading(blocks: list[Block]) -> str | None:
    """The first heading of level 1, a document's title where nothing else names one."""
    first = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), None)
    return first and first.replace("`", "")


@cache
def _markdown() -> MarkdownIt:
    from knowledge.parsers.markdown_syntax import team_markdown

    return team_markdown()
