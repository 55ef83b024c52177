"""Text between Slack, people and documents: nothing in a document acts, everything is readable."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.blocks.mrkdwn import (
    WORD_JOINER,
    escape_markdown,
    escape_mrkdwn,
    fence,
    link_markdown,
    link_mrkdwn,
    mentions,
    read_message,
    safe_markdown,
)
from knowledge.documents import Link

MARKDOWN = MarkdownIt("commonmark").enable("strikethrough").enable("table")


def _tokens(markdown: str) -> list[tuple[str, str]]:
    """The kinds and texts of all that a Markdown text holds inside its blocks."""
    return [
        (token.type, str(token.attrGet("href") or token.content))
        for block in MARKDOWN.parse(markdown)
        for token in (block.children or [])
    ]


def _bare_addresses(markdown: str) -> list[str]:
    """Words outside code and links that Slack would turn into links by itself."""
    return [
        text for kind, text in _tokens(markdown) if kind == "text" and re.search("https?://|www[.]", text)
    ]


def _words(markdown: str) -> str:
    texts = [text for kind, text in _tokens(markdown) if kind in ("text", "code_inline", "text_special")]
    return "".join(texts).replace(WORD_JOINER, "")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("<@UBOT> who is on call?", "who is on call?"),
        ("who, <@UBOT>, is on call?", "who, , is on call?"),
        ("a &lt; b &amp;&amp; c", "a < b && c"),
        ("see <https://a.example/x|the page> and <https://b.example>", "see the page and https://b.example"),
        ("ask <@U123> in <#C1|general>", "ask @U123 in #general"),
        ("<!subteam^S1|@oncall> or <!here>", "@oncall or @here"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("  two   spaces\n\tand a tab ", "two spaces\nand a tab"),
        ("<@UBOT>", ""),
        ("cut within a rocket \ud83d", "cut within a rocket ?"),
    ],
)
def test_a_message_is_read_as_plain_words(typed: str, words: str) -> None:
    assert read_message(typed, "UBOT") == words


def test_the_people_that_a_message_mentions_are_found() -> None:
    assert mentions("<@U1> and <@U2|ann>, not &lt;@U3&gt; or <!here>") == {"U1", "U2"}


def test_mrkdwn_escapes_angle_brackets_and_mass_mentions() -> None:
    assert escape_mrkdwn("a & <!channel> @here") == f"a &amp; &lt;!channel&gt; @{WORD_JOINER}here"


def test_an_address_with_odd_characters_cannot_leave_its_link() -> None:
    assert (
        link_mrkdwn("T|<itle>", "https://a.example/x|y>z") == "<https://a.example/x%7Cy%3Ez|T|&lt;itle&gt;>"
    )
    assert link_markdown("a [b]", "https://a.example/(x) y") == "[a [b]](https://a.example/%28x%29%20y)"


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_what_is_no_address_for_people_is_no_link(url: str | None) -> None:
    assert link_mrkdwn("Title", url) == "Title"
    assert link_markdown("Title", url) == "Title"


@pytest.mark.parametrize(
    "text",
    [
        "5 * 3 * 2 and snake_case_name and _this_ and **that**",
        "[not a link](http://evil.example/?q=secret)",
        "![beacon](http://evil.example/x.png)",
        "[one][two] and [three]: http://evil.example",
        "1. Not a list",
        "12) Nor this",
        "- nor this",
        "# nor a heading",
        "> nor a quotation",
        "a `code * span` and a lone ` backtick",
        "C:\\Users\\* and \\[x]",
        "<b>bold</b> &amp; <!channel> <@U123>",
        "~~no~~ ~5 minutes~",
        "see http://evil.example/a_b?c=*d*, then www.evil.example.",
        "<http://evil.example>",
        "--- === ***",
    ],
)
def test_document_text_reads_as_it_stands_and_does_nothing(text: str) -> None:
    escaped = escape_markdown(text)
    kinds = {kind for kind, _ in _tokens(escaped)}
    assert kinds <= {"text", "code_inline", "text_special"}
    assert not _bare_addresses(escaped)
    # Of code, the backticks go; a bare address gets some.
    assert _words(escaped).replace("`", "") == text.replace("`", "")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab1 .*_`[]()<>!#~\\|-+&@:/", max_size=40))
def test_no_document_text_becomes_markup(text: str) -> None:
    tokens = MARKDOWN.parse(escape_markdown(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline"}
    kinds = {kind for token in tokens for kind in (child.type for child in token.children or [])}
    assert kinds <= {"text", "code_inline", "text_special"}
    assert "<!" not in escape_mrkdwn(text)


def test_the_documents_own_links_stay_links() -> None:
    links = [Link("the runbook", "https://wiki.example/run_book"), Link("runbook", "https://other.example/")]
    escaped = escape_markdown("Open the runbook, or the other runbook.", links)
    assert escaped == (
        "Open [the runbook](https://wiki.example/run_book), or the other [runbook](https://other.example/)."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("First [open the portal](javascript:alert(1)).", "First open the portal."),
        ("[a](data:text/html,x) and [b](JavaScript:void(0) 'title')", "a and b"),
        ("`[kept](javascript:x)` in code", "`[kept](javascript:x)` in code"),
    ],
)
def test_of_a_link_that_nobody_could_follow_the_label_stays(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


def test_a_bare_address_is_a_link_only_where_the_document_links_it() -> None:
    text = "See https://wiki.example/a for more."
    assert escape_markdown(text) == "See `https://wiki.example/a` for more."
    linked = escape_markdown(text, [Link("https://wiki.example/a", "https://wiki.example/a")])
    assert ("link_open", "https://wiki.example/a") in _tokens(linked)


def test_mass_mentions_stay_readable_but_mention_nobody() -> None:
    escaped = escape_markdown("Tell @channel and @Everyone, not a@here.example, <!channel>")
    assert "@channel" not in escaped
    assert "@Everyone" not in escaped
    assert "<!channel>" not in escaped
    assert _words(escaped) == "Tell @channel and @Everyone, not a@here.example, <!channel>"


def test_a_models_markdown_keeps_its_form_but_no_link_of_its_own() -> None:
    markdown = safe_markdown(
        "**Ask** [Ann](https://wiki.example/ann) or [me](https://evil.example/?q=x), "
        "![i](https://evil.example/i.png) <!channel> @here https://evil.example `<!here>`",
        {"https://wiki.example/ann"},
    )
    links = [target for kind, target in _tokens(markdown) if kind == "link_open"]
    assert links == ["https://wiki.example/ann"]
    assert not _bare_addresses(markdown)
    assert "**Ask**" in markdown
    assert not any(kind == "image" for kind, _ in _tokens(markdown))
    assert "<!" not in markdown
    assert "@here" not in markdown


def test_code_keeps_every_character_that_mentions_nobody() -> None:
    code = "<!DOCTYPE html>\n```\nif a < b && c: x = `y`\n"
    assert MARKDOWN.parse(fence(code))[0].content == code
    assert "<!channel>" not in fence("<!channel>")
