"""`ragtime eval`: files of cases in, metrics and items out. Here also answers: a folder indexed afresh."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.command_line.tasks import reply_result
from bot.command_line.terminal import announce, progress_over, sync_progress
from bot.config import Settings
from bot.running import owned
from chains.contract import Answer, Question, Refusal, Turn
from chains.evaluation import metrics
from knowledge.access import Place
from knowledge.errors import AdminError

Metrics = dict[str, float | None]


class BadQuestions(AdminError):
    """A file of questions that cannot be used."""


def evaluate_rag(
    settings: Settings, questions_file: Path, docs: Path, out: Path | None, database: str | None = None
) -> Metrics:
    """Asks each question and returns the metrics; writes them with every item to `out`.

    The index is in SQLite, or in the empty `database` at a SQLAlchemy URL.

    Raises:
        BadQuestions: the questions cannot be read, or a folder does not exist.
    """
    questions = read_questions(questions_file)
    if not docs.is_dir():
        raise BadQuestions(f"{docs} is no folder: give the folder of documents with --docs")
    check_out(out)
    with tempfile.TemporaryDirectory(prefix="ragtime-eval-") as home:
        fresh = settings.model_copy(
            update={
                "ragtime_home": Path(home),
                "ragtime_docs": docs.resolve(),
                "ragtime_docs_url": None,
                "database_url": database,
                "chroma_url": None,
            }
        )
        with owned(fresh) as assistant:
            chain = assistant.open()
            with sync_progress() as report:
                lacking = assistant.sync(report).lacking
            if lacking:
                announce(f"These figures are of a search by words alone. {lacking}")
            items = [_asked(chain, question) for question in progress_over(questions, "Asking")]
    result = metrics(questions, items)
    seconds = [item["seconds"] for item in items]
    result["seconds_p50"] = statistics.median(seconds) if seconds else None
    write_out(out, result, items)
    return result


def read_questions(file: Path) -> list[dict[str, Any]]:
    """The questions of a JSONL file.

    Raises:
        BadQuestions: it cannot be read, or a line is no question.
    """

    def check(question: dict[str, Any]) -> None:
        _ = str(question["id"]), question["question"] + ""
        _ = [(turn["role"], turn["content"] + "") for turn in question.get("history") or ()]

    wanted = "a JSON object with “id” and “question” (“history”, if any, is a list of “role” and “content”)"
    return read_lines(file, "questions", check, wanted)


def read_lines(
    file: Path, name: str, check: Callable[[dict[str, Any]], object], wanted: str
) -> list[dict[str, Any]]:
    """The lines of a JSONL file of what `name` says; `check` may raise an error for one that does not fit.

    Raises:
        BadQuestions: it cannot be read, holds none, or a line is not what is `wanted`.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadQuestions(f"{file} cannot be read ({reason}): name a file of {name}") from None
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise BadQuestions(f"{file}, line {number}: it is not UTF-8 text: save it as UTF-8") from None
    found: list[dict[str, Any]] = []
    # Not splitlines: a text in JSON may hold other line breaks as they are.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            check(entry)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadQuestions(f"{file}, line {number}: {_fault(error)}: write {wanted}") from None
        found.append(entry)
    if not found:
        raise BadQuestions(f"{file} holds no {name}")
    return found


def _fault(error: Exception) -> str:
    """What is wrong with a line, in short."""
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON ({error.msg.lower()} at character {error.pos + 1})"
    if isinstance(error, KeyError):
        return f"“{error.args[0]}” is missing"
    if isinstance(error, ValueError):
        return f"“{error}” does not fit"
    return "a value is of another kind"


def check_out(out: Path | None) -> None:
    """Says before anything is asked that the result could not be written.

    Raises:
        BadQuestions: it cannot be.
    """
    if out is None:
        return
    if not out.parent.is_dir():
        raise BadQuestions(f"There is no folder {out.parent}: make it, or write --json to another one")
    if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        raise BadQuestions(f"{out} cannot be written: write --json to another file")


def write_out(out: Path | None, metrics: Metrics, items: list[dict[str, Any]]) -> None:
    """Writes metrics and items where they are wanted."""
    if out is None:
        return
    written = json.dumps({"metrics": metrics, "items": items}, indent=1, ensure_ascii=False) + "\n"
    try:
        out.write_text(written, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadQuestions(f"{out} cannot be written ({reason}): write --json to another file") from None


def _asked(chain: Any, question: dict[str, Any]) -> dict[str, Any]:
    history = tuple(Turn(turn["role"], turn["content"]) for turn in question.get("history") or ())
    started = time.perf_counter()
    *_, last = chain.stream(Question(question["question"], Place.internal(), history))
    seconds = time.perf_counter() - started
    assert isinstance(last, (Answer, Refusal))
    result = reply_result(last)
    wanted = ("answer", "refused", "citations", "retrieved")
    return {"id": question["id"], **{name: result[name] for name in wanted}, "seconds": round(seconds, 4)}
