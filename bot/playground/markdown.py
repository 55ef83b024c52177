"""Markdown as HTML that is safe to show: what messages hold, and the rules that make any parser safe.

Raw HTML vanishes or becomes words; nothing is loaded from outside, so an image is shown as a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape, unescape

from lxml.html.defs import tags as HTML_TAGS
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.playground.emoji import EMOJI
from bot.playground.markup import (
    EMOJI_NAME,
    LINK_ATTRIBUTES,
    Names,
    emoji_html,
    entity_html,
    is_outside_link,
    link_html,
)

_MENTION = re.compile(r"<[@#!][^<>\n]+>")
_TAG = re.compile(r"</?([A-Za-z][\w-]*)[^<>]*>")
_NOT_WORDS = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BARE_LINK = re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\".,:;!?'*_~)\]]")


def markdown_html(text: str, names: Names) -> str:
    """Markdown (CommonMark, tables, strikethrough, bare links) as messages show it: line ends are kept."""
    return _message_parser().render(text, {"names": names})


def _link_open(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """A link that the parser has let through: outside, or within the documents."""
    href = str(tokens[idx].attrs.get("href", ""))
    attributes = f" {LINK_ATTRIBUTES}" if is_outside_link(href) else ""
    return f'<a href="{escape(href)}"{attributes}>'


def _image(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """A link to the image; its words alone inside a link, or where it may not be followed."""
    token = tokens[idx]
    url = str(token.attrs.get("src", ""))
    words = escape(token.content or "image")
    in_link = sum(each.nesting for each in tokens[:idx] if each.type in ("link_open", "link_close"))
    return words if in_link or not is_outside_link(url) else link_html(url, words)


def _html_inline(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """A line break; other tags and comments vanish; `<name>` that is no tag is words."""
    content = tokens[idx].content
    tag = _TAG.match(content)
    name = tag[1].lower() if tag else ""
    if name == "br":
        return "<br>"
    return "" if content.startswith("<!--") or name in HTML_TAGS else escape(content)


def _html_block(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """The words of the block without its tags."""
    words = _TAG.sub("", _NOT_WORDS.sub("", tokens[idx].content)).strip()
    return f"<p>{escape(unescape(words))}</p>" if words else ""


def _cell_open(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """A table's cell; its alignment is a class, as the page's policy allows no inline styles."""
    alignment = str(tokens[idx].attrs.get("style", "")).removeprefix("text-align:")
    return f'<{tokens[idx].tag} class="align-{alignment}">' if alignment else f"<{tokens[idx].tag}>"


def make_safe(parser: MarkdownIt, is_link: Callable[[str], bool] = is_outside_link) -> MarkdownIt:
    """The parser, from now on with safe HTML: its own tags, no images, only links that `is_link` allows."""
    parser.validateLink = is_link  # pyright: ignore[reportAttributeAccessIssue]  (markdown-it's own hook)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("html_inline", _html_inline)
    parser.add_render_rule("html_block", _html_block)
    parser.add_render_rule("th_open", _cell_open)
    parser.add_render_rule("td_open", _cell_open)
    return parser


@cache
def _message_parser() -> MarkdownIt:
    parser = make_safe(MarkdownIt("commonmark", {"html": False, "breaks": True}))
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("bare_links", _bare_links)
    parser.add_render_rule("slack_html", _slack_html)
    parser.inline.ruler.before("autolink", "slack_entity", _slack_entity)
    parser.inline.ruler.push("emoji", _emoji_name)
    return parser


def _slack_html(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    return tokens[idx].content


def _slack_entity(state: StateInline, silent: bool) -> bool:
    """Inline rule: mentions keep Slack's form (`<@U1>`, `<#C1>`, `<!here>`) within Markdown."""
    match = _MENTION.match(state.src, state.pos)
    return bool(match) and _push(state, silent, match[0], entity_html(match[0][1:-1], state.env["names"]))


def _emoji_name(state: StateInline, silent: bool) -> bool:
    """Inline rule: `:tada:`."""
    match = EMOJI_NAME.match(state.src, state.pos)
    return (
        bool(match) and match[0].strip(":") in EMOJI and _push(state, silent, match[0], emoji_html(match[0]))
    )


def _push(state: StateInline, silent: bool, source: str, html: str) -> bool:
    if not silent:
        state.push("slack_html", "", 0).content = html
    state.pos += len(source)
    return True


def _bare_links(state: StateCore) -> None:
    """Core rule: an address in plain words becomes a link to itself."""
    for block in state.tokens:
        in_link = 0
        children: list[Token] = []
        for token in block.children or ():
            in_link += token.nesting if token.type in ("link_open", "link_close") else 0
            children += [token] if in_link or token.type != "text" else _linked(token.content)
        if block.children:
            block.children = children


def _linked(text: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for match in _BARE_LINK.finditer(text):
        tokens.append(Token("text", "", 0, content=text[end : match.start()]))
        tokens.append(Token("link_open", "a", 1, attrs={"href": match[0]}))
        tokens.append(Token("text", "", 0, content=match[0]))
        tokens.append(Token("link_close", "a", -1))
        end = match.end()
    return [*tokens, Token("text", "", 0, content=text[end:])]
