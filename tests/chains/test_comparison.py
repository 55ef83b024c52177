"""Tables that are asked for: which questions want one, which table covers them, whole although it was cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.comparison import Asked, read_asked, table_asked_for
from chains.tables import MAX_ROWS
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from knowledge.retriever import search
from tests.support.knowledge import close, index_in, sync, write

TOOLS = "Tool,Used for,Monthly price\n" + "".join(
    f"Tool{n},task number {n} of the workshop,{n} EUR\n" for n in range(120)
)
PAGES = {
    "severity.md": "# Incident severity\n\nThese are the levels:\n\n"
    "| Level | What it means | Who is told | First update |\n| --- | --- | --- | --- |\n"
    "| SEV-1 | Ships cannot sail and nobody can cross the water at all until this is mended by us "
    "| everybody in the whole company, at any hour | within 10 minutes |\n"
    "| SEV-2 | A line cannot plan or sell its crossings, but its ships sail according to the timetable "
    "| engineering leads and Customer Care | within 25 minutes |\n"
    "| SEV-3 | Something is wrong with one of the tools, and there is a way around it for everybody "
    "| the team that owns the tool | within 4 hours |\n\nSeverity is set by the harbour master.\n",
    "benefits.md": """# Benefits by country

| | Portugal | Denmark |
| --- | --- | --- |
| Lunch | 7 EUR a day | cooked on Tuesdays |
| Commuting | metro pass | bicycle |
""",
    "offices.md": "# Offices\n\nThe offices in Portugal and Denmark are open from eight.\n\n"
    "| Room | Seats |\n| --- | --- |\n| Portugal room | 4 |\n| Denmark room and kitchen | 9 |\n",
    "tools.csv": TOOLS,
    "secret.md": "---\naudience: group:hr\n---\n# Pay\n\n| Band | Pay |\n| --- | --- |\n"
    "| A | 1 |\n| B | 2 |\n",
    "speed.md": "# Ships\n\nThe difference between a ferry and a barge is speed.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("comparison")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def table(index: Index, question: str, place: Place = Place.internal(), message: str = ""):  # noqa: B008
    hits = search(index, question, place, limit=20)
    asked = table_asked_for(index, message or question, question, hits)
    return asked and asked.found.quoted(1, asked.start)


def things(asked: Asked | None) -> list[set[str]]:
    assert asked
    return [set(thing) for thing in asked.things]


@pytest.mark.parametrize(
    "question",
    [
        "the severity levels as a table",
        "Can you show me the benefits in a table?",
        "RAG and fine-tuning side by side",
        "RAG or fine-tuning, head to head?",
        "what is the difference between SEV-1 and SEV-2?",
        "How does SEV-1 differ from SEV-2",
        "compare the levels",
        "RAG vs. fine-tuning",
        "Give me a table of all tools",
    ],
)
def test_a_table_or_a_comparison_is_asked_for_in_many_words(question: str):
    assert read_asked(question, question)


@pytest.mark.parametrize(
    "question",
    [
        "What are the severity levels?",
        "Who books the table in the canteen?",
        "Where is the table tennis room?",
        "Which different offices are there?",
        "as a table, please",
    ],
)
def test_other_questions_want_no_table(question: str):
    assert read_asked(question, question) is None


def test_what_is_compared_is_read_without_the_words_of_asking():
    asked = read_asked(q := "What is the difference between SEV-1 and a SEV-2?", q)
    assert things(asked) == [{"sev", "1"}, {"sev", "2"}]
    asked = read_asked(q := "Please compare the benefits in Portugal with those in Denmark", q)
    assert things(asked) == [{"portug"}, {"denmark"}]
    asked = read_asked(q := "show me a table comparing Portugal with Denmark", q)
    assert things(asked) == [{"portug"}, {"denmark"}]
    asked = read_asked(q := "a table of the differences please: Portugal, Denmark", q)
    assert things(asked) == [{"portug"}, {"denmark"}]
    asked = read_asked(q := "pros and cons of Portugal vs Denmark", q)
    assert things(asked) == [{"portug"}, {"denmark"}]


def test_a_table_that_was_cut_into_passages_comes_whole_with_its_header_and_lead(index: Index):
    found = table(index, "the severity levels as a table")
    assert found
    assert found.header == ("Level", "What it means", "Who is told", "First update")
    assert [row[0] for row in found.rows] == ["SEV-1", "SEV-2", "SEV-3"]
    assert found.caption == "These are the levels:"
    assert found.quote.startswith("SEV-1 | Ships cannot sail")
    assert found.left_out == 0


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What is the difference between SEV-1 and SEV-3?", "Level"),
        ("Compare the severity levels", "Level"),
        ("lunch and commuting: Portugal and Denmark side by side", ""),
        ("Portugal vs Denmark", ""),
        ("Benefits of Denmark and of Portugal, head to head", ""),
    ],
)
def test_the_table_whose_rows_or_columns_are_what_is_compared_is_chosen(
    index: Index, question: str, named: str
):
    found = table(index, question)
    assert found
    assert found.header[0] == named


@pytest.mark.parametrize(
    "question",
    [
        "recipes for pasta as a table",
        "What is the difference between a ferry and a barge?",
        "Compare SEV-1 with the weather in Denmark",
        "Can two people work side by side on one ship?",
    ],
)
def test_where_no_table_covers_it_there_is_none(index: Index, question: str):
    assert table(index, question) is None


def test_of_a_large_table_some_rows_are_quoted_from_the_one_that_is_named(index: Index):
    found = table(index, "tools as a table")
    assert found
    assert found.header == ("Tool", "Used for", "Monthly price")
    assert len(found.rows) == MAX_ROWS
    assert found.left_out > 0
    named = table(index, "the tools Tool77 and Tool79 as a table")
    assert named
    assert named.rows[0] == ("Tool77", "task number 77 of the workshop", "77 EUR")


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the difference between SEV-1 and SEV-3?", ["SEV-1", "SEV-3"]),
        ("SEV-3 vs SEV-1", ["SEV-1", "SEV-3"]),
        ("the tools Tool77 and Tool79 as a table", ["Tool77", "Tool79"]),
        ("Portugal vs Denmark", ["Lunch", "Commuting"]),
        ("Compare the severity levels", ["SEV-1", "SEV-2", "SEV-3"]),
    ],
)
def test_where_rows_are_compared_by_name_it_is_those_rows(index: Index, question: str, rows: list[str]):
    found = table(index, question)
    assert found
    assert [row[0] for row in found.rows] == rows
    assert found.left_out == 0


def test_a_follow_up_asks_by_itself_and_is_about_what_was_said_before(index: Index):
    found = table(index, "as a table please What are the severity levels?", message="as a table please")
    assert found
    assert found.rows[0][0] == "SEV-1"
    assert table(index, "who decides? Compare the severity levels", message="who decides?") is None


def test_a_table_that_the_place_may_not_see_is_not_quoted(index: Index):
    assert table(index, "the pay bands as a table") is None
    assert table(index, "the pay bands as a table", Place.internal("group:hr"))
