"""Abbreviations and their words, as documents join them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chains.abbreviations import in_other_form, joined
from chains.search import find
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from tests.support.knowledge import opened, sync, write


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("The Night Warden (NW) locks up.", ("NW", "Night Warden")),
        ("Handbook > Night Warden / NW\nLocks up.", ("NW", "Night Warden")),
        ("Handbook > NW\n“Night Warden”, who locks up.", ("NW", "Night Warden")),
        ("NW stands for night warden.", ("NW", "night warden")),
        ("NWs (night wardens) lock up.", ("NW", "night wardens")),
        ("OOO | Out of office", ("OOO", "Out of office")),
        ("Ask for the Plan of Record (PR).", ("PR", "Plan of Record")),
        ("Every follow-up task (FUT) has an owner.", ("FUT", "follow-up task")),
    ],
)
def test_an_abbreviation_is_joined_to_the_words_beside_it_whose_letters_it_has(
    text: str, pair: tuple[str, str]
):
    assert list(joined(text)) == [pair]


@pytest.mark.parametrize(
    "text",
    [
        "The NW night warden locks up.",
        "No wardens. (NW is a wind.)",
        "Ask the warden (NW).",
        "In the UK, under kin, ask.",
        "Open the HR, or the IT.",
    ],
)
def test_capitals_beside_other_words_are_joined_to_none(text: str):
    assert list(joined(text)) == []


TEXTS = ["The Night Warden (NW) locks up.", "Ask the NW: new windows are due.", "Information Technology (IT)"]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("What does the NW do?", "What does the night warden do?"),
        ("what does a nw do?", "what does a night warden do?"),
        ("Who are the night wardens?", "Who are the NW?"),
        ("Is the night warden the NW?", ""),
        ("Is it locked?", ""),
        ("Who locks up?", ""),
    ],
)
def test_a_question_is_put_with_the_other_form(question: str, other: str):
    assert in_other_form(question, TEXTS) == other


def test_what_is_told_of_the_one_is_found_by_the_other(tmp_path: Path, minilm: MiniLM):
    pages = {
        "words.md": "# Words\n\n## Night Warden (NW)\n\nSee the page on closing.\n",
        "closing.md": "# Closing\n\nThe night warden carries a red lamp.\n",
    } | {f"floor-{i}.md": f"# Floor {i}\n\nThe NW carries key {i}.\n" for i in range(12)}
    with opened(tmp_path / "home", minilm) as index:
        sync(index, write(tmp_path / "docs", pages))
        hits = find(index, Place.internal(), "What colour is the lamp of the NW?").hits
    assert hits[0].stored.document.path == "closing.md"
    assert "night warden" in hits[0].question.text
    assert len({hit.stored.id for hit in hits}) == len(hits)
