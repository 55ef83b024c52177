"""`ragtime usage`: what Ragtime was used for, as tables or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import MOST_DAYS

if TYPE_CHECKING:
    from bot.records.usage import Calls, Counts, Usage

COUNT_COLUMNS = ("questions", "answered", "refused", "failed", "liked", "disliked", "median", "model spend")


def show_usage(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="The last so many days.")] = 30,
    names: Annotated[bool, typer.Option("--names", help="Who asked, too, by their Slack ids.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Questions, and what became of them, by day and channel; slow replies, documents, model spend."""
    from bot.records.opening import opened
    from bot.records.usage import usage

    with opened() as engine:
        found = usage(engine, datetime.now(UTC) - timedelta(days=days))
    if as_json:
        print(json.dumps(_as_json(found, names), indent=2))
    else:
        _show(found, days, names)


def _as_json(found: Usage, names: bool) -> dict[str, object]:
    def each(counts: Mapping[str, Counts]) -> dict[str, object]:
        return {name: one.as_dict() for name, one in counts.items()}

    return {
        "total": found.total.as_dict(),
        "days": each(found.days),
        "channels": each(found.channels),
        **({"people": each(found.people)} if names else {}),
        "slowest": [asdict(slow) for slow in found.slowest],
        "documents": [{"document": name, "cited": cited} for name, cited in found.documents],
        "models": {name: asdict(calls) for name, calls in found.models.items()},
    }


def _show(found: Usage, days: int, names: bool) -> None:
    if not found.total.questions and not found.models:
        print(f"Nothing was asked in the last {days} days.")
        return
    counted = {"day": found.days, "channel": found.channels, **({"person": found.people} if names else {})}
    _table(("", *COUNT_COLUMNS), [(f"last {days} days", *_cells(found.total))])
    for what, counts in counted.items():
        _table((what, *COUNT_COLUMNS), [(name, *_cells(one)) for name, one in counts.items()])
    _table(
        ("slowest", "channel", "seconds"),
        [(slow.event_id, slow.channel, f"{slow.seconds:.1f}") for slow in found.slowest],
    )
    _table(("cited", "replies"), [(document, str(cited)) for document, cited in found.documents])
    _table(
        ("model", "calls", "tokens in", "tokens out", "spend"),
        [_call_cells(name, calls) for name, calls in found.models.items()],
    )


def _cells(counts: Counts) -> tuple[str, ...]:
    median = "-" if counts.median is None else f"{counts.median:.1f} s"
    judged = (str(counts.liked), str(counts.disliked), median, f"${counts.dollars:,.4f}")
    became = (counts.answered, counts.refused, counts.failed)
    return (str(counts.questions), *(_share(count, counts.questions) for count in became), *judged)


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.0%})" if count else "0"


def _call_cells(name: str, calls: Calls) -> tuple[str, ...]:
    spend = f"${calls.dollars:,.4f}"
    if calls.unpriced:
        spend += f" and {calls.unpriced} calls at no known price"
    about = "about " if calls.estimated else ""
    tokens = (f"{about}{calls.tokens_in:,}", f"{about}{calls.tokens_out:,}")
    return (name, str(calls.calls), *tokens, spend)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from bot.command_line.terminal import OUT

    if not rows:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    OUT.print(table)
    OUT.print()
