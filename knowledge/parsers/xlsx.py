"""Excel workbooks: each sheet's rows, with the values as people see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from knowledge.documents import Block, ParsedDocument, UnreadableDocument
from knowledge.parsers.archives import check_office_file
from knowledge.parsers.limits import MAX_CELLS
from knowledge.parsers.tables import Cell, table_blocks
from knowledge.parsers.text_pieces import one_line, with_bare_links
from knowledge.parsers.xlsx_values import shown

NOTE = "note"
"""Key in the metadata for what the admin should know."""

_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_FORMULA_WITHOUT_VALUE = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_SHEET_LEVEL = 2
_MAX_ROWS = 200_000


def parse_xlsx(path: Path) -> ParsedDocument:
    """The visible sheets, each under its name; rows after an empty one may begin a table of their own.

    Raises:
        UnreadableDocument: it is locked, damaged, too large, or would do harm when unpacked.
    """
    check_office_file(path)
    import openpyxl

    workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    blocks: list[Block] = []
    missing = 0
    budget = MAX_CELLS
    try:
        with ZipFile(path) as archive:
            for sheet in workbook.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                xml = archive.read(sheet._worksheet_path)  # pyright: ignore[reportAttributeAccessIssue]
                missing += len(_FORMULA_WITHOUT_VALUE.findall(xml))
                rows, used = _rows(sheet, _merged(xml), budget)
                budget -= used
                if found := _tables(rows):
                    blocks += [Block("heading", one_line(sheet.title), level=_SHEET_LEVEL), *found]
    finally:
        workbook.close()
    if missing and not any(block.kind == "table_row" for block in blocks):
        raise UnreadableDocument("its formulas have no stored values: open it in Excel and save it once")
    note = f"formulas without a stored value: {missing:,} (open it in Excel and save it once)"
    return ParsedDocument(None, tuple(blocks), {NOTE: note} if missing else {})


_Merged = dict[int, list[int]]
"""For each row, the columns whose cell is merged with the one above."""


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[Cell]
    words_only: bool
    """Whether no cell holds a number, date or truth value: what a header looks like."""

    @property
    def filled(self) -> int:
        return sum(1 for cell in self.cells if cell.text)


def _rows(sheet: Any, merged: _Merged, budget: int) -> tuple[list[_Row | None], int]:
    """The rows of a sheet, None for an empty one (at most one in a row); and how many cells were read."""
    sheet.reset_dimensions()  # what files say about their own size is often wrong
    rows: list[_Row | None] = []
    above: dict[int, Cell] = {}
    used = 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(cell) for cell in values]
        for column in merged.get(number, ()):
            cells += [Cell()] * (column - len(cells))
            cells[column - 1] = above.get(column, Cell())
        above = {column: cells[column - 1] for column in merged.get(number + 1, ()) if column <= len(cells)}
        while cells and not cells[-1].text:
            cells.pop()
        used += len(cells)
        if used > budget or number > _MAX_ROWS:
            raise UnreadableDocument(f"it has more than {MAX_CELLS:,} cells or {_MAX_ROWS:,} rows")
        if cells:
            rows.append(
                _Row(cells, all(cell.value is None or isinstance(cell.value, str) for cell in values))
            )
        elif rows and rows[-1] is not None:
            rows.append(None)
    return rows, used


def _cell(cell: Any) -> Cell:
    text = one_line(shown(cell.value, getattr(cell, "number_format", "General")))
    return Cell(text, with_bare_links(text, [])) if text else Cell()


def _tables(rows: list[_Row | None]) -> list[Block]:
    blocks: list[Block] = []
    header: list[str] = []
    for region in _regions(rows):
        width = max(len(row.cells) for row in region)
        titles = 0
        while titles < len(region) - 1 and region[titles].filled == 1 and width > 1:
            titles += 1
        for row in region[:titles]:
            blocks += [Block("paragraph", cell.text, links=cell.links) for cell in row.cells if cell.text]
        region = region[titles:]
        if _begins_with_header(region, first=not header):
            header = [cell.text for cell in region[0].cells]
            region = region[1:]
        if len(region) == 1 and region[0].filled == 1:
            blocks += [
                Block("paragraph", cell.text, links=cell.links) for cell in region[0].cells if cell.text
            ]
            continue
        width = max(width, len(header))
        grid = [row.cells + [Cell()] * (width - len(row.cells)) for row in region]
        heads = [header + [""] * (width - len(header))] if header else []
        blocks += table_blocks(heads, grid)
    return blocks


def _regions(rows: list[_Row | None]) -> Iterator[list[_Row]]:
    """Rows between empty ones."""
    region: list[_Row] = []
    for row in (*rows, None):
        if row is not None:
            region.append(row)
        elif region:
            yield region
            region = []


def _begins_with_header(region: list[_Row], *, first: bool) -> bool:
    """Whether the first row names the columns of the others.

    Rows below a gap mostly go on with the same columns, so that a second header must stand out.
    """
    if len(region) < 2 or not region[0].words_only or region[0].filled < 2:
        return False
    full = region[0].filled >= max(row.filled for row in region)
    return full and (first or not all(row.words_only for row in region[1:]))


def _merged(xml: bytes) -> _Merged:
    from openpyxl.utils import range_boundaries

    merged: dict[int, list[int]] = {}
    cells = 0
    for match in _MERGED.finditer(xml):
        left, top, _, bottom = (int(bound or 0) for bound in range_boundaries(match[1].decode()))
        cells += bottom - top
        if cells > MAX_CELLS:
            raise UnreadableDocument("it merges too many cells")
        for row in range(top + 1, bottom + 1):
            merged.setdefault(row, []).append(left)
    return merged
