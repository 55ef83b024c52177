"""`ragtime eval`: indexes a folder afresh in a temporary home and asks it questions."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.running import owned
from bot.tasks import reply_result
from bot.terminal import progress_over, sync_progress
from chains.contract import Answer, Question, Refusal, Turn
from chains.evaluation import metrics
from knowledge.access import Place
from knowledge.errors import AdminError


class BadQuestions(AdminError):
    """A file of questions that cannot be used."""


def evaluate_rag(
    settings: Settings, questions_file: Path, docs: Path, out: Path | None
) -> dict[str, float | None]:
    """Asks each question and returns the metrics; writes them with every item to `out`.

    Raises:
        BadQuestions: the questions cannot be read, or a folder does not exist.
    """
    questions = read_questions(questions_file)
    if not docs.is_dir():
        raise BadQuestions(f"{docs} is no folder: give the folder of documents with --docs")
    if out is not None and not out.parent.is_dir():
        raise BadQuestions(f"There is no folder {out.parent}: make it, or write --json to another one")
    with tempfile.TemporaryDirectory(prefix="ragtime-eval-") as home:
        fresh = settings.model_copy(
            update={
                "ragtime_home": Path(home),
                "ragtime_docs": docs.resolve(),
                "ragtime_docs_url": None,
                "database_url": None,
                "chroma_url": None,
            }
        )
        with owned(fresh) as assistant:
            chain = assistant.open()
            with sync_progress() as report:
                assistant.sync(report)
            items = [_asked(chain, question) for question in progress_over(questions, "Asking")]
    result = metrics(questions, items)
    seconds = [item["seconds"] for item in items]
    result["seconds_p50"] = statistics.median(seconds) if seconds else None
    if out is not None:
        out.write_text(json.dumps({"metrics": result, "items": items}, indent=1, ensure_ascii=False) + "\n")
    return result


def read_questions(file: Path) -> list[dict[str, Any]]:
    """The questions of a JSONL file.

    Raises:
        BadQuestions: it cannot be read, or a line is no question.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{file} cannot be read: {error}") from None
    questions: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)
            _ = str(question["id"]), question["question"] + ""
            _ = [(turn["role"], turn["content"] + "") for turn in question.get("history") or ()]
        except (ValueError, KeyError, TypeError):
            raise BadQuestions(
                f"{file}, line {number}: write a JSON object with “id” and “question” (“history”, if any, "
                "is a list of “role” and “content”)"
            ) from None
        questions.append(question)
    if not questions:
        raise BadQuestions(f"{file} holds no questions")
    return questions


def _asked(chain: Any, question: dict[str, Any]) -> dict[str, Any]:
    history = tuple(Turn(turn["role"], turn["content"]) for turn in question.get("history") or ())
    started = time.perf_counter()
    *_, last = chain.stream(Question(question["question"], Place.internal(), history))
    seconds = time.perf_counter() - started
    assert isinstance(last, (Answer, Refusal))
    result = reply_result(last)
    wanted = ("answer", "refused", "citations", "retrieved")
    return {"id": question["id"], **{name: result[name] for name in wanted}, "seconds": round(seconds, 4)}
