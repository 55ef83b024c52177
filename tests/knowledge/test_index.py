"""The index: what is kept of documents and chunks, and what is given out of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from knowledge.access import Place
from knowledge.documents import Chunk, Link, Unit
from knowledge.index import Index, chunk_of, chunk_values
from knowledge.tables import chunks, documents
from tests.support.knowledge import WordEmbedder, sync, write

PAGES = {
    "b.md": "# Beta\n\nThe second page.\n",
    "a.md": "---\naudience: group:hr\nmodel: false\n---\n# Alpha\n\nThe first page.\n",
    "c.md": "---\naudience: external\n---\n# Gamma\n\nThe third page.\n",
}

words = st.text(max_size=20)
units = st.builds(
    Unit,
    st.sampled_from(("sentence", "list_item", "table_row", "code")),
    st.text(min_size=1, max_size=20),
    lead=words,
    marker=words,
    cells=st.lists(words, max_size=3).map(tuple),
    header=st.lists(words, max_size=3).map(tuple),
    links=st.lists(st.builds(Link, words, words), max_size=2).map(tuple),
)
pieces = st.builds(
    Chunk,
    st.integers(0, 99),
    st.just("Title"),
    st.lists(words, max_size=3).map(tuple),
    st.lists(units, min_size=1, max_size=3).map(tuple),
    anchor=st.none() | words,
    page=st.none() | st.integers(1, 99),
)


@pytest.fixture
def index(open_index: Callable[..., Index], tmp_path: Path) -> Index:
    index = open_index()
    sync(index, write(tmp_path / "docs", PAGES), "https://docs.example")
    return index


@given(pieces)
def test_a_chunk_is_read_as_it_was_written(piece: Chunk):
    assert chunk_of(chunk_values(piece), "Title") == piece


def test_documents_are_listed_by_path_for_those_who_may_see_them(index: Index):
    listed = index.documents(Place.internal("group:hr"))
    assert [document.path for document in listed] == ["a.md", "b.md", "c.md"]
    assert [document.model_allowed for document in listed] == [False, True, True]
    assert listed[0].url == "https://docs.example/a.md"
    assert [document.path for document in index.documents(Place.internal())] == ["b.md", "c.md"]
    assert [document.path for document in index.documents(Place.shared())] == ["c.md"]
    assert [index.count(place) for place in (Place.internal(), Place.shared())] == [2, 1]
    assert index.has_restricted()


def test_a_chunk_of_a_version_not_in_service_is_never_loaded(index: Index):
    with index.engine.begin() as connection:
        ids = list(connection.scalars(select(chunks.c.id)))
        audiences = index.audiences(connection, Place.internal("group:hr"))
        assert set(index.load(connection, ids, audiences)) == set(ids)
        connection.execute(update(documents).where(documents.c.path == "b.md").values(version=9))
        assert {stored.document.path for stored in index.load(connection, ids, audiences).values()} == {
            "a.md",
            "c.md",
        }
        assert index.load(connection, ids, []) == {}


def test_vectors_of_an_embedder_that_is_not_at_hand_are_not_searched(index: Index):
    stranger = Index(index.engine, index.chroma, (WordEmbedder("stranger"),), WordEmbedder())
    with index.engine.connect() as connection:
        assert stranger.in_service(connection) is None
        serving = index.in_service(connection)
    assert serving is not None
    assert serving[1] is index.embedder
