"""Replies as Slack messages: they read well, keep Slack's limits, and stream as a growing prefix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import words
from bot.blocks import actions
from bot.blocks.render import MARKDOWN_LIMIT, cut_markdown, plain_text, render, statements_markdown
from bot.playground.limits import check_blocks, check_text
from chains.contract import Answer, Refusal, Reply, Source, Statement
from knowledge.documents import Link

LINKED = Source(
    1, "oncall.md", "On call", ("On call", "Paging"), "A passage.", url="https://wiki.example/oncall#paging"
)
UNLINKED = Source(2, "pay.pdf", "Pay & leave", ("Pay & leave", "Leave"), "Another passage.", page=3)
SENTENCE = Statement("Answer a page within *five* minutes.", (1,), ("…",), quoted=True)
ITEM = Statement(
    "Take the pager", (2,), ("…",), quoted=True, kind="list_item", lead="When you start:", marker="2."
)
ROW = Statement(
    "SEV-1 | 5 minutes |",
    (2,),
    ("…",),
    quoted=True,
    kind="table_row",
    cells=("SEV-1", "5 minutes", ""),
    header=("Severity", "Answer within", "Note"),
)
CODE = Statement("page --now\n  <!channel>", (1,), ("…",), quoted=True, kind="code")
WRITTEN = Statement("Answer within **five** minutes.", (1, 2), ("…", "…"), quoted=False)


def _answer(*statements: Statement, notice: str = "") -> Answer:
    return Answer("How fast?", statements, (LINKED, UNLINKED), notice=notice)


def _markdown(*statements: Statement) -> str:
    return render(_answer(*statements), "Ev1").markdown


def test_a_quoted_sentence_is_a_quotation_with_its_number() -> None:
    assert _markdown(SENTENCE) == "> Answer a page within \\*five\\* minutes. [1]"


def test_a_sentence_stands_under_the_question_that_it_answers_said_once() -> None:
    answer = replace(SENTENCE, text="Hanne.", lead="Who waters the plants?")
    more = replace(answer, text="Please do not help.")
    assert _markdown(answer, more) == "> Who waters the plants?\n> Hanne. [1]\n\n> Please do not help. [1]"


def test_list_items_stand_under_their_lead_in_said_once_and_keep_their_numbers_in_place_of_bullets() -> None:
    second = replace(ITEM, text="Read the notes", marker="4.")
    assert _markdown(ITEM, second) == (
        "> When you start:\n>\n> 2\\. Take the pager [2]\n>\n> 4\\. Read the notes [2]"
    )


def test_a_list_of_another_document_has_its_own_lead_in() -> None:
    other = replace(ITEM, lead="When you stop:", sources=(1,), marker="")
    assert _markdown(ITEM, other).endswith("\n\n> When you stop:\n> - Take the pager [1]")


def test_table_rows_say_what_their_cells_are() -> None:
    assert _markdown(ROW) == "> - SEV-1 · **Answer within**: 5 minutes [2]"


def test_code_is_code_and_mentions_nobody() -> None:
    markdown = _markdown(SENTENCE, CODE)
    assert markdown.startswith("> Answer a page")
    assert "\n\n```\npage --now\n  <" in markdown
    assert markdown.endswith("\n```\n[1]")
    assert "<!channel>" not in markdown


def test_a_models_sentence_carries_all_its_numbers() -> None:
    item = replace(WRITTEN, text="Call Ann", kind="list_item", before="\n- ", sources=(1,))
    assert _markdown(WRITTEN, item) == "Answer within **five** minutes. [1][2]\n- Call Ann [1]"


def test_a_models_table_is_a_list_of_rows_that_say_what_their_cells_are() -> None:
    row = replace(ROW, quoted=False, cells=("SEV-1", "**5** minutes"), before="\n")
    assert _markdown(WRITTEN, row, row) == (
        "Answer within **five** minutes. [1][2]\n\n"
        "- SEV-1 · **Answer within**: **5** minutes [2]\n"
        "- SEV-1 · **Answer within**: **5** minutes [2]"
    )


def test_a_models_code_stays_code() -> None:
    code = replace(CODE, text="```sh\nif a < b\n  <!channel>\n```", quoted=False, before="\n\n")
    markdown = _markdown(WRITTEN, code)
    assert "\n\n```\nif a < b\n  <" in markdown
    assert markdown.endswith("\n```\n[1]")
    assert "<!channel>" not in markdown


def test_a_models_sentence_that_was_not_checked_says_so() -> None:
    unsure = replace(WRITTEN, sources=(1,), supported=False)
    assert _markdown(unsure) == f"Answer within **five** minutes. [1] _{words.UNCONFIRMED}_"


def test_links_of_a_document_stay_links_in_its_quotation() -> None:
    linked = replace(
        SENTENCE, text="See the runbook.", links=(Link("the runbook", "https://wiki.example/r"),)
    )
    assert _markdown(linked) == "> See [the runbook](https://wiki.example/r). [1]"


def test_sources_are_links_and_those_without_an_address_show_their_passage() -> None:
    context, buttons, _ = render(_answer(SENTENCE), "Ev1").blocks
    assert context["elements"] == [
        {
            "type": "mrkdwn",
            "text": "<https://wiki.example/oncall#paging|[1] On call › Paging>",
            "verbatim": True,
        },
        {"type": "plain_text", "text": "[2] Pay & leave › Leave (p. 3)", "emoji": False},
    ]
    assert buttons["elements"] == [
        {
            "type": "button",
            "action_id": f"{actions.PASSAGE}2",
            "text": {"type": "plain_text", "text": "Show passage 2", "emoji": False},
            "value": "Ev1",
        }
    ]


def test_a_notice_is_one_line_in_italics_right_below_the_answer() -> None:
    rendered = render(_answer(SENTENCE, notice="The model did not answer <in time>."), "Ev1")
    assert "_The model did not answer &lt;in time&gt;._" in str(rendered.blocks[0])


def test_a_private_answer_can_be_shared() -> None:
    assert actions.SHARE in str(render(_answer(SENTENCE), "Ev1", shareable=True).blocks)
    assert actions.SHARE not in str(render(_answer(SENTENCE), "Ev1").blocks)


def test_a_refusal_says_so_and_names_the_nearest() -> None:
    rendered = render(Refusal("How?", (LINKED, UNLINKED)), "Ev1")
    assert rendered.markdown == (
        f"{words.REFUSAL} {words.NEAREST}\n"
        "- [On call › Paging](https://wiki.example/oncall#paging)\n"
        "- Pay &amp; leave › Leave (p. 3)"
    )


def test_a_refusal_with_nothing_near_says_what_to_do() -> None:
    assert render(Refusal("How?", ()), "Ev1").markdown == f"{words.REFUSAL} {words.NOTHING_NEAR}"


def test_the_plain_words_are_those_of_the_answer() -> None:
    assert plain_text(_answer(SENTENCE, ITEM, replace(ITEM, text="Read the notes"), ROW)) == (
        "Answer a page within *five* minutes.\nWhen you start:\nTake the pager\nRead the notes\n"
        "SEV-1 · Answer within: 5 minutes"
    )


def test_what_is_streamed_is_a_prefix_of_the_whole() -> None:
    statements = (SENTENCE, ITEM, ROW, CODE, WRITTEN)
    whole = _markdown(*statements)
    pieces = list(statements_markdown(statements))
    assert all(whole.startswith("".join(pieces[:count])) for count in range(len(pieces) + 1))


LONG_SENTENCE = replace(SENTENCE, text="word " * 5_000)
LONG_CODE = replace(CODE, text="line of code\n" * 2_000)


@pytest.mark.parametrize(
    "reply",
    [
        _answer(SENTENCE),
        _answer(),
        _answer(*[WRITTEN] * 600),
        _answer(LONG_SENTENCE, LONG_CODE),
        Answer(
            "?",
            (SENTENCE,),
            tuple(replace(UNLINKED, number=number, title="T" * 5_000) for number in range(1, 45)),
        ),
        _answer(SENTENCE, notice="n" * 2_000),
        Refusal("?", (replace(LINKED, title="t " * 200, url="https://wiki.example/" + "x" * 1_000),) * 2),
    ],
)
def test_every_reply_keeps_slacks_limits(reply: Reply) -> None:
    rendered = render(reply, "Ev1" + "x" * 200, shareable=True)
    if rendered.markdown:
        check_blocks(rendered.all_blocks)
    check_blocks(list(rendered.blocks))
    check_text(rendered.text, 4_000)
    assert len(rendered.markdown) <= MARKDOWN_LIMIT


def test_what_does_not_fit_is_behind_more_and_nothing_is_lost() -> None:
    statements = [
        replace(WRITTEN, text=f"Sentence {number} of many, none of them lost.") for number in range(600)
    ]
    rendered = render(_answer(*statements), "Ev1")
    assert actions.MORE in str(rendered.blocks)
    together = rendered.markdown + " " + rendered.rest
    assert all(f"Sentence {number} of" in together for number in range(600))
    assert "".join(cut_markdown(rendered.rest)).replace("\n", "") == rendered.rest.replace("\n", "")
    assert all(len(message) <= MARKDOWN_LIMIT for message in cut_markdown(rendered.rest))


def test_a_long_code_block_is_cut_into_whole_ones() -> None:
    for piece in statements_markdown([LONG_CODE]):
        assert piece.count("```") == 2
