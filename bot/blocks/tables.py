"""A quoted table as Slack's table block, or where that does not fit as statements, row by row."""

from __future__ import annotations

from bot.blocks.blockkit import Block
from bot.blocks.mrkdwn import without_mass_mentions
from chains.contract import Statement, Table

# What Slack takes in one table block.
MAX_ROWS = 100
MAX_COLUMNS = 20
MAX_CHARACTERS = 10_000
# Slack refuses a cell without text.
EMPTY = " "


def table_block(table: Table) -> Block | None:
    """The table as a block; None where it is larger than Slack takes it."""
    rows = [table.header, *table.rows] if table.header else table.rows
    cells = [[without_mass_mentions(cell) or EMPTY for cell in row] for row in rows]
    columns, characters = len(cells[0]), sum(len(cell) for row in cells for cell in row)
    if len(cells) > MAX_ROWS or columns > MAX_COLUMNS or characters > MAX_CHARACTERS:
        return None
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in cells],
        "column_settings": [{"is_wrapped": True} for _ in range(columns)],
    }


def table_statements(table: Table) -> list[Statement]:
    """The table row by row, each a quotation that names its columns."""
    return [
        Statement(
            text=quote,
            sources=(table.source,),
            quotes=(quote,),
            quoted=True,
            kind="table_row",
            cells=cells,
            header=table.header,
        )
        for cells, quote in zip(table.rows, table.quote.splitlines(), strict=True)
    ]
