"""`ragtime guide`, `ragtime eval guide` and `ragtime eval router`, as people run them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.choosing import open_guide, open_router
from bot.cli import app
from bot.command_line.evaluation import BadQuestions
from bot.command_line.evaluation_choosing import evaluate_guide, evaluate_router, router_metrics
from bot.config import Settings, load_settings
from knowledge.home import HomeUnusable, own
from tests.support.command import environment, offline, ragtime, ragtime_here
from tests.support.knowledge import home_with_model, write

TUNED = "only the tone\n3\n30,000 dollars\n2\nyes\n"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> dict[str, str]:
    """The environment of a home without documents, on a machine without a network."""
    folder = tmp_path_factory.mktemp("guide")
    home = home_with_model(folder / "home", model_folder)
    return environment(home, folder, **offline(folder / "guard"))


@pytest.fixture
def settings(there: Mapping[str, str]) -> Settings:
    return load_settings({"RAGTIME_HOME": there["RAGTIME_HOME"]}, Path("none.env"))


def lines_in(file: Path, *lines: Mapping[str, Any]) -> Path:
    file.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    return file


# The dialogue in a terminal


def test_the_guide_talks_beside_a_running_bot_and_without_a_network(there: dict[str, str], tmp_path: Path):
    record = tmp_path / "record.md"
    lock = own(Path(there["RAGTIME_HOME"]))
    try:
        done = ragtime(
            there,
            *("guide", "A chat for our shop", "--export", str(record)),
            typed=f"{TUNED}why?\nwhat if the budget were nothing?\n\n",
        )
    finally:
        lock.release()
    assert done.returncode == 0, done.stderr
    assert "  3  50 to 10,000 good examples with answers" in done.stdout
    assert "(4 of at most 6)" in done.stdout
    assert "Fine-tuning, with LoRA" in done.stdout
    assert "RAG is the better default" in done.stdout
    assert "NETWORK USED" not in done.stdout + done.stderr
    written = record.read_text(encoding="utf-8")
    assert written.startswith("# Decision: ")
    assert "A chat for our shop" in written
    assert "“only the tone”" in written


def test_what_is_built_is_asked_first_then_numbers_boxes_and_words_are_all_taken(there: dict[str, str]):
    typed = "I'm building a chatbot for our museum\n3\n5\nhuh?\n1 3\n"
    done = ragtime_here(there, "guide", "--export", "-", typed=typed)
    assert done.returncode == 0, done.stderr
    assert done.stderr.index("What are you building?") < done.stderr.index("(1 of at most 6)")
    assert "I'm building a chatbot for our museum" in done.stdout
    assert "Is any of these a must" in done.stderr
    assert "Asked otherwise: " in done.stderr
    assert done.stdout.startswith("# Decision: "), "standard output is the record alone"
    assert "Answers must show their source" in done.stdout
    assert "Different people see different documents" in done.stdout
    assert "Happy to help" not in done.stdout


def test_a_question_for_the_documents_is_answered_and_the_guide_picks_up(
    there: dict[str, str], tmp_path: Path
):
    docs = write(tmp_path / "docs", {"gpus.md": "# GPU time\n\nAsk for GPU time in the channel gpu-desk.\n"})
    done = ragtime_here(
        {**there, "RAGTIME_DOCS": str(docs)},
        "guide",
        typed="\n7\nhow do we ask for GPU time?\nonly the tone\n3\n30,000 dollars\n2\nyes\nshare\nexport\n\n",
    )
    assert done.returncode == 0, done.stderr
    assert "There are 4 options: type the number of one, or your own words." in done.stdout
    assert "Ask for GPU time in the channel gpu-desk." in done.stdout
    assert done.stdout.count("Back to my question:") == 2
    assert "Fine-tuning, with LoRA" in done.stdout
    assert "There is no channel here" in done.stdout
    assert "# Decision: " in done.stdout
    assert "could not make out" not in done.stdout


def test_without_a_recommendation_there_is_nothing_to_export(there: dict[str, str], tmp_path: Path):
    done = ragtime_here(there, "guide", "--export", str(tmp_path / "record.md"), typed="\n0\nquit\n")
    assert done.returncode == 1
    assert done.stderr.strip() == "There is no recommendation yet, so nothing was exported."
    assert not (tmp_path / "record.md").exists()


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(there: dict[str, str], tmp_path: Path):
    done = ragtime_here(there, "guide", "--export", str(tmp_path / "none" / "record.md"), typed=TUNED)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"There is no folder {tmp_path / 'none'}: ")


def test_control_c_ends_it_politely(there: dict[str, str]):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "guide"],
        env=there,
        cwd=there["HOME"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs, and their children, ignore this signal unless they ask for it.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert process.stdout
        said = ""
        while not said.endswith("> "):
            said += process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Goodbye!" in rest
    assert errors == ""


# Evaluation


def test_dialogues_are_evaluated_as_a_command(there: dict[str, str], tmp_path: Path):
    file = lines_in(
        tmp_path / "dialogues.jsonl",
        {
            "id": "g1",
            "opening": "only the tone of our answers. We have 3,000 pairs.",
            "answers": {"budget": "30,000 dollars", "team": "a data scientist of our own"},
            "gold_verdict": "fine-tuning",
            "gold_type": "LoRA",
            "gold_factors": {"need": "behaviour", "data": "some_pairs", "budget": "small", "team": "ml_team"},
        },
        {"id": 2, "opening": "hello"},
    )
    out = tmp_path / "out.json"
    done = ragtime_here(there, "eval", "guide", str(file), "--json", str(out))
    assert done.returncode == 0, done.stderr
    assert "verdict            1.000\n" in done.stdout
    written = json.loads(out.read_text())
    assert set(written) == {"metrics", "items"}
    assert set(written["metrics"]) == {
        *("verdict", "type", "factors", "factors_precision", "questions_mean", "questions_max", "over_six")
    }
    first, second = written["items"]
    assert set(first) == {"id", "verdict", "type", "factors", "questions", "explanation"}
    assert (first["verdict"], first["type"]) == ("fine-tuning", "LoRA")
    assert first["questions"] == ["budget", "team", "confirm:need"]
    assert (second["id"], second["verdict"], second["type"]) == (2, "rag", None)


def test_messages_are_routed_and_counted(settings: Settings, tmp_path: Path):
    file = lines_in(
        tmp_path / "messages.jsonl",
        {"text": "who owns the billing service?", "context": "channel", "gold": "answer"},
        {"text": "thanks!", "context": "dm", "gold": "smalltalk"},
        {"text": "", "context": "guide_thread"},
    )
    out = tmp_path / "out.json"
    metrics = evaluate_router(settings, file, out)
    written = json.loads(out.read_text())
    assert written["metrics"] == metrics
    assert metrics["accuracy"] == 1.0
    assert [item["text"] for item in written["items"]] == ["who owns the billing service?", "thanks!", ""]
    assert all(set(item) == {"text", "route", "seconds"} for item in written["items"])
    assert all(item["seconds"] > 0 for item in written["items"])


def test_routes_are_counted_by_hand():
    lines = [{"gold": "answer"}, {"gold": "answer"}, {"gold": "guide"}, {}]
    items = [
        {"route": route, "seconds": seconds}
        for route, seconds in [("answer", 0.1), ("guide", 0.2), ("guide", 0.3), ("command", 0.4)]
    ]
    assert router_metrics(lines, items) == {
        "accuracy": pytest.approx(2 / 3),
        "recall_answer": 0.5,
        "recall_guide": 1.0,
        "recall_command": None,
        "recall_smalltalk": None,
        "seconds_p50": pytest.approx(0.25),
        "seconds_p95": 0.4,
    }


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "7",
        '{"id": 1}',
        '{"opening": "hi"}',
        '{"id": 1, "opening": 7}',
        '{"id": 1, "opening": "hi", "answers": {"need": 7}}',
        '{"id": 1, "opening": "hi", "answers": [1]}',
    ],
)
def test_a_line_that_is_no_dialogue_is_named(settings: Settings, tmp_path: Path, line: str):
    file = tmp_path / "dialogues.jsonl"
    file.write_text('{"id": 1, "opening": "hi"}\n' + line + "\n")
    with pytest.raises(BadQuestions, match=r"line 2: .*: write a JSON object with “id” and “opening”"):
        evaluate_guide(settings, file, None)


@pytest.mark.parametrize("line", ['{"text": "hi"}', '{"text": "hi", "context": "moon"}', '{"context": "dm"}'])
def test_a_line_that_is_no_message_is_named(settings: Settings, tmp_path: Path, line: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(line + "\n")
    with pytest.raises(BadQuestions, match=r"line 1: .*: write a JSON object with “text” and “context”"):
        evaluate_router(settings, file, None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("poems", "x.jsonl"), "There is no evaluation “poems”: write rag, guide or router"),
        (("rag", "x.jsonl"), "The documents that rag asks about are given with --docs, and only for rag"),
        (("guide", "x.jsonl", "--docs", "."), "given with --docs, and only for rag"),
    ],
)
def test_an_evaluation_that_is_asked_for_wrongly_says_how(arguments: tuple[str, ...], said: str):
    result = CliRunner().invoke(app, ["eval", *arguments])
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


# Settings


def test_the_configured_model_reads_routes_and_words(there: dict[str, str]):
    server = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "RAGTIME_HOME": there["RAGTIME_HOME"]}
    settings = load_settings(server, Path("none.env"))
    guide, router = open_guide(settings), open_router(settings)
    assert guide.model is not None
    assert guide.reader.model is guide.model
    assert router.model is not None


def test_without_a_key_there_is_no_model(settings: Settings):
    assert open_guide(settings).model is None
    assert open_router(settings).model is None


def test_a_home_that_cannot_be_used_is_one_line():
    settings = load_settings({"RAGTIME_HOME": "/dev/null/home"}, Path("none.env"))
    with pytest.raises(HomeUnusable, match=r"^/dev/null/home cannot be used") as caught:
        open_guide(settings)
    assert "\n" not in str(caught.value)
