"""Pages of questions and answers: each answer is found, and quoted, with its question."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.chunk import chunk
from knowledge.documents import Chunk
from knowledge.parsers import parse


def read(folder: Path, name: str, text: str) -> list[Chunk]:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    parsed = parse(file)
    return chunk(parsed.title or "", parsed.blocks)


def answers(chunks: list[Chunk]) -> list[tuple[str, str]]:
    """Each unit that has a lead, with it."""
    return [(unit.lead, unit.text) for piece in chunks for unit in piece.units if unit.lead]


PLANTS = ("Who waters the plants?", "Hanne.")
CAT = ("Who feeds the cat?", "Ove.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("marks.md", "Q: Who waters the plants? A: Hanne.\n\nQ: Who feeds the cat? A: Ove.\n"),
        ("lines.md", "Q: Who waters the plants?\nA: Hanne.\nQ: Who feeds the cat?\nA: Ove.\n"),
        (
            "bold-marks.md",
            "**Q:** Who waters the plants?\n\n**A:** Hanne.\n\n**Q:** Who feeds the cat?\n\n**A:** Ove.\n",
        ),
        ("bold.md", "**Q: Who waters the plants?**\nA: Hanne.\n\n**Q: Who feeds the cat?**\nA: Ove.\n"),
        ("bold-alone.md", "**Who waters the plants?**\nHanne.\n\n**Who feeds the cat?** Ove.\n"),
        ("bold-lines.md", "**Who waters the plants?**\n\nHanne.\n\n**Who feeds the cat?**\n\nOve.\n"),
        ("headings.md", "## Who waters the plants?\n\nHanne.\n\n## Who feeds the cat?\n\nOve.\n"),
        ("marked-headings.md", "## Q: Who waters the plants?\nA: Hanne.\n\n## Q. Who feeds the cat?\nOve.\n"),
        ("numbers.md", "Q1. Who waters the plants?\n\nA1. Hanne.\n\nQ2. Who feeds the cat?\n\nA2. Ove.\n"),
        ("words.md", "Question: Who waters the plants?\n\nAnswer: Hanne.\n\nWho feeds the cat?\n\nOve.\n"),
        ("items.md", "- Q: Who waters the plants?\n  A: Hanne.\n- Q: Who feeds the cat?\n  - A: Ove.\n"),
        ("marks.txt", "Q: Who waters the plants?\nA: Hanne.\n\nQ: Who feeds the cat?\nA: Ove.\n"),
        ("plain.txt", "Who waters the plants?\nHanne.\n\nWho feeds the cat?\nOve.\n"),
        ("page.html", "<p><b>Who waters the plants?</b><br>Hanne.</p><p><b>Who feeds the cat?</b> Ove.</p>"),
        (
            "details.html",
            "<details><summary>Who waters the plants?</summary>Hanne.</details>"
            "<details><summary>Who feeds the cat?</summary><p>Ove.</p></details>",
        ),
    ],
)
def test_an_answer_is_led_by_its_own_question_and_no_chunk_has_two(tmp_path: Path, name: str, text: str):
    chunks = read(tmp_path, name, text)
    assert answers(chunks) == [PLANTS, CAT]
    assert len(chunks) == 2
    for piece, (question, answer) in zip(chunks, (PLANTS, CAT), strict=True):
        assert piece.heading_path[-1:] == (question,)
        assert piece.text == answer
        assert "Q" not in piece.embedding_text
        assert "A:" not in piece.embedding_text


def test_a_marked_question_is_answered_by_all_up_to_the_next(tmp_path: Path):
    text = "Q: How do I get in?\n\nA: Ring.\n\nBring:\n\n- a badge\n\nThen wait. \n\nQ: And out?\n\nPush.\n"
    assert answers(read(tmp_path, "a.md", text)) == [
        ("How do I get in?", "Ring."),
        ("How do I get in?", "Bring:"),
        ("Bring:", "a badge"),
        ("How do I get in?", "Then wait."),
        ("And out?", "Push."),
    ]


def test_another_question_is_answered_by_the_next_paragraph_and_what_hangs_on_it(tmp_path: Path):
    text = (
        "What do I bring?\n\nNot much.\n\n- A badge.\n\n```\nbadge\n```\n\nThe door is green. It squeaks.\n"
    )
    assert answers(read(tmp_path, "a.md", text)) == [
        ("What do I bring?", "Not much."),
        ("What do I bring?", "A badge."),
        ("What do I bring?", "badge"),
    ]


def test_a_question_asked_at_a_paragraphs_end_or_in_a_list_of_questions_leads_nothing(tmp_path: Path):
    text = (
        "We sat down and asked ourselves for an hour, and then for another one, what could have been meant "
        "by the note on the door of the boathouse. Who wrote it?\n\nNobody knew.\n\n"
        "Who?\n\nWhen?\n\n## Next\n\nWords.\n\nAnd why?\n"
    )
    assert answers(read(tmp_path, "a.md", text)) == []


def test_an_answer_cut_into_several_chunks_keeps_its_question(tmp_path: Path):
    sentences = [f"Step number {n} of the way home is this one here." for n in range(20)]
    chunks = read(tmp_path, "a.md", f"Q: How do I get home?\n\nA: {' '.join(sentences)}\n")
    assert len(chunks) > 2
    assert answers(chunks) == [("How do I get home?", sentence) for sentence in sentences]


def test_a_short_answer_is_quoted_whole(tmp_path: Path):
    chunks = read(tmp_path, "a.md", "Q: Who waters the plants?\nA: Hanne. Please do not help.\n")
    assert answers(chunks) == [("Who waters the plants?", "Hanne. Please do not help.")]


def test_what_follows_the_answer_to_an_unmarked_question_stands_under_the_heading_again(tmp_path: Path):
    text = "## Doors\n\nWhat do I bring?\n\nA badge.\n\nThe door is green.\n"
    assert [(piece.heading_path, piece.text) for piece in read(tmp_path, "a.md", text)] == [
        (("Doors", "What do I bring?"), "A badge."),
        (("Doors",), "The door is green."),
    ]


def test_a_question_that_nothing_answers_and_one_as_long_as_a_letter_are_text(tmp_path: Path):
    letter = f"We wondered. {'And wondered on. ' * 30}Is it so?"
    chunks = read(tmp_path, "a.md", f"Q: Who?\n\nQ: When?\n\n- At ten.\n\nQ: {letter}\n\nIt is.\n")
    text = " ".join(unit.text for piece in chunks for unit in piece.units)
    assert text == f"Who? At ten. {letter} It is."
    assert answers(chunks) == [("When?", "At ten.")]


def test_a_definition_of_a_question_reads_as_one(tmp_path: Path):
    (only,) = read(
        tmp_path, "a.html", "<dl><dt>Who sings?</dt><dd>Ove.</dd><dt>Ove</dt><dd>Our dog.</dd></dl>"
    )
    assert only.text == "Who sings? Ove.\nOve: Our dog."


def test_a_letter_before_a_full_stop_is_no_mark_where_nothing_is_asked(tmp_path: Path):
    (only,) = read(
        tmp_path, "a.md", "We use grade A. Q and A. Sessions are on Mondays.\n\nA: The first letter.\n"
    )
    assert "A: The first letter." in only.text
    assert answers([only]) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", '!!! question "Who feeds the cat?"\n    Ove.\n\n- the dog\n- the fish\n'),
        ("b.md", '??? question "Who feeds the cat?"\n    Ove.\n\n- the dog\n- the fish\n'),
        ("c.md", ":::tip Who feeds the cat?\nOve.\n:::\n\n- the dog\n- the fish\n"),
        ("d.md", '=== "Who feeds the cat?"\n    Ove.\n\n- the dog\n- the fish\n'),
        (
            "e.html",
            "<details><summary>Who feeds the cat?</summary>Ove.</details><ul><li>the dog<li>the fish</ul>",
        ),
    ],
)
def test_the_title_of_a_box_leads_what_is_in_the_box_alone(tmp_path: Path, name: str, text: str):
    inside, after = read(tmp_path, name, text)
    assert (inside.heading_path, inside.text) == (("Who feeds the cat?",), "Ove.")
    assert answers([inside, after]) == [CAT]
    assert (after.heading_path, after.text) == ((), "the dog\nthe fish")


def test_a_title_that_does_not_ask_heads_its_box_and_a_box_without_one_is_text(tmp_path: Path):
    text = '## Leave\n\nAsk Ove.\n\n!!! tip "Be early"\n    Summer fills up.\n\n!!! note\n    Ask in May.\n'
    pieces = read(tmp_path, "a.md", text)
    assert [(piece.heading_path, piece.text) for piece in pieces] == [
        (("Leave",), "Ask Ove."),
        (("Leave", "Be early"), "Summer fills up."),
        (("Leave",), "Ask in May."),
    ]
    assert answers(pieces) == []


def test_questions_within_a_box_have_answers_of_their_own(tmp_path: Path):
    text = '!!! info "Home"\n    Who waters the plants?\n\n    Hanne.\n\n    Who feeds the cat?\n\n    Ove.\n'
    assert answers(read(tmp_path, "a.md", text)) == [PLANTS, CAT]
