"""Tables of any format, as rows of blocks: merged cells filled in, header rows joined into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.documents import Block, Link, UnreadableDocument
from knowledge.parsers.limits import MAX_CELLS

MAX_SPAN = 1000
"""HTML's own limit for colspan; merged cells beyond it are mistakes or mischief."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it is written: its text, links, how many rows and columns it covers, heading or not."""

    text: str = ""
    links: tuple[Link, ...] = ()
    rows: int = 1
    columns: int = 1
    heading: bool = False


EMPTY = Cell()


def joined_in_cell(parts: Iterable[str]) -> str:
    """Paragraphs and list items of one cell on one line, where they would run into each other."""
    text = ""
    for part in filter(None, parts):
        text = f"{text}{' ' if text[-1] in '.:;,!?' else '; '}{part}" if text else part
    return text


def looks_like_header(row: Sequence[str], rows: int) -> bool:
    """Whether the first of some rows reads as their header, where the file does not say.

    With two columns it may as well be the first of many pairs of a name and a value.
    """
    return (
        rows > 1
        and len(row) > 2
        and all(0 < len(text) <= 60 and not text[0].isdigit() for text in row)
        and len(set(row)) == len(row)
    )


def fill_merged(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows as a grid: each has a cell in every column.

    A cell merged downwards is repeated, so that each row can be read alone; one merged to the right
    stands in its first column, in a heading row in all of them.

    Raises:
        UnreadableDocument: the table has too many cells.
    """
    grid: list[list[Cell]] = []
    below: dict[int, tuple[int, Cell]] = {}
    width = 0
    for row in rows:
        filled: list[Cell] = []
        waiting = iter(row)
        cell = next(waiting, None)
        while cell is not None or len(filled) in below:
            if len(filled) in below:
                left, merged = below.pop(len(filled))
                if left > 1:
                    below[len(filled)] = (left - 1, merged)
                filled.append(merged)
                continue
            assert cell is not None
            single = replace(cell, rows=1, columns=1)
            for offset in range(min(cell.columns, MAX_SPAN)):
                part = single if offset == 0 or cell.heading else EMPTY
                if cell.rows > 1:
                    below[len(filled)] = (cell.rows - 1, part)
                filled.append(part)
            cell = next(waiting, None)
        grid.append(filled)
        width = max(width, len(filled))
        if len(grid) * width > MAX_CELLS:
            raise UnreadableDocument(f"it has a table of more than {MAX_CELLS:,} cells")
    return [[*row, *([EMPTY] * (width - len(row)))] for row in grid]


def table_blocks(
    header_rows: Sequence[Sequence[str]], rows: Iterable[Sequence[Cell]], page: int | None = None
) -> list[Block]:
    """The rows of a filled grid as blocks; several header rows become one. A header without rows is a row."""
    header = tuple(" ".join(dict.fromkeys(filter(None, column))) for column in zip(*header_rows, strict=True))
    if not any(header):
        header = ()
    blocks = [block for row in rows if (block := _row_block(row, header, page))]
    if not blocks and header:
        blocks = [Block("table_row", " | ".join(filter(None, header)), cells=header, page=page)]
    return blocks


def _row_block(row: Sequence[Cell], header: tuple[str, ...], page: int | None) -> Block | None:
    cells = tuple(cell.text for cell in row)
    if not any(cells):
        return None
    links = tuple(dict.fromkeys(link for cell in row for link in cell.links))
    return Block(
        "table_row", " | ".join(filter(None, cells)), cells=cells, header=header, links=links, page=page
    )
