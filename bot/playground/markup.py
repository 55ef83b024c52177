"""Slack's mrkdwn as HTML that is safe to show.

Everything is escaped; a link goes only to http, https or mailto, in a window that knows nothing of
this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from bot.playground.emoji import EMOJI

_OUTSIDE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
EMOJI_NAME = re.compile(r":[a-z0-9_+-]+:")
LINK_ATTRIBUTES = 'rel="noopener noreferrer" target="_blank"'
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
            rf"(?P<emoji>{EMOJI_NAME.pattern})",
            _style("strong", "*"),
            _style("em", "_"),
            _style("s", "~"),
        )
    )
)
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
    return f'<a href="{escape(url)}" {LINK_ATTRIBUTES}>{inner}</a>'


def plain_html(text: str) -> str:
    """A `plain_text` object's words as HTML: emoji names drawn, the rest as it is."""
    return EMOJI_NAME.sub(lambda match: emoji_html(match[0]), escape(_unescape(text))).replace("\n", "<br>")


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
        return entity_html(text[1:-1], names)
    if kind == "emoji":
        return emoji_html(text)
    return f"<{kind}>{_inline_html(text[1:-1], names)}</{kind}>"


def entity_html(entity: str, names: Names) -> str:
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


def emoji_html(name: str) -> str:
    """An emoji drawn, by its name in colons; the name where it is not known."""
    word = name.strip(":")
    if word not in EMOJI:
        return escape(name)
    return f'<span role="img" aria-label="{word.replace("_", " ")}">{EMOJI[word]}</span>'


def _unescape(text: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda match: _ENTITIES[match[0]], text)
