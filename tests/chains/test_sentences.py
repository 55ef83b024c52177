"""A streamed answer is cut into pieces that can be checked, however it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.sentences import Piece, split


def texts(answer: str) -> list[str]:
    return [piece.text for piece in split([answer])]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ask e.g. Alice about it.",
        "Use version 3.11.2 or later.",
        "See https://docs.example.com/a.b?c=d for more.",
        "J. Smith and Dr. Weber own it.",
        "Das gilt z.B. für Berlin.",
        "It costs 1.5 euros.",
        "Run `make a. Then b` first.",
        "The answer is [1]. [2]",
        "Page the lead. [1].",
        "Page the lead.[1][2]",
        "Page the lead【1】.",
        "はい。[1]",
        'Eine Woche [1: "For one week. Handover is on Tuesdays."].',
        "Eine Woche. [1: “One week. On Tuesdays.”]",
    ],
)
def test_what_belongs_together_is_not_cut(sentence: str) -> None:
    assert texts(f"{sentence} Next one.") == [sentence, "Next one."]


def test_sentences_end_at_full_stops_question_marks_and_line_ends() -> None:
    assert texts("One. Two! Three? Four\nFive") == ["One.", "Two!", "Three?", "Four", "Five"]


def test_a_citation_after_the_full_stop_stays_with_its_sentence() -> None:
    assert texts("First. [1] Second. [2]") == ["First. [1]", "Second. [2]"]


def test_list_items_stay_whole_and_keep_their_marker_in_front() -> None:
    pieces = list(split(["Steps:\n1. Stop it. Then wait [1]\n2. Start it [1]\n"]))
    assert pieces == [
        Piece("sentence", "Steps:"),
        Piece("list_item", "Stop it. Then wait [1]", "\n1. "),
        Piece("list_item", "Start it [1]", "\n2. "),
    ]


def test_code_blocks_stay_whole() -> None:
    block = "```bash\nmake run. Now\n\nls\n```"
    assert texts(f"Do:\n\n{block}\nDone.") == ["Do:", block, "Done."]


def test_an_unfinished_code_block_ends_with_the_answer() -> None:
    assert texts("```\nmake run") == ["```\nmake run"]


def test_table_rows_come_one_by_one_under_their_header() -> None:
    table = "| Level | Time |\n|---|---|\n| SEV-1 | 5 min [1] |\n| SEV-2 | 30 min [1] |\n"
    first, second = split([table])
    assert (first.kind, first.cells, first.header) == (
        "table_row",
        ("SEV-1", "5 min [1]"),
        ("Level", "Time"),
    )
    assert second.text == "SEV-2 | 30 min [1]"


def test_headings_are_left_out() -> None:
    assert texts("## Answer\nIt is blue.") == ["It is blue."]


def test_a_sentence_is_out_as_soon_as_the_next_one_begins() -> None:
    came: list[str] = []

    def deltas():
        yield "One. [1] T"
        assert came == ["One. [1]"]
        yield "wo."

    for piece in split(deltas()):
        came.append(piece.text)
    assert came == ["One. [1]", "Two."]


ANSWER = """Page Dr. Weber at 3.5 min [1]. Then (see [2]) wait! [3]

- **One** `a. b` [1]
* Two. More [1, 2]
10) Ten 【3】

| A | B |
|---|---|
| x. y | 2 [1] |
```sh
ls | wc. X
```
はい。[1] Ja [2: "It is. So"]. Ende [1]"""


@given(st.lists(st.integers(1, 12), min_size=1, max_size=20))
def test_the_pieces_do_not_depend_on_how_the_stream_is_cut(sizes: list[int]) -> None:
    deltas, position = [], 0
    while position < len(ANSWER):
        size = sizes[len(deltas) % len(sizes)]
        deltas.append(ANSWER[position : position + size])
        position += size
    assert list(split(deltas)) == list(split([ANSWER]))
