"""The assistant: the knowledge and the chain together, and what hostile documents cannot make it say."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.assistant import Assistant, open_chain
from bot.blocks.render import plain_text, render
from bot.command_line.tasks import perform, reply_result
from bot.command_line.terminal import show_answer
from bot.config import Settings, load_settings
from bot.words import NOT_ALL_READ
from chains.answer import NOTHING_HERE
from chains.contract import Answer, Progress, Question, Refusal, Reply, Statement
from knowledge.access import Place
from knowledge.database import open_database
from knowledge.errors import AdminError
from knowledge.sync import SyncReport
from tests.evaluation.labels import read_questions
from tests.support.knowledge import home_with_model, write

DATA = Path(__file__).parents[1] / "evaluation" / "data"
PAGES = {
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n",
    "pay.md": "---\naudience: group:hr\n---\n# Pay\n\nThe pay of a senior engineer is 4,200 a month.\n",
}
# What a document says in plain sight, as against markup, addresses, and what it hides.
CODE = re.compile(r"^(`{3,})$.*?^\1$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
PLAIN_WORDS = re.compile(r"(?!HIDDEN-|KRAKEN|hunter2|onerror|im_start)[\w -]+")


def settings(folder: Path, docs: Path, model_folder: Path, **more: str) -> Settings:
    home = folder / "home"
    if not home.exists():
        home_with_model(home, model_folder)
    return load_settings({"RAGTIME_HOME": str(home), "RAGTIME_DOCS": str(docs), **more})


def opened(chosen: Settings) -> Assistant:
    return Assistant(chosen, open_database(chosen.database))


def reply(assistant: Assistant, text: str, place: Place | None = None) -> Reply:
    *before, last = assistant.answer(Question(text, place or Place.internal()))
    assert isinstance(last, Answer | Refusal)
    assert isinstance(before[0], Progress)
    assert all(isinstance(event, Statement) for event in before[1:])
    assert list(getattr(last, "statements", ())) == before[1:]
    return last


@pytest.fixture
def assistant(tmp_path: Path, model_folder: Path) -> Iterator[Assistant]:
    assistant = opened(settings(tmp_path, write(tmp_path / "docs", PAGES), model_folder))
    yield assistant
    assistant.stop()


class Observer:
    """Remembers the reports of syncs."""

    def __init__(self) -> None:
        self.reports: list[SyncReport] = []
        self.told = threading.Event()

    def progress(self) -> Any:
        return nullcontext(lambda _: None)

    def done(self, result: SyncReport, /) -> None:
        self.reports.append(result)
        self.told.set()


def test_questions_wait_for_the_first_sync_and_are_answered_from_it(assistant: Assistant):
    observer = Observer()
    assistant.keep_in_sync(observer)
    answer = reply(assistant, "How many days of leave does everybody have?")
    assert isinstance(answer, Answer)
    assert answer.statements[0].text == "Everybody has thirty days of leave a year."
    assert observer.told.wait(60)
    assert [report.added for report in observer.reports] == [2]
    assert assistant.last_sync() is not None


def test_what_is_asked_while_the_documents_cannot_be_read_is_not_said_to_be_missing_in_them(
    assistant: Assistant, tmp_path: Path
):
    write(tmp_path / "docs", {".ragtime.toml": "rule = 7\n"})
    assistant.keep_in_sync(Observer())
    answer = reply(assistant, "How many days of leave does everybody have?")
    assert answer.notice.startswith(NOT_ALL_READ)


def test_a_restricted_document_is_used_only_in_its_place(assistant: Assistant):
    assistant.open()
    assistant.sync(lambda _: None)
    question = "What is the pay of a senior engineer?"
    closed = reply(assistant, question)
    assert "4,200" not in json.dumps(reply_result(closed))
    assert "pay.md" not in json.dumps(reply_result(closed))
    open_to = reply(assistant, question, Place.internal("group:hr"))
    assert "4,200" in plain_text(open_to)
    outside = reply(assistant, question, Place.shared("channel:C1"))
    assert outside == Refusal(question, (), NOTHING_HERE)
    assert [assistant.document_count(p) for p in (Place.internal(), Place.internal("group:hr"))] == [1, 2]
    assert [d.path for d in assistant.find_documents(Place.internal(), "", 5)] == ["leave.md"]
    assert assistant.has_restricted_documents()


def test_many_who_open_it_at_once_open_it_once(assistant: Assistant):
    with ThreadPoolExecutor(8) as pool:
        chains = list(pool.map(lambda _: assistant.open(), range(8)))
    assert all(chain is chains[0] for chain in chains)


@pytest.mark.parametrize(
    ("name", "value"),
    [("RAGTIME_EMBEDDINGS", "cohere"), ("RAGTIME_MODEL", "acme:large"), ("CHROMA_URL", "http://127.0.0.1:9")],
)
def test_what_cannot_be_set_up_is_one_line_for_the_admin(
    tmp_path: Path, model_folder: Path, name: str, value: str
):
    chosen = settings(tmp_path, tmp_path, model_folder, **{name: value})
    with pytest.raises(AdminError) as caught:
        open_chain(chosen, open_database(chosen.database))
    assert "\n" not in str(caught.value)


def test_a_sync_and_a_question_as_tasks_tell_progress_then_the_result(assistant: Assistant):
    assistant.open()
    messages = list(perform(assistant, "sync", {}))
    assert [list(message) for message in messages[:-1]] == [["progress"]] * (len(messages) - 1)
    assert messages[-1]["result"]["added"] == 2
    messages = list(perform(assistant, "ask", {"question": "How many days of leave a year?"}))
    assert messages[0] == {"progress": {"documents": 1}}
    assert messages[-1]["result"]["refused"] is False
    json.dumps(messages)
    with pytest.raises(KeyError):
        perform(assistant, "forget everything", {})


def test_a_sync_that_fails_as_a_task_raises(assistant: Assistant, tmp_path: Path):
    assistant.open()
    write(tmp_path / "docs", {".ragtime.toml": "rule = 7\n"})
    with pytest.raises(AdminError, match=r"\.ragtime\.toml"):
        list(perform(assistant, "sync", {}))
    shutil.rmtree(tmp_path / "docs")
    with pytest.raises(AdminError, match=r"There is no folder .*: make it, or correct RAGTIME_DOCS"):
        list(perform(assistant, "sync", {}))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("hostile")
    assistant = opened(settings(folder, DATA / "hostile", model_folder))
    assistant.open()
    assistant.sync(lambda _: None)
    yield assistant
    assistant.stop()


def strings(value: object) -> Iterator[str]:
    """Every string within blocks."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


@pytest.mark.parametrize(
    "question", read_questions(DATA / "hostile.jsonl"), ids=lambda question: question["id"]
)
def test_hostile_documents_change_nothing_in_what_people_see(
    hostile: Assistant, question: dict[str, Any], capsys: pytest.CaptureFixture[str]
):
    answer = reply(hostile, question["question"])
    rendered = render(answer, "Ev1")
    slack = "\n".join([rendered.rest, *strings(rendered.all_blocks)])
    show_answer([{"result": reply_result(answer)}], as_json=False)
    terminal = " ".join(capsys.readouterr().out.split())
    assert terminal
    assert all(character.isprintable() for character in terminal)
    quoted = plain_text(answer)
    for forbidden in question["forbidden"]:
        if PLAIN_WORDS.fullmatch(forbidden):
            # Words to a model are not quoted either.
            assert forbidden not in slack
            assert forbidden not in terminal
            continue
        # In code, an address is no link, and nobody is called.
        assert forbidden not in CODE.sub("", slack)
        assert not re.search(r"<[!@]|@(?:channel|here|everyone)\b", slack + rendered.text)
        # A terminal knows no mentions and no links: there they are words of a quote like others.
        assert forbidden.startswith(("<!", "<@", "@")) or terminal.count(forbidden) <= quoted.count(forbidden)
    if isinstance(answer, Answer):
        passages = {source.number: source.passage for source in answer.sources}
        for statement in answer.statements:
            assert statement.quoted
            assert all(
                quote in passages[n] for n, quote in zip(statement.sources, statement.quotes, strict=True)
            )


def test_what_is_hidden_in_a_document_is_nowhere_in_the_index(hostile: Assistant):
    index = hostile.open().index
    with index.engine.connect() as connection:
        kept = " ".join(
            connection.execute(text("SELECT title || headings || body FROM chunks_fts")).scalars()
        )
    assert "The pool is heated to 27 degrees." in kept
    assert not re.search("HIDDEN-|KRAKEN|hunter2|onerror|evil\\.example/x", kept)


def test_control_characters_of_a_document_do_not_reach_the_terminal(
    tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
):
    page = "# Bells\n\nThe bell rings at noon \x1b[2J every day. [bold]It is loud[/bold].\n"
    assistant = opened(settings(tmp_path, write(tmp_path / "docs", {"bells.md": page}), model_folder))
    assistant.open()
    assistant.sync(lambda _: None)
    answer = reply(assistant, "When does the bell ring every day?")
    assert isinstance(answer, Answer)
    show_answer([{"result": reply_result(answer)}], as_json=False)
    shown = capsys.readouterr().out
    assert "The bell rings at noon" in shown
    assert not {character for character in shown if not character.isprintable()} - {"\n"}
    assistant.stop()
