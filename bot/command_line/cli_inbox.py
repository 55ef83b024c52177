"""`ragtime inbox`: lists what stands in the inbox, tries events again, drops them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.records.inbox_admin import Entry

app = typer.Typer(
    help="What stands in the inbox: list it, retry what failed, drop what is not to be answered.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LISTED_AT_MOST = 100_000

Events = Annotated[list[str], typer.Argument(help="The events' ids, as the list shows them.")]


@app.command(name="list")
def list_entries(
    also_done: Annotated[bool, typer.Option("--all", help="What is answered or withdrawn, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=LISTED_AT_MOST, help="The newest so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """List the events that wait, are being answered, or failed, and why. Without what was said."""
    from bot.records.inbox_admin import entries
    from bot.records.opening import opened

    with opened() as engine:
        found = entries(engine, also_done=also_done, limit=limit)
    if as_json:
        print(json.dumps([asdict(entry) for entry in found], indent=2, default=datetime.isoformat))
    else:
        _show(found)


@app.command()
def retry(events: Events) -> None:
    """Have events that failed answered after all; an apology is overwritten by the answer."""
    from bot.records.inbox_admin import retry as retry_event
    from bot.records.opening import opened

    with opened() as engine:
        for event in events:
            retry_event(engine, event)
            print(f"{event} is tried again within a few seconds, where Ragtime runs")


@app.command()
def drop(
    events: Events,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give events up for good: whoever asked gets no answer. This cannot be undone."""
    from bot.records.inbox_admin import drop as drop_event
    from bot.records.opening import opened

    with opened() as engine:
        for event in events:
            if yes or typer.confirm(f"Drop {event}, without a word to whoever asked?"):
                drop_event(engine, event)
                print(f"{event} is dropped")


def _show(found: Sequence[Entry]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from bot.command_line.terminal import OUT

    if not found:
        print("Nothing waits, and nothing failed.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("event", "kind", "channel", "state", "since", "tries", "why"):
        table.add_column(column, overflow="fold")
    now = datetime.now(UTC)
    for entry in found:
        tries = str(entry.failures) + (f" + {entry.interruptions} cut off" if entry.interruptions else "")
        since = _ago((now - entry.accepted_at).total_seconds())
        cells = (entry.event_id, entry.kind, entry.channel, _state(entry, now), since, tries, entry.error)
        table.add_row(*map(escape, cells))
    OUT.print(table)


def _state(entry: Entry, now: datetime) -> str:
    if entry.state != "accepted":
        return entry.state
    if entry.not_before and entry.not_before > now:
        return f"again in {(entry.not_before - now).total_seconds():.0f} s"
    return "waiting"


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
