"""What the command line shows: progress bars, answers, findings."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from rich.box import HORIZONTALS
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot import words

if TYPE_CHECKING:
    from bot.command_line.tasks import Message
    from bot.doctor import Finding
    from knowledge.sync import Report, SyncReport

T = TypeVar("T")

# Characters a line, where nobody reads on a screen: what is piped on is not folded.
PIPED_WIDTH = 1000

OUT = Console()
if not OUT.is_terminal:
    OUT.width = PIPED_WIDTH
# Progress and remarks go here, so that what is piped on is the result alone.
ERR = Console(stderr=True)

STAGES = {
    "indexing": "Reading documents",
    "document": "Reading a long document",
    "embedding": "Embedding",
}
MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]", "skipped": "[dim]·[/]"}


@contextmanager
def sync_progress() -> Iterator[Report]:
    """A progress bar for a sync, shown from the first document that takes time on."""
    with _bar() as update:
        yield lambda progress: update(progress.stage, progress.done, progress.total)


def _columns() -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Where nobody watches, it would leave an empty line.
    return Progress(*parts, console=ERR, transient=True, disable=not ERR.is_terminal)


@contextmanager
def _bar() -> Iterator[Any]:
    with _columns() as bar:
        task: TaskID | None = None

        def update(stage: str, done: int, total: int) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(STAGES[stage], total=total)
            bar.update(task, description=STAGES[stage], completed=done, total=total)

        yield update


def progress_over(items: Sequence[T], description: str) -> Iterator[T]:
    """The items, with a bar that shows how many were taken."""
    with _columns() as bar:
        yield from bar.track(items, description=description)


class SyncLog:
    """Tells the terminal of a running bot's syncs: what changed, and each unusable file once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._lacking = ""

    def progress(self) -> Any:
        """A bar while the sync runs."""
        return sync_progress()

    def done(self, result: SyncReport) -> None:
        """A line where anything changed."""
        if result.remark:
            announce(result.remark)
        if result.added or result.changed or result.moved or result.removed or not self._told:
            announce(f"In the index: {result}")
        if result.lacking != self._lacking:
            announce(result.lacking or "All vectors are made")
        self._lacking = result.lacking
        lines = {f"{item.path}: {item.reason}" for item in result.skipped}
        for line in sorted(lines - self._told):
            announce(f"  Left out: {line}")
        self._told = lines | {""}


def announce(line: str) -> None:
    """A line about the running bot; an address in it stays whole."""
    ERR.print(line, highlight=False, markup=False, soft_wrap=True)


def show_sync(messages: Iterable[Message], as_json: bool) -> str:
    """A bar, one line, and a line for each file left out; returns why vectors are missing, if they are."""
    with _bar() as update:
        result: Message = {}
        for message in messages:
            if "progress" in message:
                update(**message["progress"])
            result = message.get("result", result)
    if as_json:
        print(json.dumps(result, indent=2))
        return result["lacking"]
    if result["remark"]:
        announce(result["remark"])
    OUT.print(result["summary"], highlight=False, soft_wrap=True)
    for item in result["skipped"]:
        OUT.print(
            f"  Left out: {item['path']}: {item['reason']}", highlight=False, markup=False, soft_wrap=True
        )
    return result["lacking"]


def show_answer(messages: Iterable[Message], as_json: bool) -> None:
    """The answer with its sources."""
    result: Message = {}
    for message in messages:
        result = message.get("result", result)
    if as_json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
        return
    if result["refused"]:
        OUT.print("I could not find this in your documents.")
        if result["sources"]:
            OUT.print("The nearest that I have:")
    if not (result["refused"] or result["statements"] or result["table"]):
        OUT.print(escape(result["answer"]), highlight=False)
    lead = ""
    for statement in result["statements"]:
        if statement["lead"] and statement["lead"] != lead:
            OUT.print(escape(statement["lead"]), highlight=False)
        lead = statement["lead"]
        numbers = "".join(f"[{number}]" for number in statement["sources"])
        mark = (statement["marker"] or "•") + " " if statement["kind"] == "list_item" else ""
        text = _folded(f"{mark}{_words(statement)} {numbers}", OUT.width, "  " if mark else "")
        OUT.print(
            f"{escape(text.removesuffix(numbers))}[dim]{escape(numbers)}[/]", highlight=False, soft_wrap=True
        )
    if result["table"]:
        _show_table(result["table"], result["sources"])
    if result["notice"]:
        if result["statements"] or result["table"]:
            OUT.print()
        OUT.print(f"[italic]{escape(result['notice'])}[/]", highlight=False)
    if result["sources"]:
        OUT.print()
    for source in result["sources"]:
        where = source["url"] or source.get("file") or source["document"]
        OUT.print(
            f"[dim]\\[{source['number']}] {escape(_heading(source))}  {escape(where)}[/]",
            highlight=False,
            soft_wrap=True,
        )


def _show_table(table: dict[str, Any], sources: Sequence[dict[str, Any]]) -> None:
    """A quoted table under the sentence that leads it in, or else under its heading."""
    source = next(source for source in sources if source["number"] == table["source"])
    caption = escape(table["caption"] or _heading(source))
    OUT.print(f"{caption} [dim]\\[{source['number']}][/]", highlight=False)
    shown = Table(box=HORIZONTALS, show_header=bool(table["header"]), show_lines=OUT.is_terminal)
    for position in range(len(table["rows"][0])):
        shown.add_column(escape(table["header"][position]) if table["header"] else "", overflow="fold")
    for row in table["rows"]:
        shown.add_row(*map(escape, row))
    OUT.print(shown, highlight=False)
    if table["left_out"]:
        OUT.print(words.rows_left_out(table["left_out"]), highlight=False)


def _heading(source: dict[str, Any]) -> str:
    return " › ".join([source["title"], *source["heading_path"][-1:]])


def _folded(text: str, width: int, indent: str) -> str:
    """A text in lines of a width; a word that is longer, such as an address, stays whole."""
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            replace_whitespace=False,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )


def _words(statement: dict[str, Any]) -> str:
    """A statement's words; a table row's with the header's before each cell."""
    if statement["kind"] == "table_row" and len(statement["header"]) == len(statement["cells"]):
        pairs = zip(statement["header"], statement["cells"], strict=True)
        return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
    return statement["text"]


def show_findings(findings: Iterable[Finding]) -> None:
    """What was examined, with what to do where something is wrong; addresses and paths stay whole."""
    shown = list(findings)
    width = max((len(finding.subject) for finding in shown), default=0)
    for finding in shown:
        lines = [f"{MARKS[finding.status]} {escape(finding.subject):{width}}  {escape(finding.found)}"]
        if finding.advice:
            lines.append(f"{'':{width + 4}}[dim]→ {escape(finding.advice)}[/]")
        OUT.print("\n".join(lines), highlight=False, soft_wrap=True)
