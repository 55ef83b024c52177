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
