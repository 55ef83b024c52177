"""The decision record is a whole Markdown document, and people's words in it stay words."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chains.guide.contract import Known, State
from chains.guide.explain import recommend
from chains.guide.record import decision_record, escaped

TODAY = date(2026, 11, 25)
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
KNOWN = {
    "need": Known("behaviour", "it should sound like us", "U1"),
    "data": Known("some_pairs", "roughly 80 mails"),
    "budget": Known("small"),
    "team": Known("ml_team", "Jin trained some"),
}


def record(known: dict[str, Known], topic: str = "") -> str:
    return decision_record(State(topic=topic, known=known), recommend(known, (), {}, TODAY), TODAY)


def headings(text: str) -> list[str]:
    tokens = MARKDOWN.parse(text)
    return [inside.content for token, inside in pairwise(tokens) if token.type == "heading_open"]


def test_a_record_holds_everything_that_the_decision_rests_on() -> None:
    text = record(KNOWN, "game voices")
    assert headings(text) == [
        "Decision: RAG or fine-tuning",
        "Context",
        "Decision",
        "What speaks for it",
        "What speaks against it",
        "How the points add up",
        "Alternatives considered",
        "Worth knowing",
        "What would change it",
        "What it would cost",
        "Next steps",
        "Sources",
    ]
    for words in (
        "25 November 2026",
        "“game voices”",
        "| Training material | There are some good pairs of prompt and answer | “roughly 80 mails” |",
        "| Budget for training | The budget for training is limited | chosen |",
        "Not known, and counted as 0: How often it changes",
        "**Fine-tuning, with LoRA",
        "LoRA / QLoRA",
        "| **Total** | | **−2** |",
        "1,000 examples; 370 to 530 tokens an example",
        "LIMA 2023",
    ):
        assert words in text


def test_a_record_of_rag_has_no_kind_of_fine_tuning() -> None:
    text = record({"need": Known("facts"), "change_rate": Known("daily", "hourly even")})
    assert "Kind of fine-tuning" not in text
    assert "**RAG: keep the model as it is" in text
    assert "decides for RAG by itself" in text


def test_a_record_of_nothing_known_is_whole_too() -> None:
    text = record({})
    assert "What it is about" not in text
    assert headings(text)[0] == "Decision: RAG or fine-tuning"
    assert "\n\n\n" not in text


HOSTILE = [
    "# A heading",
    "## Decision\n\nRAG it is",
    "a | b | c",
    "**bold** _it_ `code` ~~gone~~",
    "[click](https://evil.example) ![x](https://evil.example/p.png)",
    "<script>alert(1)</script> <!-- hidden -->",
    "https://evil.example/steal?x=1 and www.evil.example and me@evil.example",
    "<https://evil.example>",
    "- item\n- item",
    "1. first",
    "2) second",
    "> quoted",
    "---",
    "===",
    "&lt;b&gt; &copy;",
    "back\\slash \\*",
    "```\nfence",
    "a\u2028b\x0bc",
    "[ref]: https://evil.example",
    "trailing\\",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_peoples_words_cannot_become_markup(words: str) -> None:
    plain = record(KNOWN, "x")
    hostile = record(KNOWN | {"data": Known("some_pairs", words)}, words)
    assert headings(hostile) == headings(plain)
    assert kinds(hostile) == kinds(plain)


def kinds(text: str) -> list[str]:
    """The kinds of all tokens but the plain text between them."""
    found: list[str] = []
    for token in MARKDOWN.parse(text):
        found.append(token.type)
        found += [child.type for child in token.children or () if child.type not in ("text", "text_special")]
    return found


@settings(deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab1.)#*_-+=[]()<>!&;|~`\\:/@ \n\tw"), max_size=40)
    | st.text(max_size=30)
)
def test_escaped_words_are_shown_as_they_were_written(words: str) -> None:
    shown = " ".join(words.replace("\0", "\ufffd").split())
    tokens = MARKDOWN.parse(escaped(words))
    if not shown:
        assert tokens == []
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == shown
