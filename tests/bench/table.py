"""Shows figures: a status line while they are measured, a table at the end, JSON for later."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from bot.command_line.terminal import ERR, OUT
from tests.bench.figures import Figure
from tests.bench.large import Say

PACKAGES = ("chromadb", "langchain-chroma", "langchain-text-splitters", "onnxruntime", "numpy", "sqlalchemy")
LINE_EVERY_SECONDS = 5.0


@contextmanager
def status() -> Iterator[Say]:
    """What says, on one line, what is being done; where there is no terminal, on a new one now and then."""
    said = -LINE_EVERY_SECONDS

    def say_now_and_then(text: str) -> None:
        nonlocal said
        if time.monotonic() - said >= LINE_EVERY_SECONDS:
            said = time.monotonic()
            ERR.print(text, highlight=False)

    if ERR.is_terminal:
        with ERR.status("") as line:
            yield line.update
    else:
        yield say_now_and_then


def print_table(figures: Sequence[Figure]) -> None:
    """Prints figures, a rule between the parts."""
    table = Table(
        title="Ragtime and LangChain’s tutorial RAG, same embedder, same run",
        caption="Without a key LangChain’s answer is its retrieval alone (docs/benchmarks.md)",
    )
    table.add_column("")
    for name in ("Ragtime", "LangChain", "better by", "bar"):
        table.add_column(name, justify="right")
    for position, figure in enumerate(figures):
        last = position + 1 == len(figures) or figures[position + 1].part != figure.part
        table.add_row(
            figure.name,
            with_unit(figure.ours, figure.unit),
            with_unit(figure.peer, figure.unit),
            with_unit(figure.advantage, "×").replace(" ", ""),
            _bar(figure),
            end_section=last,
        )
    OUT.print(table)


def print_figures(figures: Sequence[Figure], title: str) -> None:
    """Prints figures that have no peer."""
    table = Table("", title=title)
    table.add_column("Ragtime", justify="right")
    table.add_column("bar", justify="right")
    for figure in figures:
        table.add_row(figure.name, with_unit(figure.ours, figure.unit), _bar(figure))
    OUT.print(table)


def with_unit(value: float | None, unit: str) -> str:
    """A number with three digits that count, and its unit; a whole one with all of its digits."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,} {unit}".rstrip()
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if unit else 3
    return f"{value:,.{digits}f} {unit}".rstrip()


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    sign = "≥" if figure.better == "more" else "≤"
    mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[figure.meets_bar]
    return f"{sign} {with_unit(figure.bar, figure.unit)} {mark}".rstrip()


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """Writes figures with what they were measured on."""
    content = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "packages": {name: version(name) for name in PACKAGES},
        "figures": [figure.as_dict() for figure in figures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
