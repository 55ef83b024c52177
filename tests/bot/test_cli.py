"""The `ragtime` command, as people run it."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from bot.command_line.evaluation import BadQuestions, read_questions
from tests.support.command import environment, offline, ragtime, ragtime_here, running_bot
from tests.support.knowledge import home_with_model, write

PAGES = {
    "oncall.md": "# On call\n\nThe person on call carries the pager for one week. The pager is red.\n",
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year. Ask your lead two weeks ahead.\n",
    "pay.md": "---\naudience: group:hr\n---\n# Pay\n\nThe pay of a senior engineer is 4,200 a month.\n",
    "kitchen.md": "# Kitchen\n\nThe coffee machine is cleaned on Fridays by the team that used it last.\n",
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> dict[str, str]:
    """The environment of a home whose documents were synced, on a machine without a network."""
    folder = tmp_path_factory.mktemp("command")
    docs = write(folder / "docs", PAGES)
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    home = home_with_model(folder / "home", model_folder)
    there = environment(home, docs, **offline(folder / "guard"))
    first = ragtime_here(there, "sync")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("4 documents (4 added, 1 skipped), ")
    assert "Left out: broken.pdf: " in first.stdout
    return there


def test_a_second_sync_says_that_nothing_changed(there: dict[str, str]):
    done = ragtime_here(there, "sync", "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, result["unchanged"], result["added"]) == (0, 4, 0)
    assert result["summary"].startswith("4 documents (4 unchanged, 1 skipped), ")
    assert [item["path"] for item in result["skipped"]] == ["broken.pdf"]


def test_a_first_answer_comes_with_its_source_and_without_a_network(
    there: dict[str, str], tmp_path: Path, model_folder: Path
):
    new = {**there, "RAGTIME_HOME": str(home_with_model(tmp_path / "home", model_folder))}
    done = ragtime(new, "ask", "How", "many", "days", "of", "leave", "does", "everybody", "have?")
    assert done.returncode == 0, done.stderr
    assert "Everybody has thirty days of leave a year. [1]" in done.stdout
    assert re.search(r"^\[1\] Leave  \S*leave\.md", done.stdout, re.MULTILINE)
    assert "NETWORK USED" not in done.stdout + done.stderr


def test_what_the_documents_do_not_say_is_refused_with_the_nearest(there: dict[str, str]):
    done = ragtime_here(there, "ask", "Which plants grow on the surface of the moon?")
    assert done.returncode == 0
    assert done.stdout.startswith("I could not find this in your documents.\nThe nearest that I have:\n")


def test_where_no_bot_runs_a_source_is_its_file(there: dict[str, str]):
    done = ragtime_here(there, "ask", "What colour is the pager?")
    (source,) = (line for line in done.stdout.splitlines() if line.startswith("[1] "))
    assert source.split("  ")[-1] == f"{there['RAGTIME_DOCS']}/oncall.md"
    addressed = {**there, "RAGTIME_DOCS_URL": "https://wiki.example.com/"}
    assert ragtime_here(addressed, "sync").returncode == 0
    assert "  https://wiki.example.com/oncall.md" in ragtime_here(addressed, "ask", "What colour?").stdout
    assert ragtime_here(there, "sync").returncode == 0


@pytest.mark.parametrize(
    ("said", "reply"),
    [("hello", "Hello! What would you like to know?"), ("thanks a lot!", "You’re welcome!")],
)
def test_small_talk_is_answered_as_in_slack(there: dict[str, str], said: str, reply: str):
    assert ragtime_here(there, "ask", said).stdout == f"{reply}\n"
    result = json.loads(ragtime_here(there, "ask", "--json", said).stdout)
    assert (result["answer"], result["sources"], result["refused"]) == (reply, [], False)


def test_a_question_that_holds_a_friendly_word_is_a_question(there: dict[str, str]):
    done = ragtime_here(there, "ask", "Is it a good idea to ask two weeks ahead for leave?")
    assert "Ask your lead two weeks ahead. [1]" in done.stdout


def test_an_answer_as_json_holds_statements_sources_and_citations(there: dict[str, str]):
    done = ragtime_here(there, "ask", "--json", "What colour is the pager?")
    result = json.loads(done.stdout)
    assert result["refused"] is False
    assert result["written_by"] == "extraction"
    assert {"doc": "oncall.md", "quote": "The pager is red."} in result["citations"]
    assert result["sources"][0]["document"] == "oncall.md"
    assert result["retrieved"][0]["doc"] == "oncall.md"
    assert "The pager is red." in result["answer"]
    numbers = {source["number"] for source in result["sources"]}
    assert all(set(statement["sources"]) <= numbers for statement in result["statements"])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "SLACK_BOT_TOKEN: a bot token begins with xoxb-"),
        ("PORT", "many", "PORT: "),
        ("DATABASE_URL", "nonsense", "DATABASE_URL cannot be used"),
        ("RAGTIME_HOME", "/dev/null/home", "/dev/null/home cannot be used"),
    ],
)
def test_a_bad_setting_is_one_line_and_exit_status_1(there: dict[str, str], name: str, value: str, said: str):
    done = ragtime_here({**there, name: value}, "sync")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.strip().splitlines()[0].startswith(said)
    assert len(done.stderr.strip().splitlines()) == 1


def test_another_folder_of_documents_is_told_and_taken(tmp_path: Path, model_folder: Path):
    home = home_with_model(tmp_path / "home", model_folder)
    first = write(tmp_path / "first", {"leave.md": PAGES["leave.md"]})
    second = write(tmp_path / "second", {"oncall.md": PAGES["oncall.md"]})
    assert ragtime_here(environment(home, first), "sync").returncode == 0
    done = ragtime_here(environment(home, second), "ask", "What colour is the pager?")
    assert "The pager is red. [1]" in done.stdout
    assert f"The index was made from {first}, and is now of {second}: " in done.stderr
    done = ragtime_here(environment(home, first), "sync", "second")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"set RAGTIME_DOCS={second}\n")
    assert len(done.stderr.splitlines()) == 1


def test_broken_rules_are_one_line_and_exit_status_1(there: dict[str, str], tmp_path: Path):
    write(tmp_path, {".ragtime.toml": "[[rule]]\npath = 7\n"})
    done = ragtime_here({**there, "RAGTIME_DOCS": str(tmp_path)}, "sync")
    assert done.returncode == 1
    assert done.stderr.strip() == ".ragtime.toml, rule 1: path: write a pattern such as people/**"


@pytest.mark.parametrize("name", ["RAGTIME_EMBEDDINGS", "RAGTIME_MODEL"])
def test_what_cannot_answer_is_not_served(there: dict[str, str], name: str):
    done = ragtime_here({**there, name: "nobody:nothing"}, "run")
    assert done.returncode == 1
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


# Evaluation


def test_an_evaluation_writes_its_metrics_and_items(there: dict[str, str], tmp_path: Path):
    questions = [
        {
            "id": "q1",
            "question": "How many days of leave does everybody have?",
            "history": [],
            "gold_docs": ["leave.md"],
            "gold_quote": "Everybody has thirty days of leave a year.",
            "gold_answer": "Thirty.",
            "kind": "lookup",
        },
        {"id": "q2", "question": "Which plants grow on the surface of the moon?", "gold_docs": []},
        {"id": 3, "question": "What colour is the pager?"},
        {
            "id": "q4",
            "question": "And which colour does it have?",
            "history": [
                {"role": "user", "content": "Who carries the pager?"},
                {"role": "assistant", "content": "The person on call carries the pager for one week."},
            ],
            "gold_docs": ["oncall.md"],
        },
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(question) for question in questions) + "\n\n")
    out = tmp_path / "out.json"
    home = Path(there["HOME"]) / "unused"
    done = ragtime_here(
        {**there, "RAGTIME_HOME": str(home)},
        *("eval", "rag", str(file), "--docs", there["RAGTIME_DOCS"], "--json", str(out)),
    )
    assert done.returncode == 0, done.stderr
    written = json.loads(out.read_text())
    assert set(written) == {"metrics", "items"}
    metrics = written["metrics"]
    assert {"hit_at_1", "hit_at_5", "mrr_at_10", "quote_recall", "citation_precision"} <= set(metrics)
    assert {"refusal_recall", "false_refusal"} <= set(metrics)
    assert (metrics["hit_at_1"], metrics["quote_recall"], metrics["refusal_recall"]) == (1.0, 1.0, 1.0)
    assert [item["id"] for item in written["items"]] == ["q1", "q2", 3, "q4"]
    for item in written["items"]:
        assert set(item) == {"id", "answer", "refused", "citations", "retrieved", "seconds"}
        assert isinstance(item["refused"], bool)
        assert item["seconds"] > 0
        assert all(set(citation) == {"doc", "quote"} for citation in item["citations"])
        assert all(set(hit) == {"doc", "score"} for hit in item["retrieved"])
        assert len(item["retrieved"]) <= 10
        scores = [hit["score"] for hit in item["retrieved"]]
        assert scores == sorted(scores, reverse=True)
    assert written["items"][0]["citations"][0]["doc"] == "leave.md"
    assert "hit_at_1" in done.stdout
    assert not home.exists()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("not json", "it is not JSON (expecting value at character 1)"),
        ("[]", "a value is of another kind"),
        ('"text"', "a value is of another kind"),
        ("7", "a value is of another kind"),
        ('{"id": 1}', "“question” is missing"),
        ('{"question": "?"}', "“id” is missing"),
        ('{"id": 1, "question": null}', "a value is of another kind"),
        ('{"id": 1, "question": "?", "history": ["hello"]}', "a value is of another kind"),
        ('{"id": 1, "question": "?", "history": [{"role": "user"}]}', "“content” is missing"),
        ('{"id": 1, "question": "?", "history": 7}', "a value is of another kind"),
    ],
)
def test_a_line_that_is_no_question_is_named_with_what_is_wrong_and_what_to_write(
    tmp_path: Path, line: str, fault: str
):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "question": "Fine?"}\n' + line + "\n")
    with pytest.raises(BadQuestions) as caught:
        read_questions(file)
    wanted = "write a JSON object with “id” and “question”"
    assert str(caught.value).startswith(f"{file}, line 2: {fault}: {wanted}")
    assert "\n" not in str(caught.value)


def test_a_line_ends_where_jsonl_says_so(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 1, "question": "How\u2028many?"}\r\n', encoding="utf-8", newline="")
    assert read_questions(file) == [{"id": 1, "question": "How\u2028many?"}]


def test_a_file_without_questions_or_that_is_not_there_is_said_in_words(tmp_path: Path):
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(BadQuestions, match="holds no questions"):
        read_questions(tmp_path / "empty.jsonl")
    with pytest.raises(BadQuestions, match=r"cannot be read \(no such file or directory\): name a file of"):
        read_questions(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'\n{"id": 1, "question": "\xe9"}')
    with pytest.raises(BadQuestions, match="line 2: it is not UTF-8 text"):
        read_questions(tmp_path / "latin.jsonl")


def test_an_evaluation_that_cannot_begin_says_why(there: dict[str, str]):
    done = ragtime_here(there, "eval", "rag", "none.jsonl", "--docs", "docs")
    assert done.returncode == 1
    assert done.stderr.startswith("none.jsonl cannot be read")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("out", ["no/such/folder.json", ".", "/dev/full"])
def test_a_result_that_cannot_be_written_is_one_line(there: dict[str, str], tmp_path: Path, out: str):
    messages = tmp_path / "messages.jsonl"
    messages.write_text('{"text": "hello", "context": "dm"}\n')
    done = ragtime_here(there, "eval", "router", str(messages), "--json", out)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "--json to another" in line]
    assert len(lines) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("question", ["", "  \n", "??", "42 😀"])
def test_no_question_is_said_in_one_line(there: dict[str, str], question: str):
    done = ragtime_here(there, "ask", question)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no question: write it after the command")


def test_help_names_every_command(there: dict[str, str]):
    done = ragtime_here(there, "--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("run", "sync", "ask", "eval", "doctor"))


def test_the_version_is_that_of_the_package(there: dict[str, str]):
    done = ragtime_here(there, "--version")
    assert (done.returncode, done.stdout) == (0, f"ragtime {version('ragtime')}\n")


def test_sync_and_ask_go_through_a_bot_that_runs(there: dict[str, str]):
    new = Path(there["RAGTIME_DOCS"]) / "bicycles.md"
    with running_bot(there) as address:
        new.write_text("# Bicycles\n\nThe key of the bicycle shed hangs behind the front desk.\n")
        done = ragtime_here(there, "sync")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("5 documents (")
        done = ragtime_here(there, "ask", "--json", "Where is the key of the bicycle shed?")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["sources"][0]["document"] == "bicycles.md"
        other = Path(there["RAGTIME_DOCS"]).parent
        done = ragtime_here({**there, "RAGTIME_DOCS": str(other)}, "ask", "Where is the key?")
        assert done.returncode == 1
        assert done.stderr.startswith(f"The Ragtime that runs here reads {new.parent}, not {other}: restart")
        new.write_text("# Bicycles\n\nThe key of the bicycle shed hangs in the kitchen.\n")
        elsewhere = {name: value for name, value in there.items() if name != "RAGTIME_DOCS"}
        done = ragtime_here(elsewhere, "sync", "docs/bicycles.md")
        assert (done.returncode, done.stdout[:24]) == (0, "1 documents (1 changed),"), done
        second = ragtime_here(there, "run")
        assert second.returncode == 1
        assert "is in use by another Ragtime process: stop that one first" in second.stderr
        parts = httpx.get(f"{address}/readyz", trust_env=False).json()
        assert parts.keys() == {"database", "chroma", "workers"}
        assert "failed" not in parts.values()
