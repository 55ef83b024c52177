"""What the command line asks for, carried out as a stream of JSON messages: here, or in the running bot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from bot.assistant import Assistant
from bot.replies.spoken import friendly_words
from chains.contract import Answer, Progress, Question, Refusal, Reply, Statement
from knowledge.access import Place
from knowledge.sync import SyncReport

Message = dict[str, Any]

# Progress is told at most this often, in documents.
TELL_EVERY = 5


def perform(assistant: Assistant, task: str, values: Message) -> Iterator[Message]:
    """Carries out `sync`, `ask` or `backup`; yields messages as they come, last `{"result": …}`.

    `docs` among the values is the folder of documents that is meant (None: whichever).

    Raises:
        KeyError: there is no such task.
        OtherDocuments: another folder is meant than this assistant's.
    """
    if task != "backup":
        # It is of the home, whichever documents are in it.
        assistant.check_folder(values.get("docs"))
    return {"sync": _sync, "ask": _ask, "backup": _back_up}[task](assistant, values)


def _sync(assistant: Assistant, values: Message) -> Iterator[Message]:
    """Syncs in a thread of its own, so that progress can be told while it runs.

    `sources` among the values are the files and folders that were named in the folder `here`.
    """
    messages: SimpleQueue[Message | Exception] = SimpleQueue()

    def run() -> None:
        try:
            report = assistant.sync(
                lambda progress: (
                    messages.put({"progress": asdict(progress)})
                    if progress.done % TELL_EVERY == 0 or progress.done == progress.total
                    else None
                ),
                values.get("sources", ()),
                Path(values.get("here", "")),
            )
            messages.put({"result": sync_result(report)})
        except Exception as error:
            messages.put(error)

    threading.Thread(target=run, name="sync on demand", daemon=True).start()
    while True:
        message = messages.get()
        if isinstance(message, Exception):
            raise message
        yield message
        if "result" in message:
            return


def sync_result(report: SyncReport) -> Message:
    """A sync's report as JSON; `summary` is the line for people."""
    return asdict(report) | {"summary": str(report)}


def _ask(assistant: Assistant, values: Message) -> Iterator[Message]:
    """Answers as if everyone in the company read it; small talk by a friendly word, as in Slack."""
    # The words alone do not tell: “good” and “bot” stand in questions, too.
    if (said := friendly_words(values["question"])) and (
        assistant.route(values["question"], "dm").route == "smalltalk"
    ):
        nothing_quoted = reply_result(Answer(values["question"], (), ()))
        yield {"result": nothing_quoted | {"answer": said, "written_by": None}}
        return
    for event in assistant.answer(Question(values["question"], Place.internal())):
        if isinstance(event, Progress):
            yield {"progress": asdict(event)}
        elif not isinstance(event, Statement):
            yield {"result": reply_result(event)}


def _back_up(assistant: Assistant, values: Message) -> Iterator[Message]:
    """Writes a backup into the file that `file` among the values names."""
    file = Path(values["file"])
    about = assistant.back_up(file)
    yield {"result": asdict(about) | {"bytes": file.stat().st_size}}


def reply_result(reply: Reply) -> Message:
    """A reply as JSON, as `ragtime ask --json` prints it."""
    refused = isinstance(reply, Refusal)
    sources = {source.number: source for source in (reply.nearest if refused else reply.sources)}
    statements = () if refused else reply.statements
    table = None if refused else reply.table
    said = [statement.text for statement in statements]
    quoted = [
        pair for statement in statements for pair in zip(statement.sources, statement.quotes, strict=True)
    ]
    if table:
        parts = [part for part in (table.caption, table.quote) if part]
        said += parts
        quoted += [(table.source, part) for part in parts]
    return {
        "question": reply.question,
        "refused": refused,
        "answer": "\n".join(said),
        "written_by": None if refused else reply.written_by,
        "notice": reply.notice,
        "statements": [asdict(statement) for statement in statements],
        "table": asdict(table) if table else None,
        "sources": [asdict(source) for source in sources.values()],
        "citations": [{"doc": sources[number].document, "quote": quote} for number, quote in quoted],
        "retrieved": [{"doc": item.document, "score": round(item.score, 4)} for item in reply.retrieved],
    }
