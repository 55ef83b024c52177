"""Finding documents by words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.access import Place
from knowledge.find import find_documents
from knowledge.index import Index
from tests.support.knowledge import sync, write

PAGES = {
    "z.md": "# apples\n\nApples are red.\n\n## More\n\nApples are round.\n",
    "y.md": "# Bread\n\nBread and apples.\n",
    "x.md": "# Cheese\n\nNeither.\n",
    "w.md": "---\naudience: group:hr\n---\n# Apple bonus\n\nApples apples apples.\n",
}


@pytest.fixture
def index(open_index: Callable[..., Index], tmp_path: Path) -> Index:
    index = open_index()
    sync(index, write(tmp_path / "docs", PAGES))
    return index


def titles(index: Index, words: str, place: Place | None = None, limit: int = 10) -> list[str]:
    return [document.title for document in find_documents(index, place or Place.internal(), words, limit)]


def test_each_document_is_listed_once_and_the_best_first(index: Index):
    assert titles(index, "apple") == ["apples", "Bread"]


def test_without_words_all_are_listed_by_title(index: Index):
    assert titles(index, "  ") == ["apples", "Bread", "Cheese"]
    assert titles(index, "", Place.internal("group:hr")) == ["Apple bonus", "apples", "Bread", "Cheese"]


def test_no_more_are_listed_than_asked_for(index: Index):
    assert titles(index, "apple", limit=1) == ["apples"]
    assert titles(index, "", limit=2) == ["apples", "Bread"]


def test_words_that_no_document_holds_list_nothing(index: Index):
    assert titles(index, "zebra") == []


def test_a_document_knows_its_path_and_address(index: Index):
    (document,) = find_documents(index, Place.internal(), "neither", 5)
    assert (document.path, document.title, document.url, document.audience) == (
        "x.md",
        "Cheese",
        None,
        "everyone",
    )
