"""Tables of the passages found, put together again from the passages that they were cut into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from chains.contract import Table
from chains.hostile import is_for_readers
from knowledge.documents import Chunk, Unit
from knowledge.index import Index
from knowledge.retriever import Hit

# Passages before and after one that are looked through for the rest of its table.
REACH = 40
# Larger tables are looked up in their document: what is quoted can be read in a message.
MAX_ROWS = 25
MAX_WORDS = 400
# Tables that are put together for one question.
MAX_TABLES = 8

_SEPARATORS = re.compile(r"[/_.-]+")


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it stands in its document: the hit that led to it, and its rows within reach."""

    hit: Hit
    units: tuple[Unit, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The header's cells; none where the table has none."""
        return self.units[0].header

    @property
    def caption(self) -> str:
        """The sentence that leads it in, where there is one."""
        return self.units[0].lead

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows' cells."""
        return tuple(unit.cells for unit in self.units)

    @property
    def about(self) -> str:
        """What stands above it: title, headings, the sentence that leads it in, and the document's path."""
        path = _SEPARATORS.sub(" ", self.hit.stored.document.path)
        return " ".join((self.hit.stored.chunk.context, self.caption, path))

    def quoted(self, number: int, start: int = 0) -> Table:
        """It as an answer quotes it: all of its rows, or as many as may be from `start` on."""
        shown = _fitting(self.units)
        if len(shown) < len(self.units):
            shown = _fitting(self.units[max(0, min(start, len(self.units) - MAX_ROWS)) :])
        columns = max(len(cells) for cells in (self.header, *(unit.cells for unit in shown)))
        return Table(
            header=_padded(self.header, columns) if self.header else (),
            rows=tuple(_padded(unit.cells, columns) for unit in shown),
            quote="\n".join(unit.text for unit in shown),
            source=number,
            caption=self.caption,
            left_out=len(self.units) - len(shown),
        )


def found_tables(index: Index, hits: Sequence[Hit]) -> list[FoundTable]:
    """The tables that the passages hold or are cut from, each once, best passage first."""
    found: list[FoundTable] = []
    seen: set[object] = set()
    for hit in hits:
        if len(found) == MAX_TABLES:
            break
        chunk = hit.stored.chunk
        if not any(unit.kind == "table_row" for unit in chunk.units):
            continue
        for units in _runs(index.section(hit.stored, REACH)):
            table = (hit.stored.document.id, chunk.heading_path, units[0].header, units[0].lead)
            if table in seen or not any(unit in units for unit in chunk.units):
                continue
            seen.add(table)
            if len(units) > 1 and all(len(unit.cells) > 1 and is_for_readers(unit) for unit in units):
                found.append(FoundTable(hit, units))
    return found


def _fitting(units: Sequence[Unit]) -> tuple[Unit, ...]:
    taken: list[Unit] = []
    count = 0
    for unit in units[:MAX_ROWS]:
        count += len(unit.text.split())
        if taken and count > MAX_WORDS:
            break
        taken.append(unit)
    return tuple(taken)


def _padded(cells: Sequence[str], columns: int) -> tuple[str, ...]:
    return (*cells, *[""] * (columns - len(cells)))


def _runs(chunks: Sequence[Chunk]) -> list[tuple[Unit, ...]]:
    """The rows that stand together under one header, table by table."""
    units = [unit for chunk in chunks for unit in chunk.units]
    runs = groupby(units, key=lambda unit: (unit.kind, unit.header, unit.lead))
    return [tuple(run) for (kind, _, _), run in runs if kind == "table_row"]
