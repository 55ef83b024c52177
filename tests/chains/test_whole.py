"""Whole answers: lists that a line leads in, both of two lists, tables of kinds, definitions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import AnswerChain
from chains.contract import Answer, Question
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "boats.md": "# Boats\n\nA boat is a small vessel that one person can handle alone.\n\n"
    "## Troubles\n\nWhy not always take a boat? Because boats have three problems:\n\n"
    "1. They are wet, so that papers and parcels have to be wrapped before they go on board.\n"
    "2. They are slow against the wind.\n3. They need somebody who can row.\n\n"
    "## History\n\nOur first boat was bought in 1987 and sank in the harbour a year later.\n",
    "choose.md": "# Boat or bus\n\n## Take the boat when\n\nThe boat is the right choice in two cases:\n\n"
    "- You carry a bicycle.\n- The bridge is closed for the night.\n\n"
    "## Take the bus when\n\nThe bus is the right choice in two cases:\n\n"
    "- You are in a hurry.\n- The sea is rough.\n",
    "tickets.md": "# Tickets\n\nThere are three kinds of tickets:\n\n| Ticket | Price |\n| --- | --- |\n"
    "| Single | 2 EUR |\n| Day | 5 EUR |\n| Month | 60 EUR |\n\nTickets are sold on board.\n",
    "trip.md": "# Trips\n\n## What to pack for a night trip\n\n"
    "- Oilskins.\n- A torch with red glass.\n- Bread for two days.\n- The paper map of the strait.\n\n"
    "## Signals\n\nAt a call for help from another vessel,\n\n"
    "- Note its place.\n- Light the lamp.\n- Wake the mate.\n- Turn towards it.\n",
    "mate.md": "# The mate\n\nThe mate is second on board and stands in for the captain at night.\n\n"
    "## Who it can be\n\nBefore you can be a mate, it is expected that you meet the following criteria. "
    "Do not worry if you miss one!\n\n"
    "- Rows well in the dark.\n- Knows the strait by its lamps.\n- Has slept before the trip.\n",
    "long.md": "# Rules on board\n\nThere are many rules on board:\n\n"
    + "".join(f"- Rule {n} of the harbour says that nobody may stand in door {n}.\n" for n in range(30)),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("whole")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def answer(index: Index, question: str) -> Answer:
    *_, last = AnswerChain(index).stream(Question(question, Place.internal()))
    assert isinstance(last, Answer)
    for statement in last.statements:
        assert statement.text in last.sources[statement.sources[0] - 1].passage
    return last


@pytest.mark.parametrize("question", ["Why not always take a boat?", "What are the problems of boats?"])
def test_a_list_that_all_is_asked_of_comes_whole_under_the_line_that_leads_it_in(index: Index, question: str):
    given = answer(index, question)
    assert [statement.marker for statement in given.statements] == ["1.", "2.", "3."]
    assert {statement.lead.split("? ")[-1] for statement in given.statements} == {
        "Because boats have three problems:"
    }


def test_where_one_or_the_other_is_asked_for_both_lists_come_in_the_order_of_their_document(index: Index):
    given = answer(index, "When should I choose which, boat or bus?")
    assert [statement.lead for statement in given.statements] == [
        *["The boat is the right choice in two cases:"] * 2,
        *["The bus is the right choice in two cases:"] * 2,
    ]
    assert {statement.lead for statement in answer(index, "When should I choose the bus?").statements} == {
        "The bus is the right choice in two cases:"
    }


def test_of_several_lists_the_one_whose_lead_says_what_is_asked_comes(index: Index):
    given = answer(index, "When is the boat the right choice?")
    assert [statement.text for statement in given.statements] == [
        "You carry a bicycle.",
        "The bridge is closed for the night.",
    ]


def test_kinds_that_a_table_lists_come_as_the_table(index: Index):
    given = answer(index, "Which kinds of tickets are there?")
    assert given.table
    assert given.table.caption == "There are three kinds of tickets:"
    assert [row[0] for row in given.table.rows] == ["Single", "Day", "Month"]
    assert answer(index, "How much is a day ticket?").table is None


@pytest.mark.parametrize(
    ("question", "lead", "items"),
    [
        ("What do I pack for a night trip?", "What to pack for a night trip", 4),
        ("What happens at a call for help from a vessel?", "At a call for help from another vessel,", 4),
    ],
)
def test_a_list_under_the_heading_or_line_that_is_asked_for_comes_whole_with_it(
    index: Index, question: str, lead: str, items: int
):
    given = answer(index, question)
    assert [statement.lead for statement in given.statements] == [lead] * items


def test_a_definition_comes_first(index: Index):
    assert (
        answer(index, "What is a boat?").statements[0].text
        == "A boat is a small vessel that one person can handle alone."
    )


def test_a_long_list_stays_in_its_document(index: Index):
    given = answer(index, "Which rules are there on board?")
    assert len(given.statements) <= 3


def test_a_sentence_that_points_at_a_list_is_no_answer_but_its_list_is(index: Index):
    given = answer(index, "Who can be a mate?")
    assert [statement.text for statement in given.statements] == [
        "Rows well in the dark.",
        "Knows the strait by its lamps.",
        "Has slept before the trip.",
    ]
