"""What every parser does with a run of words: one line, nothing invisible, the links in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from knowledge.documents import Link

LONGEST_BOLD_HEADING = 100

# Zero-width spaces, soft hyphens, text direction overrides and Unicode tags: none is a word, and all
# can hide words from the person who reviews a document. (Joiners stay: emoji and some scripts need them.)
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_BARE_LINK = re.compile(r"https?://[^\s<>\"'`|\\^{}]{1,2000}")
# "{question}": whoever fills it in sends something along. (Braces around JSON or an id are addresses' own.)
_PLACEHOLDER = re.compile(r"(?:\{|%7B)[a-z_]\w*(?:\}|%7D)", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "["}


def names(*lines: str) -> frozenset[str]:
    """A set of names, written with spaces between them."""
    return frozenset(" ".join(lines).split())


def one_line(text: str) -> str:
    """The text with every run of white space as one space, and without invisible characters."""
    text = " ".join(text.split())
    if text.isascii() or not _INVISIBLE.search(text):
        return text
    return " ".join(_INVISIBLE.sub("", text).split())


def code_lines(text: str) -> str:
    """Code as it is, without invisible characters, empty lines around it, or trailing spaces."""
    text = text if text.isascii() else _INVISIBLE.sub("", text)
    return "\n".join(line.rstrip() for line in text.expandtabs(4).split("\n")).strip("\n")


def absolute_url(href: str | None) -> str | None:
    """The address if it can be opened from anywhere (http, https, mailto) as it stands, else None."""
    href = (href or "").strip()
    if _PLACEHOLDER.search(href):
        return None
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and parts.netloc and not re.search(r"\s", href):
        return href
    return href if parts.scheme == "mailto" and "@" in parts.path else None


def with_bare_links(text: str, links: list[Link]) -> tuple[Link, ...]:
    """The links found by a parser, and those that merely stand in the text as an address."""
    if "://" not in text:
        return tuple(links)
    known = {link.label for link in links} | {link.url for link in links}
    found = [url for match in _BARE_LINK.finditer(text) if (url := _trimmed(match[0])) not in known]
    return (*links, *(Link(url, url) for url in dict.fromkeys(found) if absolute_url(url)))


def reads_as_heading(bold: str) -> bool:
    """Whether a paragraph that is bold throughout stands for a heading, as in many team documents.

    Lead-ins ("Steps:") and whole sentences are not.
    """
    return 0 < len(bold) <= LONGEST_BOLD_HEADING and bold[-1] not in ".:;,!…"


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it, as GitHub does."""
    while url and (
        url[-1] in ".,;:!?*_~" or (url[-1] in _CLOSERS and url.count(url[-1]) > url.count(_CLOSERS[url[-1]]))
    ):
        url = url[:-1]
    return url
