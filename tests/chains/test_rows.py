"""Rows that a question names: one answers by itself, in a small folder too, and brings no other row along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import AnswerChain
from chains.contract import Answer, Question, Refusal, Reply
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "prices.csv": "Plan,Seats,Price per month\nBasic,5,19 EUR\nTeam,50,99 EUR\n"
    "Enterprise,unlimited,on request\n",
    "parking.md": "# Parking rules\n\nThe parking garage closes at 22:00.\n\n"
    "| Level | Cost |\n| --- | --- |\n| P1 | 5 EUR |\n| P2 | 3 EUR |\n",
    "ask.md": "# Who to ask\n\n| Topic | Channel | Person |\n| --- | --- | --- |\n"
    "| Kilns, glazes, clay | #kiln-desk | Bo Lund, Kiln Lead |\n| Keys and parcels | #office | Ada Bruun |\n",
    "kilns.md": "# Kiln time\n\n## How to ask for kiln time\n\n1. Fill in the form by Wednesday.\n"
    "2. The plan for the week is posted on Thursday.\n3. Load the kiln in your slot.\n",
    "letters.md": "# Letters\n\n| Stage | What it means |\n| --- | --- |\n"
    "| Draft | somebody still writes it |\n| Reviewed | it can be sent |\n| Sent | it is on its way |\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("rows")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def reply(index: Index, question: str) -> Reply:
    *_, last = AnswerChain(index).stream(Question(question, Place.internal()))
    assert isinstance(last, Answer | Refusal)
    return last


def quoted(index: Index, question: str) -> list[str]:
    given = reply(index, question)
    assert isinstance(given, Answer)
    return [statement.text for statement in given.statements]


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What does the Team plan cost?", "Team | 50 | 99 EUR"),
        ("What's the monthly price of Team?", "Team | 50 | 99 EUR"),
        ("How many seats does the Team plan have?", "Team | 50 | 99 EUR"),
        ("What is the Enterprise plan's price?", "Enterprise | unlimited | on request"),
        ("How much is P1?", "P1 | 5 EUR"),
    ],
)
def test_a_row_that_a_question_names_is_the_answer_and_surely(index: Index, question: str, row: str):
    given = reply(index, question)
    assert isinstance(given, Answer)
    assert given.sure
    assert [statement.text for statement in given.statements] == [row]


def test_of_several_rows_that_are_named_each_is_quoted_in_the_order_of_the_table(index: Index):
    assert quoted(index, "How much are the Team and the Basic plan?") == [
        "Basic | 5 | 19 EUR",
        "Team | 50 | 99 EUR",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "What does the Gold plan cost?",
        "How much does P1 pay the CEO?",
        "How many parking spaces has P1?",
        "What does the Team plan cost in Denmark?",
    ],
)
def test_a_row_answers_neither_of_another_name_nor_what_it_does_not_speak_of(index: Index, question: str):
    assert isinstance(reply(index, question), Refusal)


def test_a_row_that_holds_part_of_the_question_stands_before_the_sentences(index: Index):
    first, *others = quoted(index, "Who do I ask for kiln time?")
    assert first == "Kilns, glazes, clay | #kiln-desk | Bo Lund, Kiln Lead"
    assert others


def test_rows_beside_the_one_that_is_named_are_left_out(index: Index):
    assert quoted(index, "Is somebody writing a Draft letter or is that over?") == [
        "Draft | somebody still writes it"
    ]


def test_what_comes_after_a_row_is_another_row(index: Index):
    assert "Reviewed | it can be sent" in quoted(index, "Which stage of a letter comes after Draft?")
