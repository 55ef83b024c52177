"""Slack's two text formats as HTML that is safe to show: mrkdwn, and Markdown.

Everything is escaped; a link goes only to http, https or mailto, in a window that knows nothing of
this one; nothing is loaded from outside, so an image is shown as a link to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape

from lxml.html.defs import tags as HTML_TAGS
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.playground.emoji import EMOJI

_OUTSIDE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_EMOJI_NAME = re.compile(r":[a-z0-9_+-]+:")
_LINK_ATTRIBUTES = 'rel="noopener noreferrer" target="_blank"'
_BROADCASTS = ("channel", "here", "everyone")

# A style's content holds links and code whole, so that a `*` inside an address ends nothing. Each
# alternative begins with a character that the others exclude: matching stays linear.
_INSIDE = r"(?:<[^<>\n]*>|`[^`\n]*`|[^{mark}\n<`])+?"


def _style(name: str, mark: str) -> str:
    inside = _INSIDE.format(mark=mark)
    return rf"(?P<{name}>(?<![\w{mark}])\{mark}(?=\S){inside}(?<=\S)\{mark}(?![\w{mark}]))"


_INLINE = re.compile(
    "|".join(
        (
            r"(?P<code>`[^`\n]+`)",
            r"(?P<entity><[^<>\n]+>)",
            rf"(?P<emoji>{_EMOJI_NAME.pattern})",
            _style("strong", "*"),
            _style("em", "_"),
            _style("s", "~"),
        )
    )
)
_MENTION = re.compile(r"<[@#!][^<>\n]+>")
_BARE_LINK = re.compile(r"\bhttps?://[^\s<>\"]*[^\s<>\".,:;!?'*_~)\]]")
_TAG = re.compile(r"</?([A-Za-z][\w-]*)[^<>]*>")
_NOT_WORDS = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"^(?:&gt;|>) ?")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in mentions are called: people's and channels' names, without `@` and `#`."""

    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def is_outside_link(url: str) -> bool:
    """Whether an address is of a kind that may be followed: http, https or mailto."""
    return bool(_OUTSIDE.match(url))


def link_html(url: str, inner: str) -> str:
    """A link to an address that `is_outside_link` around `inner`, which is HTML."""
    return f'<a href="{escape(url)}" {_LINK_ATTRIBUTES}>{inner}</a>'


def plain_html(text: str) -> str:
    """A `plain_text` object's words as HTML: emoji names drawn, the rest as it is."""
    return _EMOJI_NAME.sub(lambda match: _emoji(match[0]), escape(_unescape(text))).replace("\n", "<br>")


def mrkdwn_html(text: str, names: Names) -> str:
    """Slack's mrkdwn as HTML: styles, code, quotations, links, mentions, emoji."""
    parts: list[str] = []
    for position, piece in enumerate(_FENCE.split(text)):
        if position % 2:
            parts.append(f"<pre><code>{escape(_unescape(piece))}</code></pre>")
        elif piece:
            parts.append(_lines_html(piece.strip("\n") if position or "```" in text else piece, names))
    return "".join(parts)


def _lines_html(text: str, names: Names) -> str:
    """Lines of mrkdwn; neighbouring quoted lines become one quotation."""
    parts: list[str] = []
    quoted: list[str] = []
    plain: list[str] = []

    def flush() -> None:
        if quoted:
            parts.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
        if plain:
            parts.append("<br>".join(plain))
        quoted.clear()
        plain.clear()

    for line in text.split("\n"):
        mark = _QUOTE.match(line)
        if bool(mark) != bool(quoted):
            flush()
        (quoted if mark else plain).append(_inline_html(line[mark.end() :] if mark else line, names))
    flush()
    return "".join(parts)


def _inline_html(text: str, names: Names) -> str:
    parts: list[str] = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(escape(_unescape(text[end : match.start()])))
        parts.append(_matched_html(match.lastgroup or "", match[0], names))
        end = match.end()
    parts.append(escape(_unescape(text[end:])))
    return "".join(parts)


def _matched_html(kind: str, text: str, names: Names) -> str:
    if kind == "code":
        return f"<code>{escape(_unescape(text[1:-1]))}</code>"
    if kind == "entity":
        return _entity_html(text[1:-1], names)
    if kind == "emoji":
        return _emoji(text)
    return f"<{kind}>{_inline_html(text[1:-1], names)}</{kind}>"


def _entity_html(entity: str, names: Names) -> str:
    """What stands between `<` and `>`: a mention, a date, a link, or words that only look like one."""
    target, _, label = entity.partition("|")
    label = escape(_unescape(label))
    mark, rest = target[:1], target[1:]
    if mark == "@":
        name = escape(names.users.get(rest, "")) or label or escape(rest)
        return f'<span class="mention" data-user="{escape(rest)}">@{name}</span>'
    if mark == "#":
        name = escape(names.channels.get(rest, "")) or label or escape(rest)
        if rest not in names.channels:
            return f'<span class="mention">#{name}</span>'
        return f'<a class="mention" href="#/{escape(rest)}">#{name}</a>'
    if mark == "!":
        command = rest.partition("^")[0]
        if command in _BROADCASTS:
            return f'<span class="mention mention-all">@{command}</span>'
        if command == "subteam" and label:
            return f'<span class="mention">{label}</span>'
        return label or escape(f"<{entity}>")
    url = _unescape(target)
    if not is_outside_link(url):
        return escape(f"<{_unescape(entity)}>")
    return link_html(url, label or escape(url.removeprefix("mailto:")))


def _emoji(name: str) -> str:
    word = name.strip(":")
    if word not in EMOJI:
        return escape(name)
    return f'<span role="img" aria-label="{word.replace("_", " ")}">{EMOJI[word]}</span>'


def _unescape(text: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda match: _ENTITIES[match[0]], text)


def markdown_html(text: str, names: Names) -> str:
    """Markdown (CommonMark, tables, strikethrough, bare links) as messages show it: line ends are kept."""
    return _message_parser().render(text, {"names": names})


def _link_open(_renderer: object, tokens: Sequence[Token], idx: int, *_: object) -> str:
    """A link that the parser has let through: outside, or within the documents."""
    href = str(tokens[idx].attrs.get("href", ""))
    attributes = f" {_LINK_ATTRIBUTES}" if is_outside_link(href) else ""
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
    return bool(match) and _push(state, silent, match[0], _entity_html(match[0][1:-1], state.env["names"]))


def _emoji_name(state: StateInline, silent: bool) -> bool:
    """Inline rule: `:tada:`."""
    match = _EMOJI_NAME.match(state.src, state.pos)
    return bool(match) and match[0].strip(":") in EMOJI and _push(state, silent, match[0], _emoji(match[0]))


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
