"""Tables in Slack: a block where Slack takes one, else a list of rows that lose nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blocks.render import plain_text, render
from bot.playground.limits import check_blocks
from chains.contract import Answer, Source, Statement, Table

SOURCE = Source(1, "severity.md", "Severity", ("Levels",), "…", url="https://wiki.example/severity")
TABLE = Table(
    header=("", "Answer within"),
    rows=(("SEV-1", "5 minutes"), ("SEV-2", "")),
    quote="SEV-1 | 5 minutes\nSEV-2",
    source=1,
    caption="The levels are:",
)
WIDE = replace(TABLE, header=("Name",) * 21, rows=(("cell",) * 21,), quote="cell")
LONG = replace(TABLE, rows=(("a", "b " * 3_000), ("c", "d " * 3_000)))


def _answer(table: Table, *statements: Statement) -> Answer:
    return Answer("?", statements, (SOURCE,), table=table)


def test_a_table_is_a_block_below_its_caption_with_the_number_of_its_source() -> None:
    rendered = render(_answer(TABLE), "Ev1")
    check_blocks(rendered.all_blocks)
    assert rendered.markdown == "> The levels are: [1]"
    table = rendered.all_blocks[1]
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [
        [" ", "Answer within"],
        ["SEV-1", "5 minutes"],
        ["SEV-2", " "],
    ]


def test_without_a_caption_a_table_stands_below_the_name_of_its_source() -> None:
    said = Statement("Be quick.", (1,), ("Be quick.",), quoted=True)
    rendered = render(_answer(replace(TABLE, caption=""), said), "Ev1")
    assert rendered.markdown == "> Be quick. [1]\n\n**Severity › Levels** [1]"


def test_a_table_without_a_header_begins_with_its_first_row() -> None:
    assert len(render(_answer(replace(TABLE, header=())), "Ev1").all_blocks[1]["rows"]) == 2


def test_rows_that_were_left_out_are_counted() -> None:
    assert "38 more rows in the source." in str(render(_answer(replace(TABLE, left_out=38)), "Ev1").blocks)


@pytest.mark.parametrize("table", [WIDE, LONG])
def test_a_table_that_slack_would_not_take_is_a_list_of_rows(table: Table) -> None:
    rendered = render(_answer(table), "Ev1")
    check_blocks(rendered.all_blocks)
    assert rendered.table is None
    assert f"{rendered.markdown}\n{rendered.rest}".count("> - ") == len(table.rows)


def test_the_rows_can_take_the_place_of_the_block() -> None:
    rendered = render(_answer(TABLE), "Ev1").without_table()
    assert rendered.markdown == (
        "> The levels are: [1]\n\n> - SEV-1 · **Answer within**: 5 minutes [1]\n> - SEV-2 [1]"
    )
    assert "table" not in [block["type"] for block in rendered.all_blocks]


def test_no_cell_mentions_anybody() -> None:
    hostile = replace(TABLE, rows=(("@channel", "<!here> <@U1>"),), quote="@channel | <!here> <@U1>")
    block = render(_answer(hostile), "Ev1").all_blocks[1]
    # Raw text is words to Slack; what people could read as a mention is taken apart all the same.
    assert block["rows"][1][0] == {"type": "raw_text", "text": "@\u2060channel"}
    assert "<!here>" not in render(_answer(hostile), "Ev1").without_table().markdown


def test_the_plain_words_hold_the_table() -> None:
    assert plain_text(_answer(TABLE)) == "The levels are:\nSEV-1 · Answer within: 5 minutes\nSEV-2"
