"""PDF: text by page, with wrapped lines joined and what repeats on every page left out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from knowledge.documents import ParsedDocument, UnreadableDocument
from knowledge.parsers.limits import MAX_PAGES
from knowledge.parsers.markdown import first_heading
from knowledge.parsers.pdf_layout import Line, page_blocks


def parse_pdf(path: Path) -> ParsedDocument:
    """The text of the pages; headings are told by the size of their letters.

    Raises:
        UnreadableDocument: it is damaged, protected, too long, or has no text (a scan).
    """
    import pypdf
    from pypdf.errors import PyPdfError

    # It warns of each oddity it gets over, a line at a time; what it cannot get over is reported anyway.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(path)
        _unlock(reader)
        if len(reader.pages) > MAX_PAGES:
            raise UnreadableDocument(f"it has more than {MAX_PAGES:,} pages")
        pages = [_lines(page) for page in reader.pages]
    except PyPdfError as error:
        raise UnreadableDocument(f"it is damaged, or no PDF ({' '.join(str(error).split())[:150]})") from None
    if not any(line.text.strip() for page in pages for line in page):
        raise UnreadableDocument("it has no text, only pictures: run text recognition (OCR) over it first")
    blocks = page_blocks(pages)
    return ParsedDocument(first_heading(blocks), tuple(blocks))


def _unlock(reader: Any) -> None:
    """Many PDFs are encrypted with an empty password, only to forbid printing."""
    from pypdf.errors import DependencyError

    if not reader.is_encrypted:
        return
    try:
        unlocked = reader.decrypt("")
    except (DependencyError, NotImplementedError):
        unlocked = False
    if not unlocked:
        raise UnreadableDocument("it is protected with a password: save a copy without")


def _lines(page: Any) -> list[Line]:
    """A page's lines from top to bottom, each with its place and the size of its letters."""
    lines: list[Line] = []
    pieces: list[str] = []
    place = (0.0, 0.0)
    bold = True

    def finish() -> None:
        nonlocal bold
        text = "".join(pieces)
        if text.strip():
            lines.append(Line(text, place[0], place[1], bold))
        pieces.clear()
        bold = True

    def take(
        text: str, matrix: list[float], text_matrix: list[float], font: dict[str, Any] | None, size: float
    ) -> None:
        nonlocal place, bold
        for position, part in enumerate(text.split("\n")):
            if position:
                finish()
            if part.strip():
                height = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
                scale = (text_matrix[2] ** 2 + text_matrix[3] ** 2) ** 0.5 * (
                    matrix[2] ** 2 + matrix[3] ** 2
                ) ** 0.5
                letters = round(abs(size * scale), 1)
                place = (height, max(letters, place[1]) if any(map(str.strip, pieces)) else letters)
                bold = bold and "bold" in str((font or {}).get("/BaseFont", "")).lower()
            pieces.append(part)

    page.extract_text(visitor_text=take)
    finish()
    return lines
