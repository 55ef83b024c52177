"""Whether the documents say."""

from __future__ import annotations

import numpy as np
import pytest

from chains.extract import rank
from chains.refusal import NAMES, Verdict, features, judge
from knowledge.access import Place
from knowledge.index import Index
from knowledge.retriever import search

ANSWERED = ("What colour is the pager?", "How many days of leave does everybody have?")
ABSENT = (
    "Which plants grow on the surface of the moon?",
    "Who won the chess tournament of 1987 in Reykjavik?",
    "What is the phone number of the server room?",
    "How much does the pager cost?",
    "Who cleaned the coffee machine last week?",
)


@pytest.mark.parametrize("question", ANSWERED)
def test_what_the_documents_say_is_not_refused(index: Index, question: str):
    hits = search(index, question, Place.internal())
    assert judge(hits, rank(hits)) is not Verdict.SILENT


@pytest.mark.parametrize("question", ABSENT)
def test_what_they_do_not_say_is_no_plain_answer(index: Index, question: str):
    hits = search(index, question, Place.internal())
    assert judge(hits, rank(hits)) is not Verdict.ANSWERS


@pytest.mark.parametrize(
    ("question", "feature", "is_seen"),
    [
        ("How much does an espresso cost?", "kind_missing", False),
        ("What is the phone number of the server room?", "kind_missing", True),
        ("How much does an espresso cost?", "particular", True),
        ("When is the handover?", "particular", False),
        ("Is there a discount on espresso?", "particular", False),
        ("Who won the tournament last year?", "passing", True),
        ("Who carries the pager?", "passing", False),
    ],
)
def test_what_speaks_against_an_answer_is_seen(index: Index, question: str, feature: str, is_seen: bool):
    hits = search(index, question, Place.internal())
    assert (features(hits, rank(hits))[NAMES.index(feature)] > 0) == is_seen


def test_the_share_of_a_question_that_no_passage_speaks_of_grows_with_what_is_strange(index: Index):
    def unmet(question: str) -> float:
        hits = search(index, question, Place.internal())
        return features(hits, rank(hits))[NAMES.index("unmet")]

    met = unmet("What colour is the pager?")
    assert 0 <= met < unmet("What colour is the zeppelin?") < unmet("Zeppelins over Samarkand?") <= 1


@pytest.mark.parametrize("question", [*ANSWERED, "?", "", "the", "🙂", "42", "a" * 3000])
def test_any_question_has_features_that_are_numbers(index: Index, question: str):
    hits = search(index, question, Place.internal())
    values = features(hits, rank(hits))
    assert values.shape == (len(NAMES),)
    assert np.isfinite(values).all()
