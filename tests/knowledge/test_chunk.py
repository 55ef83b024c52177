"""Cutting documents into chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunk import MAX_ITEM_WORDS, RUN_ON_CHARACTERS, chunk, leads_in
from knowledge.documents import Block, Chunk, Link
from knowledge.parsers import parse

LIMIT = 120
FILLER = "These are words enough to fill a chunk so far that what comes next may not fit into it as well."


def heading(text: str, level: int = 2, anchor: str | None = None) -> Block:
    return Block("heading", text, level=level, anchor=anchor)


def paragraph(text: str, level: int = 0) -> Block:
    return Block("paragraph", text, level=level)


def item(text: str, level: int = 0, marker: str = "") -> Block:
    return Block("list_item", text, level=level, marker=marker)


def row(*cells: str, header: tuple[str, ...] = ("Name", "Value")) -> Block:
    return Block("table_row", " | ".join(cells), cells=cells, header=header)


def code(text: str, level: int = 0) -> Block:
    return Block("code", text, level=level)


def texts(chunks: Sequence[Chunk]) -> list[str]:
    return [piece.text for piece in chunks]


def test_no_chunk_crosses_a_heading():
    chunks = chunk("Guide", [heading("One"), paragraph("First."), heading("Two"), paragraph("Second.")])
    assert [(c.heading_path, c.text) for c in chunks] == [(("One",), "First."), (("Two",), "Second.")]


def test_what_stands_before_the_first_heading_has_no_path():
    chunks = chunk("Guide", [paragraph("Preface."), heading("One"), paragraph("First.")])
    assert [c.heading_path for c in chunks] == [(), ("One",)]


def test_the_path_holds_the_headings_above_and_not_the_title():
    blocks = [
        heading("guide", 1),
        heading("Paging", 2),
        heading("At night", 3, anchor="at-night"),
        paragraph("Call."),
        heading("By day", 3),
        paragraph("Write."),
        heading("Billing", 2),
        paragraph("Ask."),
    ]
    chunks = chunk("Guide", blocks)
    assert [c.heading_path for c in chunks] == [("Paging", "At night"), ("Paging", "By day"), ("Billing",)]
    assert [c.anchor for c in chunks] == ["at-night", None, None]
    assert chunks[0].context == "Guide > Paging > At night"


def test_a_heading_alone_makes_no_chunk():
    assert chunk("Guide", [heading("One"), heading("Two"), paragraph("Text.")])[0].heading_path == ("Two",)
    assert chunk("Guide", [heading("One")]) == []


def test_a_paragraph_is_cut_between_sentences_only():
    sentences = [f"Sentence number {n} says what it says." for n in range(12)]
    chunks = chunk("Guide", [paragraph(" ".join(sentences))], LIMIT)
    assert len(chunks) > 1
    assert [unit.text for c in chunks for unit in c.units] == sentences


def test_a_sentence_longer_than_a_chunk_stays_whole():
    long = "A sentence " + "that goes on and on " * 20 + "ends."
    chunks = chunk("Guide", [paragraph(f"Before it. {long} After it.")], LIMIT)
    assert texts(chunks) == ["Before it.", long, "After it."]


def test_a_line_that_is_no_sentence_is_cut_at_spaces():
    dump = "deadbeef " * RUN_ON_CHARACTERS
    chunks = chunk("Log", [paragraph(dump.strip())])
    assert all(len(c.text) <= RUN_ON_CHARACTERS and set(c.text.split()) == {"deadbeef"} for c in chunks)
    assert " ".join(texts(chunks)) == dump.strip()


def test_a_list_that_fits_stays_whole_with_its_lead_in():
    blocks = [paragraph(FILLER), paragraph("Bring these:"), item("A badge."), item("A laptop."), item("Ink.")]
    chunks = chunk("Guide", blocks, LIMIT)
    assert texts(chunks) == [FILLER, "Bring these:\nA badge.\nA laptop.\nInk."]
    assert [unit.lead for unit in chunks[1].units] == ["", *["Bring these:"] * 3]


@pytest.mark.parametrize(
    "text",
    [
        "Bring these:",
        "Bring these: ",
        "**Bring:**",
        "Each of them gets –",
        "When you are paged in the middle of the night and no one else has said that they will take it,",
        "Follow these steps.",
        "We count the following as sick days, without asking for a doctor's note before the fourth day.",
        "Some things are free, such as",
        "The limits are as follows.",
        "The table below shows who pays.",
        "There are three kinds of leave.",
        "Here are the numbers.",
        "Those are the rules of the house.",
        "Opening hours",
        "We offer",
    ],
)
def test_a_sentence_that_leads_in_is_the_lead_of_list_and_table(text: str):
    assert leads_in(text)
    for block in (item("Fruit on Mondays."), row("Fruit", "Mondays")):
        (only,) = chunk("Guide", [paragraph(text), block])
        assert only.units[-1].lead == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "It is open from 08:00 to 20:00 on weekdays and to 18:00 on Saturdays; badges do not help.",
        "Ferry people have their own language, and over the years we have added to it.",
        "Nobody likes these badges at all, and we are sorry.",
        "There is a lift.",
        "This paragraph was cut off by whoever wrote it in the middle of a long sentence that",
        "Ask Hanne!",
    ],
)
def test_a_sentence_that_merely_stands_before_a_list_or_table_does_not_lead_it(text: str):
    assert not leads_in(text)
    for block in (item("Fruit on Mondays."), row("Fruit", "Mondays")):
        (only,) = chunk("Guide", [paragraph(text), block])
        assert only.units[-1].lead == ""


def test_code_keeps_the_sentence_before_it():
    (only,) = chunk("Guide", [paragraph("Start the pump by hand."), code("pump --start")])
    assert only.units[-1].lead == "Start the pump by hand."


def test_a_table_that_fits_stays_whole():
    rows = [row("Page", "five minutes"), row("Ticket", "two days"), row("Letter", "two weeks")]
    chunks = chunk("Guide", [paragraph(FILLER), *rows], LIMIT)
    assert texts(chunks) == [FILLER, "Page | five minutes\nTicket | two days\nLetter | two weeks"]
    assert chunks[1].units[0].header == ("Name", "Value")
    assert chunks[1].units[0].cells == ("Page", "five minutes")


def test_code_that_fits_stays_whole_with_its_lines():
    chunks = chunk(
        "Guide", [paragraph(FILLER), code("make run\nmake test\nmake bench --all --please")], LIMIT
    )
    assert texts(chunks) == [FILLER, "make run\nmake test\nmake bench --all --please"]


def test_code_that_does_not_fit_is_cut_between_lines():
    lines = [f"line {number} of a long listing" for number in range(20)]
    chunks = chunk("Guide", [code("\n".join(lines))], LIMIT)
    assert len(chunks) > 1
    assert "\n".join(texts(chunks)).split("\n") == lines


def test_a_long_list_is_cut_between_items_that_keep_their_lead_in():
    items = [item(f"Item number {n} of the list.", marker=f"{n}.") for n in range(1, 13)]
    chunks = chunk("Guide", [paragraph("Do this:"), *items], LIMIT)
    assert len(chunks) > 1
    units = [unit for c in chunks for unit in c.units][1:]
    assert [unit.text for unit in units] == [block.text for block in items]
    assert {unit.lead for unit in units} == {"Do this:"}
    assert [unit.marker for unit in units] == [block.marker for block in items]


def test_nested_items_stand_under_the_item_above():
    blocks = [
        paragraph("Bring:"),
        item("Papers"),
        item("Passport", 1),
        item("Visa", 1),
        item("Tools"),
        item("Laptop", 1),
        item("Charger", 2),
    ]
    (only,) = chunk("Guide", blocks)
    assert [(unit.text, unit.lead) for unit in only.units[1:]] == [
        ("Papers", "Bring:"),
        ("Passport", "Papers"),
        ("Visa", "Papers"),
        ("Tools", "Bring:"),
        ("Laptop", "Tools"),
        ("Charger", "Laptop"),
    ]


def test_a_further_paragraph_of_an_item_belongs_to_it():
    blocks = [item("Open the page"), paragraph("It is slow. Wait.", level=1), item("Close it")]
    (only,) = chunk("Guide", blocks)
    assert [(unit.kind, unit.text, unit.lead) for unit in only.units] == [
        ("list_item", "Open the page", ""),
        ("sentence", "It is slow.", "Open the page"),
        ("sentence", "Wait.", "Open the page"),
        ("list_item", "Close it", ""),
    ]


def test_a_very_long_item_is_quoted_by_the_sentence():
    long = " ".join(f"This is sentence {n} of a long item." for n in range(MAX_ITEM_WORDS // 5))
    (only,) = chunk("Guide", [item(long, marker="3.")])
    assert len(only.units) > 1
    assert [unit.marker for unit in only.units] == ["3.", *[""] * (len(only.units) - 1)]


def test_a_unit_has_the_links_whose_words_it_holds():
    link = Link("the form", "https://acme.example/form")
    block = replace(paragraph("Fill in the form. Then wait."), links=(link,))
    (only,) = chunk("Guide", [block])
    assert [unit.links for unit in only.units] == [(link,), ()]


def test_a_chunk_knows_the_page_that_it_begins_on():
    blocks = [
        replace(paragraph(f"Words of page {page} that fill a chunk." * 2), page=page) for page in (1, 2)
    ]
    assert [c.page for c in chunk("Guide", blocks, LIMIT)] == [1, 2]


sentence = st.lists(
    st.sampled_from(("alpha", "beta", "gamma", "delta", "7", "of")), min_size=1, max_size=9
).map(lambda words: " ".join(words).capitalize() + ".")
prose = st.lists(sentence, min_size=1, max_size=6).map(" ".join)
block = st.one_of(
    st.builds(heading, sentence, st.integers(1, 6)),
    st.builds(paragraph, prose),
    st.builds(paragraph, prose, st.integers(1, 3)),
    st.builds(item, prose, st.integers(0, 3)),
    st.builds(row, sentence, sentence),
    st.builds(code, st.lists(sentence, min_size=1, max_size=8).map("\n".join)),
)
documents = st.lists(block, max_size=15)


@given(documents)
@settings(max_examples=40, deadline=None)
def test_nothing_is_lost_and_all_stays_in_its_order(blocks: list[Block]):
    written = "".join(b.text for b in blocks if b.kind != "heading")
    kept = "".join(unit.text for c in chunk("Title", blocks, LIMIT) for unit in c.units)
    assert "".join(kept.split()) == "".join(written.split())


@given(documents)
@settings(max_examples=40, deadline=None)
def test_only_a_single_unit_may_be_longer_than_the_limit(blocks: list[Block]):
    for piece in chunk("Title", blocks, LIMIT):
        assert len(piece.text) <= LIMIT or len(piece.units) == 1
        assert all(len(unit.text) <= LIMIT or unit.kind != "code" for unit in piece.units)


@given(documents)
@settings(max_examples=40, deadline=None)
def test_spans_point_at_the_units_words(blocks: list[Block]):
    for number, piece in enumerate(chunk("Title", blocks, LIMIT)):
        assert piece.ordinal == number
        assert [piece.embedding_text[start:end] for start, end in piece.unit_spans()] == [
            unit.text for unit in piece.units
        ]


@given(st.lists(documents, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_every_unit_stands_whole_in_a_block_of_its_section(sections: list[list[Block]]):
    blocks: list[Block] = []
    written: dict[str, list[str]] = {}
    for number, section in enumerate(sections):
        body = [b for b in section if b.kind != "heading"]
        blocks += [heading(f"Section {number}"), *body]
        written[f"Section {number}"] = [b.text for b in body]
    for piece in chunk("Title", blocks, LIMIT):
        (name,) = piece.heading_path
        assert all(any(unit.text in text for text in written[name]) for unit in piece.units)


def test_the_sample_pages_keep_their_lists_under_their_lead_ins():
    sample = Path(__file__).parents[2] / "knowledge" / "sample"
    found = 0
    for page in sample.rglob("*.md"):
        parsed = parse(page)
        chunks = chunk(parsed.title or "", parsed.blocks)
        units = {unit.text for piece in chunks for unit in piece.units}
        units |= {part for piece in chunks for part in (piece.title, *piece.heading_path)}
        leads = {unit.lead for piece in chunks for unit in piece.units if unit.lead}
        found += len(leads)
        assert leads <= units
    assert found > 0
