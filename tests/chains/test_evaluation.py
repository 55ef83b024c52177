"""The metrics of answers."""

from __future__ import annotations

from typing import Any

import pytest

from chains.evaluation import holds, metrics


def asked(gold: list[str] | None, quote: str = "") -> dict[str, Any]:
    return {"id": "q", "question": "?"} | ({} if gold is None else {"gold_docs": gold, "gold_quote": quote})


def answered(
    *retrieved: str, text: str = "", cited: tuple[str, ...] = (), refused: bool = False
) -> dict[str, Any]:
    return {
        "answer": text,
        "refused": refused,
        "citations": [{"doc": doc, "quote": ""} for doc in cited],
        "retrieved": [{"doc": doc, "score": 1.0} for doc in retrieved],
    }


@pytest.mark.parametrize(
    ("answer", "quote", "held"),
    [
        ("The pager is red.", "The pager is red.", True),
        ("It says: the PAGER, is red!", "the pager is red", True),
        ("Red is the pager", "The pager is red.", True),
        ("The pager is", "The pager is red.", False),
        (
            "one two three four five six seven eight nine",
            "one two three four five six seven eight nine ten",
            True,
        ),
        ("The page is very red", "very, very, very red", False),
        ("See [the form](https://acme.example/red)", "red", False),
        ("`make run` starts it", "make run", True),
    ],
)
def test_an_answer_holds_a_quote_with_nine_tenths_of_its_words(answer: str, quote: str, held: bool):
    assert holds(answer, quote) is held


def test_retrieval_counts_the_first_gold_document_of_answerable_questions():
    questions = [asked(["a"]), asked(["b", "c"]), asked(["d"]), asked(["e"]), asked([]), asked(None)]
    items = [
        answered("a", "x"),
        answered("x", "c", "b"),
        answered("1", "2", "3", "4", "5", "d"),
        answered("x"),
        answered("a"),
        answered("a"),
    ]
    found = metrics(questions, items)
    assert found["hit_at_1"] == pytest.approx(1 / 4)
    assert found["hit_at_5"] == pytest.approx(2 / 4)
    assert found["mrr_at_10"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)


def test_quotes_and_citations_count_where_there_are_any():
    questions = [asked(["a"], "The pager is red."), asked(["a"], "Nothing of it."), asked(["a"])]
    items = [
        answered(text="The pager is red.", cited=("a", "b")),
        answered(text="The pager is red.", cited=("a",)),
        answered(refused=True),
    ]
    found = metrics(questions, items)
    assert found["quote_recall"] == pytest.approx(1 / 2)
    assert found["citation_precision"] == pytest.approx(2 / 3)
    assert found["false_refusal"] == pytest.approx(1 / 3)


def test_refusals_are_recalled_over_the_unanswerable_questions():
    questions = [asked([]), asked([]), asked(["a"]), asked(None)]
    items = [answered(refused=True), answered(), answered(), answered(refused=True)]
    found = metrics(questions, items)
    assert (found["refusal_recall"], found["false_refusal"]) == (0.5, 0.0)


def test_what_nothing_counts_for_has_no_number():
    assert set(metrics([], []).values()) == {None}
    assert metrics([asked(None)], [answered("a")])["hit_at_1"] is None


def test_questions_and_items_of_different_number_are_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        metrics([asked([])], [])
