"""The evaluation of dialogues: how they are held, and how they are counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chains.guide.dialogue import Guide
from chains.guide.evaluation import MOST_TURNS, metrics, play
from chains.guide.reader import Reader
from knowledge.embeddings.minilm import MiniLM

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def guide(minilm: MiniLM) -> Guide:
    return Guide(Reader(minilm))


def test_a_dialogue_is_held_to_its_verdict(guide: Guide):
    line = {
        "id": "one",
        "opening": "rag or fine-tuning?",
        "answers": {
            "need": "only the tone",
            "data": "3,000 pairs",
            "budget": "30,000 dollars",
            "team": "a data scientist of our own",
            "deadline": "in three weeks",
        },
    }
    item = play(guide, line, NOW)
    assert set(item) == {"id", "verdict", "type", "factors", "questions", "explanation"}
    assert (item["id"], item["verdict"], item["type"]) == ("one", "fine-tuning", "LoRA")
    assert item["questions"] == ["need", "data", "budget", "team", "confirm:need"]
    assert item["factors"] == {
        "need": "behaviour",
        "data": "some_pairs",
        "budget": "small",
        "team": "ml_team",
    }
    assert item["explanation"].startswith("Fine-tuning")
    assert "“only the tone”" in item["explanation"]


def test_what_has_no_reply_is_not_known(guide: Guide):
    item = play(guide, {"id": 1, "opening": "hello"}, NOW)
    assert item["factors"] == {}
    assert item["verdict"] == "rag"
    assert item["questions"][0] == "need"
    assert len(set(item["questions"])) == len(item["questions"]) <= 6


def test_several_factors_are_replied_to_one_a_line(guide: Guide):
    answers = {
        "need": "deep expertise in our field",
        "change_rate": "never",
        "citations": "no",
        "access": "all see the same",
    }
    item = play(guide, {"id": 1, "opening": "hello", "answers": answers}, NOW)
    assert "citations+deletion+access" in item["questions"]
    assert (item["factors"]["citations"], item["factors"]["access"]) == ("no", "same")
    assert "deletion" not in item["factors"]


def test_a_contradiction_is_answered_by_yes(guide: Guide):
    answers = {"change_rate": "never", "data": "3,000 pairs, and by the way it changes every month"}
    item = play(
        guide, {"id": 1, "opening": "people ask questions about our handbook", "answers": answers}, NOW
    )
    assert "confirm:change_rate" in item["questions"]
    assert item["factors"]["change_rate"] == "monthly"


@pytest.mark.parametrize("reply", ["", "?", "🙂", "what does it cost?", "undo", "start over"])
def test_a_reply_that_is_no_answer_does_not_go_round_in_circles(guide: Guide, reply: str):
    item = play(guide, {"id": 1, "opening": "hello", "answers": {"change_rate": reply, "data": reply}}, NOW)
    assert item["verdict"] == "rag"
    assert len(item["questions"]) <= MOST_TURNS


def item(
    verdict: str, factors: dict[str, str], questions: list[str], kind: str | None = None
) -> dict[str, Any]:
    return {"verdict": verdict, "type": kind, "factors": factors, "questions": questions}


def test_dialogues_are_counted_by_hand():
    lines: list[dict[str, Any]] = [
        {
            "gold_verdict": "rag",
            "gold_type": None,
            "answers": {"change_rate": "weekly", "team": "nobody"},
            "gold_factors": {"need": "facts", "change_rate": "weekly", "team": "none"},
        },
        {
            "gold_verdict": "fine-tuning",
            "gold_type": "LoRA",
            "answers": {"data": "500 pairs"},
            "gold_factors": {"need": "behaviour", "data": "some_pairs"},
        },
        {
            "gold_verdict": "fine-tuning",
            "gold_type": "RLHF",
            "answers": {},
            "gold_factors": {},
        },
    ]
    items = [
        item("rag", {"need": "both", "change_rate": "weekly"}, ["change_rate"]),
        item("fine-tuning", {"need": "behaviour", "data": "some_pairs"}, ["data", "confirm:need"], "LoRA"),
        item("rag", {"budget": "small"}, ["need", "data", "budget", "team", "deadline", "privacy", "access"]),
    ]
    assert metrics(lines, items) == {
        "verdict": pytest.approx(2 / 3),
        # Of the two that should have ended in fine-tuning.
        "type": 0.5,
        # need was said in the first opening and misread, team had a reply that nobody asked for.
        "factors": pytest.approx(3 / 4),
        # A budget that nobody spoke of was read, and a wrong need.
        "factors_precision": pytest.approx(3 / 5),
        "questions_mean": pytest.approx((1 + 1 + 7) / 3),
        "questions_max": 7.0,
        "over_six": pytest.approx(1 / 3),
    }


def test_where_no_outcome_is_given_nothing_is_judged():
    found = metrics([{"id": 1, "opening": "hi"}], [item("rag", {"need": "facts"}, ["need"])])
    assert found["verdict"] is found["type"] is found["factors"] is found["factors_precision"] is None
    assert found["questions_mean"] == 1.0
