"""The `ragtime` command: run, sync, ask, eval, doctor."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import truststore
import typer

from bot.config import Settings, load_settings, other_variables
from knowledge.errors import AdminError

app = typer.Typer(
    name="ragtime",
    help="Answers questions from a team's documents, in Slack and here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def main() -> None:
    """Runs the command line. What goes wrong is one line with what to do, and exit status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # The products of a search are small: threads of numpy's own cost more than they save. Must be set
    # before numpy is imported; the model's runtime has threads of its own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Every client trusts what the system trusts: a company's own certificate authority, too.
    truststore.inject_into_ssl()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except AdminError as error:
        _stop(str(error))


def _stop(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    sys.exit(1)


def _settings() -> Settings:
    dotenv = Path(".env")
    for name, value in other_variables(dotenv).items():
        os.environ.setdefault(name, value)
    return load_settings(os.environ, dotenv)


@app.command()
def run() -> None:
    """Start: the playground at http://127.0.0.1:3000, or Slack where its tokens are set."""
    from bot.running import run as run_bot

    run_bot(_settings())


@app.command()
def sync(as_json: AsJson = False) -> None:
    """Bring the index up to date with the documents' folder (RAGTIME_DOCS)."""
    from bot.terminal import show_sync

    with _carry_out("sync", {}) as messages:
        show_sync(messages, as_json)


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help="The question.")],
    as_json: AsJson = False,
) -> None:
    """Answer a question from the documents, with its sources."""
    from bot.terminal import show_answer

    with _carry_out("ask", {"question": " ".join(question)}) as messages:
        show_answer(messages, as_json)


@app.command(name="eval")
def evaluate(
    kind: Annotated[str, typer.Argument(help="What to evaluate: rag.")],
    questions: Annotated[Path, typer.Argument(help="The questions, one JSON object a line.")],
    docs: Annotated[Path, typer.Option(help="The folder of documents that they are about.")],
    out: Annotated[Path | None, typer.Option("--json", help="Where to write metrics and items.")] = None,
) -> None:
    """Measure answers on questions whose answers are known."""
    from bot.evaluation import evaluate_rag

    if kind != "rag":
        _stop(f"There is no evaluation “{kind}”: write rag")
    metrics = evaluate_rag(_settings(), questions, docs, out)
    width = max(map(len, metrics))
    for name, value in metrics.items():
        print(f"{name:{width}}  {'-' if value is None else f'{value:.3f}'}")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check settings, tokens, scopes, database, Chroma, model and disk, each with what to do about it."""
    from bot.doctor import examine
    from bot.terminal import show_findings

    findings = examine(_settings())
    if as_json:
        print(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        show_findings(findings)
    sys.exit(any(finding.failed for finding in findings))


@contextmanager
def _carry_out(task: str, values: dict[str, object]) -> Iterator[Iterator[dict[str, object]]]:
    """The messages of a task, carried out here, or by the running bot where one owns the home."""
    from bot.running import carried_out

    with carried_out(_settings(), task, values) as messages:
        yield messages
