"""The `ragtime` command: run, sync, ask, guide, eval, doctor."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import truststore
import typer

from bot.command_line import cli_backup, cli_inbox, cli_people, cli_usage
from bot.config import Settings, load_settings, other_secrets, other_variables, usable_settings
from bot.ending import leave
from bot.telemetry import logs
from knowledge.errors import AdminError

app = typer.Typer(
    name="ragtime",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(cli_inbox.app, name="inbox")
app.command(name="usage")(cli_usage.show_usage)
app.command(name="backup")(cli_backup.back_up)
app.command(name="restore")(cli_backup.restore)
app.add_typer(cli_people.export_app, name="export")
app.add_typer(cli_people.forget_app, name="forget")

DOTENV = Path(".env")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line (by itself, the process's). What goes wrong is one line, and exit status 1."""
    logs.set_up()
    # The products of a search are small: threads of numpy's own cost more than they save. Must be set
    # before numpy is imported; the model's runtime has threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Every client trusts what the system trusts: a company's own certificate authority, too.
    truststore.inject_into_ssl()
    try:
        app(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    except AdminError as error:
        _stop(str(error))


def _stop(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    sys.exit(1)


def _settings() -> Settings:
    settings = load_settings(os.environ, DOTENV)
    _prepare(settings)
    return settings


def _prepare(settings: Settings) -> None:
    """Hands what `.env` says beside the settings on to libraries; logs as the settings say."""
    for name, value in other_variables(DOTENV).items():
        os.environ.setdefault(name, value)
    logs.set_up(settings.ragtime_log, (*settings.secrets, *other_secrets(os.environ)))


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"ragtime {version('ragtime')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Answers questions from a team's documents, and helps to choose RAG or fine-tuning.

    All is set by environment variables or in a file .env; `ragtime doctor` tells what is missing.
    """


@app.command()
def run() -> None:
    """Start: the playground at http://127.0.0.1:3000 (PORT changes it), or Slack where its tokens are set.

    It serves until Ctrl-C or SIGTERM, and looks through the documents every five minutes.
    """
    from bot.running import run as run_bot

    run_bot(_settings())
    leave()


@app.command()
def web() -> None:
    """Start one of several processes: takes events in by HTTP, for workers to answer."""
    from bot.processes import web as take_events_in

    take_events_in(_settings())
    leave()


@app.command()
def worker() -> None:
    """Start one of several processes: answers what was taken in. Any number may run."""
    from bot.processes import work

    work(_settings())
    leave()


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables, before the processes of a new version start."""
    from bot.processes import migrate as bring_up

    print("The database is brought up." if bring_up(_settings()) else "The database is up to date.")


@app.command()
def sync(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Files or folders within RAGTIME_DOCS: look only at these. Default: at all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the index up to date with the documents' folder (RAGTIME_DOCS).

    A bot that runs does so by itself every five minutes; this does it now, beside it, too.
    """
    from bot.command_line.terminal import show_sync

    with _carry_out("sync", {"sources": sources or [], "here": os.getcwd()}) as messages:
        lacking = show_sync(messages, as_json)
    if lacking:
        _stop(lacking)


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help="The question.")],
    as_json: AsJson = False,
) -> None:
    """Answer a question from the documents that everyone in the company may read, with its sources."""
    from bot.command_line.terminal import show_answer
    from bot.replies.spoken import may_be_a_question

    if not may_be_a_question(asked := " ".join(question).strip()):
        _stop(
            "There is no question: write it after the command, in words, for example "
            'ragtime ask "How much leave?"'
        )
    with _carry_out("ask", {"question": asked}) as messages:
        show_answer(messages, as_json)


@app.command()
def guide(
    about: Annotated[list[str] | None, typer.Argument(help="What you are building.")] = None,
    export: Annotated[
        Path | None, typer.Option(help="Where to write the decision record at the end; - prints it.")
    ] = None,
) -> None:
    """RAG or fine-tuning? A few questions, then a recommendation with its reasons."""
    from bot.command_line.terminal_guide import hold_dialogue

    hold_dialogue(_settings(), " ".join(about or ()), export)


@app.command(name="eval")
def evaluate(
    kind: Annotated[str, typer.Argument(help="What to evaluate: rag, guide or router.")],
    cases: Annotated[Path, typer.Argument(help="Questions, dialogues or messages, one JSON object a line.")],
    docs: Annotated[Path | None, typer.Option(help="For rag: the folder of documents asked about.")] = None,
    out: Annotated[Path | None, typer.Option("--json", help="Where to write metrics and items.")] = None,
) -> None:
    """Measure answers, guide or router on cases whose outcome is known.

    For example: ragtime eval rag questions.jsonl --docs handbook --json out.json
    """
    if kind not in ("rag", "guide", "router"):
        _stop(f"There is no evaluation “{kind}”: write rag, guide or router")
    if (kind == "rag") != (docs is not None):
        _stop("The documents that rag asks about are given with --docs, and only for rag")
    metrics = _evaluated(kind, cases, docs, out)
    width = max(map(len, metrics))
    for name, value in metrics.items():
        # What takes milliseconds would round to nothing.
        print(
            f"{name:{width}}  {'-' if value is None else f'{value:.{5 if value < 0.01 and value else 3}f}'}"
        )


def _evaluated(kind: str, cases: Path, docs: Path | None, out: Path | None) -> dict[str, float | None]:
    if docs:
        from bot.command_line.evaluation import evaluate_rag

        return evaluate_rag(_settings(), cases, docs, out)
    from bot.command_line.evaluation_choosing import evaluate_guide, evaluate_router

    return (evaluate_guide if kind == "guide" else evaluate_router)(_settings(), cases, out)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check settings, tokens, scopes, database, Chroma, model and disk, each with what to do about it.

    Exits with 1 where anything keeps Ragtime from working.
    """
    from bot.command_line.terminal import show_findings
    from bot.doctor import examine

    settings, malformed = usable_settings(os.environ, DOTENV)
    _prepare(settings)
    findings = examine(settings, malformed, tuple(os.environ), tuple(other_variables(DOTENV)))
    if as_json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        show_findings(findings)
    sys.exit(any(finding.failed for finding in findings))


@contextmanager
def _carry_out(task: str, values: dict[str, object]) -> Iterator[Iterator[dict[str, object]]]:
    """The messages of a task, carried out here, or by the running bot where one owns the home."""
    from bot.command_line.carrying_out import carried_out

    with carried_out(_settings(), task, values) as messages:
        yield messages
