"""Text between Slack, people and documents: reading what people type, escaping what documents say.

Slack reads two notations: mrkdwn in most blocks and in `text`, standard Markdown in streams and
`markdown` blocks. Document text goes into either as words only: no markup, no mention, no link that the
document itself does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from urllib.parse import quote, urlsplit

from knowledge.documents import Link

# Invisible, and never the place for a line break: it keeps "@channel" readable, but no mention.
WORD_JOINER = "\u2060"

_MASS_MENTION = re.compile(r"(?<![\w.])@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>`]+[^\s<>`.,;:!?)\]'\"*_~]", re.IGNORECASE)
_MARKDOWN_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~])|[*`]|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~|\[(?=[^\]\n]*\][:(\[])|(?<=\])[(\[]"
)
_LINE_START = re.compile(r"^(\s*)(?:([-+#=])|(\d+)([.)]))(?=\s|#|=|-|$)")
_MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_MARKDOWN_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(\s*<?([^\s)>]*)>?[^)]*\)")
# A link that leads to nothing for people, as a document's text holds it: its parser took it for words.
_DEAD_LINK = re.compile(
    r"\[([^\[\]\n]*)\]\(\s*(?!https?:|mailto:)[a-z][a-z0-9+.-]*:(?:[^()\n]|\([^()\n]*\))*\)", re.IGNORECASE
)
_LINK_DEFINITION = re.compile(r"^(\s*)\[(?=[^\]]+\]:)", re.MULTILINE)
_SLACK_TOKEN = re.compile(r"<([^<>]*)>")


def read_message(text: str, bot_user: str) -> str:
    """What a person typed, from Slack's escaped text: plain words, without our own mention."""

    def plain(token: re.Match[str]) -> str:
        target, _, label = token.group(1).partition("|")
        if target == f"@{bot_user}":
            return " "
        if target.startswith("!"):
            return label or "@" + target[1:].split("^")[0]
        if target.startswith(("#", "@")):
            return target[0] + (label.lstrip("#@") or target[1:])
        return label or target.removeprefix("mailto:")

    words = _SLACK_TOKEN.sub(plain, text)
    words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    words = "\n".join(" ".join(line.split()) for line in words.strip().splitlines()).strip()
    # Half of a character, as is left where a text was cut: no database takes it.
    return words.encode("utf-8", "replace").decode("utf-8")


def mentions(text: str) -> frozenset[str]:
    """The ids of the people that a message mentions."""
    targets = (token.split("|")[0] for token in _SLACK_TOKEN.findall(text))
    return frozenset(target[1:] for target in targets if target.startswith("@"))


def escape_mrkdwn(text: str) -> str:
    """Text as words in mrkdwn."""
    return without_mass_mentions(_entities(text))


def link_mrkdwn(label: str, url: str | None) -> str:
    """A link in mrkdwn; without an address that people can open, its label alone."""
    address = web_address(url)
    return f"<{_entities(address)}|{escape_mrkdwn(label)}>" if address else escape_mrkdwn(label)


def link_markdown(label: str, url: str | None) -> str:
    """A link in Markdown; without an address that people can open, its label alone."""
    address = web_address(url)
    return f"[{_escape_words(label)}]({address})" if address else escape_markdown(label, line_start=False)


def web_address(url: str | None) -> str | None:
    """The address, safe to stand inside a link of either notation; None where it is none for people."""
    if not url or urlsplit(url).scheme not in ("http", "https", "mailto"):
        return None
    return quote(url, safe="%/:?#@!$&+,;=~-._")


def escape_markdown(text: str, links: Sequence[Link] = (), *, line_start: bool = True) -> str:
    """Document text as words in Markdown. Inline code stays code; of addresses, only `links` are links.

    What is written as a link to something else than an address for people becomes its label.
    With `line_start` False the text is made for the middle of a line.
    """
    text = " ".join(text.split())
    pieces, position = [], 0
    for start, end, link in _places(text, links):
        pieces += [_words(text[position:start], links), link_markdown(text[start:end], link.url)]
        position = end
    escaped = "".join([*pieces, _words(text[position:], links)])
    return _LINE_START.sub(_escape_line_start, escaped) if line_start else escaped


def _places(text: str, links: Sequence[Link]) -> list[tuple[int, int, Link]]:
    """Where the labels of links stand in a text, in order, none within another."""
    found: list[tuple[int, int, Link]] = []
    for link in sorted(links, key=lambda link: -len(link.label)):
        label = " ".join(link.label.split())
        if not label or "`" in label or not web_address(link.url):
            continue
        for match in re.finditer(rf"(?<!\w){re.escape(label)}(?!\w)", text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), link))
                break
    return sorted(found, key=lambda place: place[0])


def _words(text: str, links: Sequence[Link]) -> str:
    known = {link.url for link in links}

    def escape(part: str) -> str:
        return _outside_urls(_DEAD_LINK.sub(r"\1", part), known, _escape_words)

    return _outside_code(text, escape)


def _escape_words(text: str) -> str:
    return without_mass_mentions(_entities(_MARKDOWN_SPECIAL.sub(lambda found: "\\" + found.group(), text)))


def _escape_line_start(found: re.Match[str]) -> str:
    space, sign, number, dot = found.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{dot}"


def safe_markdown(text: str, addresses: Collection[str]) -> str:
    """Markdown written by a model: its emphasis, lists and code stay; links stay only to `addresses`.

    Images become their description, everything that could mention someone becomes words.
    """

    def clean(part: str) -> str:
        part = _MARKDOWN_IMAGE.sub(lambda image: image.group(1), part)
        pieces, position = [], 0
        for link in _MARKDOWN_LINK.finditer(part):
            pieces.append(_outside_urls(part[position : link.start()], addresses, _entities))
            label, address = link.groups()
            known = web_address(address) if address in addresses else None
            pieces.append(f"[{_entities(label)}]({known})" if known else _entities(label))
            position = link.end()
        pieces.append(_outside_urls(part[position:], addresses, _entities))
        return without_mass_mentions("".join(pieces))

    return _LINK_DEFINITION.sub(r"\1\\[", _outside_code(text, clean))


def fence(code: str) -> str:
    """A code block in Markdown."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}\n{_code(code.strip(chr(10)))}\n{marks}"


def without_mass_mentions(text: str) -> str:
    """The text, with "@channel", "@here" and "@everyone" as words only."""
    return _MASS_MENTION.sub("@" + WORD_JOINER, text)


def _code(text: str) -> str:
    """Code stays verbatim but for what Slack would read as a mention even there."""
    return without_mass_mentions(
        re.sub(r"<(?=!(?:channel|here|everyone|subteam)|@[UW]|#C)", "<" + WORD_JOINER, text)
    )


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    pieces, position = [], 0
    for span in _CODE_SPAN.finditer(text):
        pieces += [change(text[position : span.start()]), _code(span.group())]
        position = span.end()
    return "".join([*pieces, change(text[position:])])


def _outside_urls(text: str, known: Collection[str], change: Callable[[str], str]) -> str:
    """Changes the text around addresses; those that are not known become code, which is no link."""
    pieces, position = [], 0
    for found in _URL.finditer(text):
        url = found.group()
        address = web_address(url) if url in known else None
        pieces += [change(text[position : found.start()]), f"<{address}>" if address else f"`{_code(url)}`"]
        position = found.end()
    return "".join([*pieces, change(text[position:])])


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
