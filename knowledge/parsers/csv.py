"""CSV and its relatives: one table, whatever separates its columns."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from knowledge.documents import ParsedDocument, UnreadableDocument
from knowledge.parsers.limits import MAX_CELLS, MAX_FILE_BYTES
from knowledge.parsers.reading import read_text
from knowledge.parsers.tables import Cell, table_blocks
from knowledge.parsers.text_pieces import one_line, with_bare_links

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50


def parse_csv(path: Path) -> ParsedDocument:
    """The rows of the table; the first one is its header, unless there are numbers in it.

    Raises:
        UnreadableDocument: it is no text, or has too many cells.
    """
    # Python's own limit on a cell is a setting of the whole process; the file's size is limit enough.
    csv.field_size_limit(MAX_FILE_BYTES)
    text = read_text(path)
    # Excel's own way to name the separator.
    stated, _, rest = text.partition("\n")
    if stated.lower().startswith("sep=") and len(stated) == 5:
        delimiter, text = stated[4], rest
    else:
        delimiter = _delimiter(text)
    rows: list[list[str]] = []
    cells = 0
    for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
        cells += len(row)
        if cells > MAX_CELLS:
            raise UnreadableDocument(f"it has more than {MAX_CELLS:,} cells")
        if any(values := [one_line(value) for value in row]):
            rows.append(values)
    if not rows:
        return ParsedDocument(None, ())
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    heads = 1 if len(rows) > 1 and not any(map(_is_number, rows[0])) else 0
    body = ([Cell(value, with_bare_links(value, [])) for value in row] for row in padded[heads:])
    return ParsedDocument(None, tuple(table_blocks(padded[:heads], body)))


def _delimiter(text: str) -> str:
    """The separator that cuts most lines into the same number of columns, and into most."""
    lines = text.splitlines(keepends=True)[:_SAMPLE_LINES]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        columns, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (count if columns > 1 else 0, columns)

    return max(_DELIMITERS, key=agreement)


def _is_number(value: str) -> bool:
    return value.replace(",", "").replace(".", "").replace("-", "").isdigit()
