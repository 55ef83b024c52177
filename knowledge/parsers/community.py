"""What langchain-community's loaders do well: Jupyter notebooks. Nothing else depends on that package."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

from knowledge.documents import Block, ParsedDocument
from knowledge.parsers.markdown import first_heading, markdown_blocks
from knowledge.parsers.text_pieces import code_lines

_CELL = re.compile(
    r"^'(?P<kind>markdown|code|raw)' cell: '(?P<source>.*?)'\n\n(?=^'(?:markdown|code|raw)' cell: '|\Z)",
    re.DOTALL | re.MULTILINE,
)


def parse_notebook(path: Path) -> ParsedDocument:
    """A notebook's text cells as Markdown and its code cells as code, without what they put out."""
    with warnings.catch_warnings():
        # The package warns of its own end at import. That is known: replacing it touches this file alone.
        warnings.filterwarnings("ignore", message=".*langchain-community.*", category=DeprecationWarning)
        from langchain_community.document_loaders.notebook import NotebookLoader

        loaded = NotebookLoader(str(path)).load()
    blocks: list[Block] = []
    for cell in _CELL.finditer(loaded[0].page_content):
        source = _source(cell["source"])
        if cell["kind"] == "markdown":
            blocks += markdown_blocks(source)
        elif cell["kind"] == "code" and (code := code_lines(source)):
            blocks.append(Block("code", code))
    return ParsedDocument(first_heading(blocks), tuple(blocks))


def _source(shown: str) -> str:
    """The loader shows a cell that is stored as a list of lines, as nearly all are, as Python would."""
    if shown.startswith("["):
        try:
            return "".join(map(str, ast.literal_eval(shown)))
        except (ValueError, SyntaxError):
            return shown
    return shown
