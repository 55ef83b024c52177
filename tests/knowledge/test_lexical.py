"""The lexical index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from knowledge import lexical
from knowledge.database import migrate, open_database
from knowledge.documents import Chunk, Unit
from knowledge.lexical.fts5 import audience_term
from knowledge.tables import HISTORY

EVERYONE = ["everyone"]


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    sqlite = request.param == "sqlite"
    engine = open_database(
        f"sqlite:///{tmp_path / 'words.db'}" if sqlite else request.getfixturevalue("postgres")
    )
    migrate(engine, HISTORY, "knowledge")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def passage(text: str, title: str = "Untitled", headings: tuple[str, ...] = (), lead: str = "") -> Chunk:
    return Chunk(0, title, headings, (Unit("sentence", text, lead=lead),))


def ids(connection: Connection, question: str, audiences: list[str] = EVERYONE, limit: int = 10) -> list[int]:
    return [found for found, _ in lexical.search(connection, question, audiences, limit)]


def test_words_are_found_in_any_form(connection: Connection):
    lexical.add(connection, [(1, passage("Pages are escalated.")), (2, passage("Nothing here."))], "everyone")
    assert ids(connection, "who escalates paging?") == [1]


def test_the_better_match_comes_first_with_the_higher_score(connection: Connection):
    rows = [(1, passage("The pager and the rota.")), (2, passage("The pager alone, in more words than one."))]
    lexical.add(connection, rows, "everyone")
    found = lexical.search(connection, "pager rota", EVERYONE, 10)
    assert [chunk_id for chunk_id, _ in found] == [1, 2]
    assert found[0][1] > found[1][1] > 0


def test_titles_and_headings_count_more_than_text(connection: Connection):
    rows = [
        (1, passage("The pager is loud.")),
        (2, passage("It is loud.", headings=("Pager",))),
        (3, passage("It is loud.", title="Pager")),
    ]
    lexical.add(connection, rows, "everyone")
    assert ids(connection, "pager")[2] == 1


def test_a_lead_in_that_another_chunk_holds_is_found_with_the_items(connection: Connection):
    lexical.add(connection, [(1, passage("A badge.", lead="Bring to the interview:"))], "everyone")
    assert ids(connection, "what for the interview") == [1]


def test_a_removed_chunk_is_not_found(connection: Connection):
    lexical.add(connection, [(1, passage("The pager.")), (2, passage("The pager too."))], "everyone")
    lexical.remove(connection, [1, 99])
    assert ids(connection, "pager") == [2]


def test_only_the_audiences_that_are_asked_for_are_searched(connection: Connection):
    lexical.add(connection, [(1, passage("The pager pager pager."))], "group:hr")
    lexical.add(connection, [(2, passage("One pager."))], "everyone")
    lexical.add(connection, [(3, passage("One pager."))], "channel:C1|group:hr")
    assert ids(connection, "pager", limit=1) == [2]
    assert sorted(ids(connection, "pager", ["group:hr", "everyone"])) == [1, 2]
    assert ids(connection, "pager", ["channel:C1|group:hr"]) == [3]
    assert ids(connection, "pager", []) == []


def test_a_document_that_writes_an_audience_s_term_is_not_of_that_audience(connection: Connection):
    forged = audience_term("everyone")
    lexical.add(connection, [(1, passage(f"{forged} pager", title=forged, headings=(forged,)))], "group:hr")
    assert ids(connection, "pager") == []
    assert ids(connection, f"{forged} pager") == []


def test_a_question_that_names_an_audience_s_term_finds_no_more(connection: Connection):
    lexical.add(connection, [(1, passage("The pager."))], "group:hr")
    assert ids(connection, f"{audience_term('group:hr')} pager") == []


def test_rare_words_weigh_more(connection: Connection):
    rows = [(n, passage("pager rota" if n == 1 else "pager")) for n in range(1, 11)]
    lexical.add(connection, rows, "everyone")
    weights = lexical.inverse_frequencies(connection, {"pager", "rota", "zebra"})
    assert 0 < weights["pager"] < weights["rota"] < weights["zebra"]


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_type_is_words_and_never_syntax(connection: Connection, question: str):
    assert lexical.search(connection, question, EVERYONE, 5) == []


@pytest.mark.parametrize(
    "question",
    ['pager" OR audience:x', "pager NEAR(rota)", "title: pager", "pager*", "-pager", "(pager", "pager AND"],
)
def test_search_syntax_is_read_as_words(connection: Connection, question: str):
    lexical.add(connection, [(1, passage("The pager."))], "everyone")
    assert ids(connection, question) == [1]
