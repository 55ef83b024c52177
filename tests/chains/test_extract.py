"""Answers without a model: which sentences are quoted, and how many."""

from __future__ import annotations

import numpy as np
import pytest

from chains.extract import MAX_BEHIND, MAX_STATEMENTS, MAX_WORDS, Choice, choose, rank
from chains.features import NAMES, Candidate
from knowledge.access import Place
from knowledge.documents import Unit
from knowledge.index import Index
from knowledge.retriever import Hit, search

QUESTIONS = (
    "Who carries the pager?",
    "What colour is the pager?",
    "What do I bring to the handover?",
    "How fast is a SEV-1 answered?",
    "How many days of leave are there?",
    "When is the coffee machine cleaned?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_unit_of_the_passages_is_ranked_best_first(index: Index, question: str):
    hits = search(index, question, Place.internal())
    ranked = rank(hits)
    assert len(ranked) == sum(len(hit.stored.chunk.units) for hit in hits)
    assert [choice.score for choice in ranked] == sorted((choice.score for choice in ranked), reverse=True)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_at_most_three_sentences_and_eighty_words(index: Index, question: str):
    chosen = choose(rank(search(index, question, Place.internal())))
    texts = [candidate.unit.text for candidate in chosen]
    assert 1 <= len(texts) <= MAX_STATEMENTS
    assert sum(len(text.split()) for text in texts) <= MAX_WORDS
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("question", QUESTIONS)
def test_sentences_of_a_passage_stand_in_its_order_and_the_best_passage_first(index: Index, question: str):
    ranked = rank(search(index, question, Place.internal()))
    chosen = choose(ranked)
    assert chosen[0].hit.stored.id == ranked[0].candidate.hit.stored.id
    assert any(candidate is ranked[0].candidate for candidate in chosen)
    passages = [candidate.hit.stored.id for candidate in chosen]
    assert passages == sorted(passages, key=list(dict.fromkeys(passages)).index)
    for passage in set(passages):
        positions = [c.position for c in chosen if c.hit.stored.id == passage]
        assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What colour is the pager?", "The pager is red."),
        ("How many days of leave does everybody have?", "Everybody has thirty days of leave a year."),
        ("SEV-1 answer within?", "SEV-1 | five minutes"),
    ],
)
def test_the_sentence_that_answers_is_among_the_chosen(index: Index, question: str, text: str):
    chosen = choose(rank(search(index, question, Place.internal())))
    assert text in [candidate.unit.text for candidate in chosen]


def test_of_no_passages_nothing_is_chosen():
    assert choose(rank([])) == []


def _choices(*texts_and_scores: tuple[str, float], hit: Hit) -> list[Choice]:
    """Choices of sentences, best first."""
    return [
        Choice(Candidate(hit, i, Unit("sentence", text), _values(text)), score)
        for i, (text, score) in enumerate(texts_and_scores)
    ]


def _values(text: str) -> np.ndarray:
    return np.array([name == "asks" and text.endswith(("?", ":")) for name in NAMES], np.float32)


def _texts(chosen: list[Candidate]) -> list[str]:
    return [candidate.unit.text for candidate in chosen]


def test_a_question_or_a_lead_in_is_no_answer_unless_there_is_nothing_else(index: Index):
    hit = search(index, QUESTIONS[0], Place.internal())[0]
    choices = _choices(("Who carries it?", 9), ("Bring these:", 8.5), ("Ada carries it.", 8), hit=hit)
    assert _texts(choose(choices)) == ["Ada carries it."]
    assert _texts(choose(choices[:1])) == ["Who carries it?"]


def test_a_sentence_far_behind_the_best_one_is_left_out(index: Index):
    hit = search(index, QUESTIONS[0], Place.internal())[0]
    choices = _choices(("Best.", 9), ("Near.", 9 - MAX_BEHIND + 0.1), ("Far.", 9 - MAX_BEHIND - 0.1), hit=hit)
    assert _texts(choose(choices)) == ["Best.", "Near."]
