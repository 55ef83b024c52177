"""Cutting text into sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentences

PIECES = (
    "The lead decides.",
    "Who is on call?",
    "See section 3. of the plan",
    "e.g. a page",
    "Dr. Lund agrees!",
    "(She may not.)",
    "Wait …",
    "“Quoted.”",
    "lower case",
    "3.14 is pi.",
    "你好。」",
    "世界。",
    "1.",
    "A.",
    "`code. More`",
    "…",
    "—",
    "🙂",
    "https://acme.com/a.b?c=d.",
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).flatmap(
    lambda pieces: st.sampled_from((" ", "")).map(lambda glue: glue.join(pieces))
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Ask Dr. Lund first. She knows.", ["Ask Dr. Lund first.", "She knows."]),
        ("It begins on 5 May. Lunch is at noon.", ["It begins on 5 May.", "Lunch is at noon."]),
        ("Within approx. 3 hours. Then stop.", ["Within approx. 3 hours.", "Then stop."]),
        ("Version 2.1 is out. Use it.", ["Version 2.1 is out.", "Use it."]),
        ("1. Open the page. 2. Close it.", ["1. Open the page.", "2. Close it."]),
        ("No full stop", ["No full stop"]),
        ("It ended. — Really.", ["It ended.", "— Really."]),
        ("It takes 10 min. Then stop.", ["It takes 10 min.", "Then stop."]),
        ("It ended (at last). (And it did.)", ["It ended (at last).", "(And it did.)"]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, expected: list[str]):
    assert sentences(text) == expected


@given(texts | st.text(max_size=200))
def test_nothing_is_lost_and_nothing_is_added(text: str):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(texts)
def test_each_sentence_stands_in_the_text_word_for_word(text: str):
    position = 0
    for sentence in sentences(text):
        position = text.index(sentence, position) + len(sentence)


@given(st.text(max_size=200))
def test_no_sentence_is_empty_or_begins_or_ends_with_white_space(text: str):
    assert all(sentence and sentence == sentence.strip() for sentence in sentences(text))
