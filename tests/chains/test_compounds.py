"""Compounds are understood as the documents write them, with a hyphen or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from chains.answer import AnswerChain
from chains.compounds import as_written
from chains.contract import Answer, Question
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from tests.support.knowledge import opened, sync, write

TEXTS = ["Fine-tuning takes weeks.", "Write a post-mortem of it.", "The timetable is on the pier."]


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("What is finetuning?", "What is fine-tuning?"),
        ("Is it FineTuned?", "Is it Fine-Tuned?"),
        ("finetuning or postmortems", "fine-tuning or post-mortems"),
        ("Where is the time-table?", "Where is the timetable?"),
        ("What is fine-tuning?", "What is fine-tuning?"),
        ("Who wrote the roundtable?", "Who wrote the roundtable?"),
    ],
)
def test_a_compound_is_written_as_the_documents_have_it(question: str, written: str):
    assert as_written(question, TEXTS) == written


def test_a_compound_stays_where_the_documents_have_both():
    assert as_written("What is finetuning?", [*TEXTS, "Finetuning, again."]) == "What is finetuning?"


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("What is a sev1?", "What is a SEV-1?"),
        ("sev1 or sev 2", "SEV-1 or sev 2"),
        ("what does P-0 mean", "what does P0 mean"),
        ("within 5 days", "within 5 days"),
        ("what is sev9", "what is sev9"),
    ],
)
def test_a_label_is_written_as_most_of_the_documents_have_it(question: str, written: str):
    texts = ["SEV-1 is grave, SEV-2 is not.", "The tag is sev1; a SEV-1 is told to all.", "P0 within 5 days."]
    assert as_written(question, texts) == written


def test_a_row_is_found_by_its_label_without_a_hyphen(tmp_path: Path, minilm: MiniLM):
    page = "# Levels\n\n| Level | Meaning |\n| --- | --- |\n| SEV-1 | all are down |\n| SEV-2 | some are |\n"
    with opened(tmp_path / "index", minilm) as index:
        sync(index, write(tmp_path / "docs", {"levels.md": page}))
        *_, answer = AnswerChain(index).stream(Question("what is a sev2?", Place.internal()))
    assert isinstance(answer, Answer)
    assert [each.text for each in answer.statements] == ["SEV-2 | some are"]


def test_a_table_is_found_for_things_that_are_written_without_their_hyphen(tmp_path: Path, minilm: MiniLM):
    page = (
        "# Sails\n\n| | Half-reefing | Furling |\n| --- | --- | --- |\n| Hands | two | one |\n"
        "| Time | a minute | ten minutes |\n"
    )
    with opened(tmp_path / "index", minilm) as index:
        sync(index, write(tmp_path / "docs", {"sails.md": page}))
        question = Question("what's the difference between halfreefing and furling", Place.internal())
        *_, answer = AnswerChain(index).stream(question)
    assert isinstance(answer, Answer)
    assert answer.table
    assert answer.table.header == ("", "Half-reefing", "Furling")
