"""Parsers: from a file to its title, blocks and front matter, one module a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.documents import CannotOpen, ParsedDocument, UnreadableDocument
from knowledge.parsers.community import parse_notebook
from knowledge.parsers.csv import parse_csv
from knowledge.parsers.docx import parse_docx
from knowledge.parsers.html import parse_html
from knowledge.parsers.limits import MAX_BLOCKS, MAX_CHARACTERS, MAX_FILE_BYTES
from knowledge.parsers.markdown import parse_markdown
from knowledge.parsers.mhtml import parse_mhtml
from knowledge.parsers.pdf import parse_pdf
from knowledge.parsers.pptx import parse_pptx
from knowledge.parsers.text import parse_text
from knowledge.parsers.xlsx import parse_xlsx

__all__ = ["SUPPORTED", "UnreadableDocument", "parse"]

Parser = Callable[[Path], ParsedDocument]

_PARSERS: Mapping[str, Parser] = {
    ".csv": parse_csv,
    ".docx": parse_docx,
    ".htm": parse_html,
    ".html": parse_html,
    ".ipynb": parse_notebook,
    ".markdown": parse_markdown,
    ".md": parse_markdown,
    ".mdx": parse_markdown,
    ".mht": parse_mhtml,
    ".mhtml": parse_mhtml,
    ".pdf": parse_pdf,
    ".pptx": parse_pptx,
    ".text": parse_text,
    ".tsv": parse_csv,
    ".txt": parse_text,
    ".xhtml": parse_html,
    ".xlsm": parse_xlsx,
    ".xlsx": parse_xlsx,
}

SUPPORTED = frozenset(_PARSERS)
"""Suffixes, in lower case, of the files that `parse` reads."""


def parse(path: Path) -> ParsedDocument:
    """Reads a file of one of the `SUPPORTED` kinds.

    Raises:
        UnreadableDocument: whatever is wrong with it; the reason says what, in words for the admin.
    """
    parser = _PARSERS.get(path.suffix.lower())
    if parser is None:
        raise UnreadableDocument(f"files of the kind “{path.suffix or path.name}” cannot be read")
    try:
        size = path.stat().st_size
        if size == 0:
            raise UnreadableDocument("the file is empty")
        if size > MAX_FILE_BYTES:
            raise UnreadableDocument(
                f"it is too large: {size / 2**20:,.0f} MB, at most {MAX_FILE_BYTES // 2**20} MB are read"
            )
        return _bounded(parser(path))
    except UnreadableDocument:
        raise
    except OSError as error:
        raise CannotOpen(f"it cannot be opened: {(error.strerror or str(error)).lower()}") from None
    except RecursionError:
        raise UnreadableDocument("it is nested too deeply") from None
    except MemoryError:
        raise UnreadableDocument("it does not fit into memory") from None
    except Exception as error:
        # Format libraries raise what they like on damaged files; one file must never end a sync.
        raise UnreadableDocument(f"it is damaged, or not what its name says ({_summary(error)})") from error


def _bounded(parsed: ParsedDocument) -> ParsedDocument:
    characters = sum(len(block.text) for block in parsed.blocks)
    if characters > MAX_CHARACTERS:
        raise UnreadableDocument(
            f"it has {characters:,} characters of text, at most {MAX_CHARACTERS:,} are read: split it up"
        )
    if len(parsed.blocks) > MAX_BLOCKS:
        raise UnreadableDocument(
            f"it has {len(parsed.blocks):,} paragraphs, items and rows, at most {MAX_BLOCKS:,} are read: "
            "split it up"
        )
    return parsed


def _summary(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
