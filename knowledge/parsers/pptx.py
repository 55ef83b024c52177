"""PowerPoint: each slide's title, text, tables and notes; a slide is a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from knowledge.documents import Block, Link, ParsedDocument, UnreadableDocument
from knowledge.parsers.archives import check_office_file
from knowledge.parsers.limits import MAX_PAGES
from knowledge.parsers.tables import Cell, fill_merged, table_blocks
from knowledge.parsers.text_pieces import absolute_url, one_line, with_bare_links

_SLIDE_LEVEL = 2
"""A slide's title is a heading below that of the deck."""


def parse_pptx(path: Path) -> ParsedDocument:
    """The slides in order; the first slide's title is the deck's.

    Raises:
        UnreadableDocument: it is locked, damaged, too long, or would do harm when unpacked.
    """
    check_office_file(path)
    import pptx

    slides = pptx.Presentation(str(path)).slides
    if len(slides) > MAX_PAGES:
        raise UnreadableDocument(f"it has more than {MAX_PAGES:,} slides")
    blocks = [block for number, slide in enumerate(slides, 1) for block in _slide(slide, number)]
    title = next((block.text for block in blocks if block.kind == "heading"), None)
    return ParsedDocument(title, tuple(blocks))


def _slide(slide: Any, page: int) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and (text := one_line(title.text_frame.text)):
        yield Block("heading", text, level=1 if page == 1 else _SLIDE_LEVEL, page=page)
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, page)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        yield from _text(notes, page, bullets=False)


def _in_reading_order(shapes: Iterable[Any]) -> list[Any]:
    """From top to bottom, then from left to right; placeholders without a place of their own come first."""
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape(shape: Any, page: int) -> Iterator[Block]:
    from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

    if shape.is_placeholder and shape.placeholder_format.type in (
        PP_PLACEHOLDER.DATE,
        PP_PLACEHOLDER.FOOTER,
        PP_PLACEHOLDER.SLIDE_NUMBER,
    ):
        return
    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        for member in _in_reading_order(shape.shapes):
            yield from _shape(member, page)
    elif getattr(shape, "has_table", False):
        yield from _table(shape.table, page)
    elif shape.has_text_frame:
        # A layout's text placeholder shows its paragraphs as a list; a text box does not.
        bullets = shape.is_placeholder and shape.placeholder_format.type in (
            PP_PLACEHOLDER.BODY,
            PP_PLACEHOLDER.OBJECT,
        )
        yield from _text(shape.text_frame, page, bullets=bullets)


def _text(frame: Any, page: int, *, bullets: bool) -> Iterator[Block]:
    paragraphs = [paragraph for paragraph in frame.paragraphs if one_line(paragraph.text)]
    for paragraph in paragraphs:
        text = one_line(paragraph.text)
        links = with_bare_links(text, list(_links(paragraph)))
        if (bullets and len(paragraphs) > 1) or paragraph.level:
            yield Block("list_item", text, level=paragraph.level, links=links, page=page)
        else:
            yield Block("paragraph", text, links=links, page=page)


def _links(paragraph: Any) -> Iterator[Link]:
    for run in paragraph.runs:
        url = absolute_url(run.hyperlink.address)
        if url and (label := one_line(run.text)):
            yield Link(label, url)


def _table(table: Any, page: int) -> list[Block]:
    rows = [
        [_cell(cell, heading=table.first_row and at == 0) for cell in row.cells if not cell.is_spanned]
        for at, row in enumerate(table.rows)
    ]
    grid = fill_merged(rows)
    heads = 1 if table.first_row and len(grid) > 1 else 0
    return table_blocks([[cell.text for cell in row] for row in grid[:heads]], grid[heads:], page)


def _cell(cell: Any, *, heading: bool) -> Cell:
    links = tuple(link for paragraph in cell.text_frame.paragraphs for link in _links(paragraph))
    rows, columns = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
    return Cell(one_line(cell.text_frame.text), links, rows=rows, columns=columns, heading=heading)
