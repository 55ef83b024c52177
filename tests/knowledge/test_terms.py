"""Words as the lexical index counts them."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.terms import content_words, stem, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who is on call at night?", ["call", "night"]),
        ("What is it?", ["what", "is", "it"]),
        ("", []),
        ("?!", []),
        ("SEV-2 pages", ["sev", "2", "pages"]),
    ],
)
def test_stop_words_are_left_out_unless_there_is_nothing_else(text: str, expected: list[str]):
    assert content_words(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("pages", "paging"), ("Café", "cafe"), ("DEPLOYED", "deploying"), ("policy", "policies")],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str):
    assert stem(one) == stem(other)


def test_terms_are_stems_of_content_words_in_order():
    assert terms("Who escalates the pages?") == [stem("escalates"), stem("pages")]


WORDS = (
    "paging",
    "escalation",
    "policies",
    "handbook",
    "running",
    "easily",
    "caresses",
    "ponies",
    "relational",
    "conditional",
    "rational",
    "happiness",
    "Lisbon",
    "deployment",
    "deploys",
    "agreed",
    "sky",
    "cease",
    "controlling",
    "hopping",
    "tanned",
    "falling",
    "sized",
    "naïve",
    "Zoë",
    "Ångström",
    "über",
    "résumés",
    "incidents",
    "databases",
    "on-call",
    "reviewers",
    "generously",
    "university",
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_stems_are_those_that_the_index_keeps(chosen: list[str]):
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE t USING fts5(b, tokenize='porter unicode61 remove_diacritics 2')"
    )
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, row)")
    connection.execute("INSERT INTO t VALUES (?)", [" ".join(chosen)])
    kept = {term for (term,) in connection.execute("SELECT term FROM v")}
    assert kept == {stem(part) for word in chosen for part in word.split("-")}


ROOTS = (
    "walk",
    "organiz",
    "relation",
    "happ",
    "escalat",
    "generaliz",
    "conformabl",
    "deciph",
    "hop",
    "agree",
)


def test_threads_that_stem_at_once_stem_right():
    vocabulary = [
        f"{root}{ending}{chr(97 + n)}" for n in range(26) for root in ROOTS for ending in ("", "s", "ing")
    ]
    expected = [stem(word) for word in vocabulary]
    stem.cache_clear()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: [stem.__wrapped__(word) for word in vocabulary], range(4)))
    finally:
        sys.setswitchinterval(interval)
        stem.cache_clear()
    assert found == [expected] * 4
