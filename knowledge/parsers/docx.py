"""Word documents: headings by style, lists, tables and links, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.documents import Block, Link, ParsedDocument
from knowledge.parsers.archives import check_office_file
from knowledge.parsers.docx_numbering import Numbering
from knowledge.parsers.markdown import first_heading
from knowledge.parsers.tables import Cell, joined_in_cell, looks_like_header, table_blocks
from knowledge.parsers.text_pieces import absolute_url, names, one_line, reads_as_heading, with_bare_links

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

Element = Any
"""An lxml element of WordprocessingML."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Moved or deleted text, and drawings (their text boxes are read as paragraphs of their own).
_NOT_INLINE = frozenset(_W + tag for tag in names("del moveFrom drawing pict object instrText pPr rPr"))
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"


def parse_docx(path: Path) -> ParsedDocument:
    """The document's body, without headers, footers, comments, deleted and hidden text.

    Raises:
        UnreadableDocument: it is locked, damaged, or would do harm when unpacked.
    """
    check_office_file(path)
    import docx

    reader = _Reader(docx.Document(str(path)))
    blocks = reader.blocks()
    return ParsedDocument(first_heading(blocks), tuple(blocks))


class _Reader:
    """One document's styles, numbering and relations, and how many headings deep it is."""

    def __init__(self, document: WordDocument) -> None:
        self._body: Element = document.element.body
        self._relations = document.part.rels
        self._numbering = Numbering(document)
        self._levels = {style.style_id: _heading_level(style) for style in document.styles}
        self._level = 0

    def blocks(self) -> list[Block]:
        return list(self._container(self._body))

    def _container(self, container: Element) -> Iterator[Block]:
        """Paragraphs and tables of a body, cell, text box or content control."""
        for child in container:
            if child.tag == _W + "p":
                yield from self._paragraph(child)
            elif child.tag == _W + "tbl":
                yield from self._table(child)
            elif child.tag == _W + "sdt" and not _is_contents(child):
                for content in child.iterchildren(_W + "sdtContent"):
                    yield from self._container(content)
            elif child.tag in (_W + "ins", _W + "moveTo", _W + "customXml"):
                yield from self._container(child)

    def _paragraph(self, paragraph: Element) -> Iterator[Block]:
        pieces: list[str] = []
        links: list[Link] = []
        self._inline(paragraph, pieces, links)
        text = one_line("".join(pieces))
        if text:
            yield self._text_block(paragraph, text, with_bare_links(text, links))
        for box in paragraph.iter(_W + "txbxContent"):
            # Each text box is there twice, the second time for programs of before 2010.
            if not any(parent.tag.endswith("}Fallback") for parent in box.iterancestors()):
                yield from self._container(box)

    def _text_block(self, paragraph: Element, text: str, links: tuple[Link, ...]) -> Block:
        in_cell = next(paragraph.iterancestors(_W + "tc"), None) is not None
        level = _outline_level(paragraph) or self._levels.get(_style(paragraph), 0)
        if level and not in_cell:
            self._level = level
            return Block("heading", text, level=level, links=links)
        if item := self._numbering.item(paragraph, _style(paragraph)):
            return Block("list_item", text, level=item.level, marker=item.marker, links=links)
        if not in_cell and _bold_throughout(paragraph) and reads_as_heading(text):
            return Block("heading", text, level=min(self._level + 1, 6), links=links)
        return Block("paragraph", text, links=links)

    def _inline(self, element: Element, pieces: list[str], links: list[Link]) -> None:
        for child in element:
            tag = child.tag
            if tag in _NOT_INLINE or tag == _ALTERNATE or (tag == _W + "r" and _is_vanished(child)):
                continue
            if tag == _W + "t":
                pieces.append(child.text or "")
            elif tag in (_W + "tab", _W + "br", _W + "cr"):
                pieces.append(" ")
            elif tag == _W + "noBreakHyphen":
                pieces.append("-")
            elif tag == _W + "hyperlink":
                start = len(pieces)
                self._inline(child, pieces, links)
                relation = self._relations.get(child.get(_RELATION, ""))
                url = (
                    absolute_url(relation.target_ref)
                    if relation is not None and relation.is_external
                    else None
                )
                if url and (label := one_line("".join(pieces[start:]))):
                    links.append(Link(label, url))
            else:
                self._inline(child, pieces, links)

    def _table(self, table: Element) -> list[Block]:
        rows = list(table.iterchildren(_W + "tr"))
        cells = [list(row.iterchildren(_W + "tc")) for row in rows]
        if sum(map(len, cells)) == 1:
            # One cell is no table: a frame around ordinary text.
            return list(self._container(cells[0][0]))
        grid = self._grid(rows)
        texts = [[cell.text for cell in row] for row in grid]
        heads = sum(1 for row in rows if row.find(f"{_W}trPr/{_W}tblHeader") is not None)
        if not heads and grid and (looks_like_header(texts[0], len(texts)) or _is_bold_row(rows)):
            heads = 1
        return table_blocks(texts[:heads], grid[heads:])

    def _grid(self, rows: list[Element]) -> list[list[Cell]]:
        """Merged to the right: the text stands in the first column. Merged downwards: in each row."""
        grid: list[list[Cell]] = []
        for row in rows:
            skipped = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
            filled = [Cell()] * skipped
            for cell in row.iterchildren(_W + "tc"):
                merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                if (
                    merged is not None
                    and merged.get(_W + "val") != "restart"
                    and grid
                    and len(filled) < len(grid[-1])
                ):
                    filled.append(grid[-1][len(filled)])
                else:
                    filled.append(self._cell(cell))
                filled += [Cell()] * (_number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1) - 1)
            grid.append(filled)
        width = max(map(len, grid), default=0)
        return [row + [Cell()] * (width - len(row)) for row in grid]

    def _cell(self, cell: Element) -> Cell:
        blocks = list(self._container(cell))
        return Cell(
            joined_in_cell(block.text for block in blocks),
            tuple(link for block in blocks for link in block.links),
        )


def _heading_level(style: Any) -> int:
    """The heading level that a style stands for (0: none), its own or that of a style it is based on."""
    for _ in range(20):  # styles that are based on each other in a circle exist
        if style is None:
            return 0
        name = style.name or ""
        if name.startswith("Heading ") and name[8:].isdigit():
            return min(int(name[8:]), 6)
        if name == "Title":
            return 1
        style = getattr(style, "base_style", None)
    return 0


def _style(paragraph: Element) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style.get(_W + "val", "") if style is not None else ""


def _outline_level(paragraph: Element) -> int:
    level = _number(paragraph.find(f"{_W}pPr/{_W}outlineLvl"), 9)
    return min(level + 1, 6) if level < 9 else 0


def _number(element: Element | None, default: int) -> int:
    try:
        return min(int(element.get(_W + "val")), 1000) if element is not None else default
    except (TypeError, ValueError):
        return default


def _is_on(run: Element, setting: str) -> bool:
    element = run.find(f"{_W}rPr/{_W}{setting}")
    return element is not None and element.get(_W + "val") not in ("0", "false", "off", "none")


def _is_vanished(run: Element) -> bool:
    """Whether Word does not show it; nobody who reviews the document would see it."""
    return _is_on(run, "vanish")


def _bold_throughout(paragraph: Element) -> bool:
    runs = [
        run
        for run in paragraph.iter(_W + "r")
        if any((text.text or "").strip() for text in run.iter(_W + "t"))
    ]
    return bool(runs) and all(_is_on(run, "b") for run in runs)


def _is_bold_row(rows: list[Element]) -> bool:
    """Whether a table's first row is bold, and the next one is not."""
    bold = [
        all(
            _bold_throughout(paragraph)
            for paragraph in row.iter(_W + "p")
            if next(paragraph.iter(_W + "t"), None) is not None
        )
        for row in rows[:2]
    ]
    return bold == [True, False]


def _is_contents(control: Element) -> bool:
    """A table of contents says the headings once more."""
    gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(_W + "val") == "Table of Contents"
