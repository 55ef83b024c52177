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
)


@pytest.mark.parametrize("question", ANSWERED)
def test_what_the_documents_say_is_not_refused(index: Index, question: str):
    hits = search(index, question, Place.internal())
    assert judge(hits, rank(hits)) is not Verdict.SILENT


@pytest.mark.parametrize("question", ABSENT)
def test_what_they_do_not_say_is_no_plain_answer(index: Index, question: str):
    hits = search(index, question, Place.internal())
    assert judge(hits, rank(hits)) is not Verdict.ANSWERS


@pytest.mark.parametrize("question", [*ANSWERED, "?", "", "the", "🙂", "42", "a" * 3000])
def test_any_question_has_features_that_are_numbers(index: Index, question: str):
    hits = search(index, question, Place.internal())
    values = features(hits, rank(hits))
    assert values.shape == (len(NAMES),)
    assert np.isfinite(values).all()
