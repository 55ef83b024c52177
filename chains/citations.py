"""Reads a model's citations in the forms that models really write, and takes out what must not be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from knowledge.documents import Link

LinkMaker = Callable[[str, str], str]

NUMBERS = r"\d{1,2}(?:\s*(?:[,;–-]|and|und|et|y)\s*\d{1,2})*"
LABEL = r"(?:passages?|sources?|documents?|docs?|refs?\.?|quelle|see|siehe|voir|\^|#)?"
CITATION = re.compile(
    rf"\s*(?:\(\s*(?:see\s+)?(?P<wrapped>(?:\[{NUMBERS}\][,;\s]*)+)\)"
    rf"|(?<!!)\[\s*{LABEL}:?\s*(?P<square>{NUMBERS})\s*\](?:\([^)\s]*\))?"
    rf"|【\s*(?P<lens>{NUMBERS})[^】]*】"
    rf"|\(\s*{LABEL}:?\s*(?P<round>{NUMBERS})\s*\)(?=\W*$)"
    r"|(?P<raised>[¹²³⁴⁵⁶⁷⁸⁹]+))",
    re.IGNORECASE,
)
# A citation with the words that it rests on, as they are asked for where languages differ.
QUOTED_CITATION = re.compile(
    r"\[\s*(?P<number>\d{1,2})\s*:\s*(?:[\"“„«‘'](?P<words>[^\n]+?)[\"”“»’']|(?P<bare>[^\]\n\"“„«]+))\s*\]"
)
OPEN_QUOTED_CITATION = re.compile(r"\[\s*\d{1,2}\s*:[^\n]*$")
RAISED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
CODE = re.compile(r"(`+)[^`]+\1")
IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
MARKDOWN_LINK = re.compile(r"\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)")
REFERENCE_LINK = re.compile(r"\[([^\]]+)\]\[[^\]]*\]")
ANGLE_LINK = re.compile(r"<((?:https?|mailto|ftp|slack)[^>|\s]*)(?:\|([^>]*))?>")
BARE_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'`|\]]+[^\s<>\"'`|\].,;:!?)*_]")
SLACK_COMMAND = re.compile(r"<[!@#][^>]*>")
MASS_MENTION = re.compile(r"@(?=(?:channel|here|everyone|all)\b)", re.IGNORECASE)
# Only HTML's own names: documents write placeholders as <team>.
HTML_TAG = re.compile(
    r"</?(?:a|abbr|audio|b|base|body|br|button|center|code|details|div|em|embed|font|form|h[1-6]|head|hr|html|i|"
    r"iframe|img|input|li|link|meta|object|ol|p|picture|pre|script|source|span|strong|style|sub|summary|sup|svg|"
    r"table|tbody|td|th|thead|tr|u|ul|video)(?:[\s/][^<>]*)?>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)


def read_citations(text: str) -> tuple[str, tuple[int, ...]]:
    """The sentence without its citations, and the numbers cited, in order, each once."""
    masked = CODE.sub(lambda match: "\0" * len(match[0]), text)
    numbers: list[int] = []
    kept: list[str] = []
    position = 0
    for match in CITATION.finditer(masked):
        found = _numbers(match)
        if found is None:
            continue
        numbers += found
        kept.append(text[position : match.start()])
        position = match.end()
    kept.append(text[position:])
    clean = re.sub(r"\s+([.,;:!?])", r"\1", "".join(kept))
    clean = re.sub(r"([.!?])\.$", r"\1", clean)
    return clean.strip(), tuple(dict.fromkeys(numbers))


def read_quotes(text: str) -> tuple[str, dict[int, list[str]]]:
    """The sentence with plain citations alone, and the words given for each number."""
    quotes: dict[int, list[str]] = {}

    def plain(match: re.Match[str]) -> str:
        quotes.setdefault(int(match["number"]), []).append((match["words"] or match["bare"]).strip())
        return f"[{match['number']}]"

    return QUOTED_CITATION.sub(plain, text), quotes


def _numbers(match: re.Match[str]) -> list[int] | None:
    if raised := match["raised"]:
        # An exponent (10²) is no citation.
        before = match.string[: match.start()].rstrip()[-1:]
        return None if before.isdigit() else [int(digit.translate(RAISED)) for digit in raised]
    written = match["wrapped"] or match["square"] or match["lens"] or match["round"]
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,2})(?:\s*[–-]\s*(\d{1,2}))?", written):
        found += range(int(first), int(last or first) + 1)
    return found


def make_safe(text: str, urls: Collection[str]) -> tuple[str, tuple[Link, ...]]:
    """The text without images, tags, mass mentions, and links that no passage contains.

    A foreign link leaves its words behind. Also returns the links that stay. Code (in backticks)
    loses its mentions only, which Slack would honour even there.
    """
    allowed = {same_url(url): url for url in urls}
    links: list[Link] = []

    def link(label: str, url: str) -> str:
        known = allowed.get(same_url(url))
        if known is None:
            return "" if BARE_URL.fullmatch(label.strip()) else label
        links.append(Link(label or known, known))
        return f"[{label}]({known})" if label else known

    parts: list[str] = []
    position = 0
    for code in CODE.finditer(text):
        parts += [_prose(text[position : code.start()], link), code[0]]
        position = code.end()
    parts.append(_prose(text[position:], link))
    safe = MASS_MENTION.sub("", SLACK_COMMAND.sub("", "".join(parts)))
    for url in BARE_URL.findall(MARKDOWN_LINK.sub("", safe)):
        if known := allowed.get(same_url(url)):
            links.append(Link(known, known))
    return re.sub(r"[ \t]{2,}", " ", safe).strip(), tuple(dict.fromkeys(links))


def _prose(text: str, link: LinkMaker) -> str:
    text = IMAGE.sub("", text)
    text = SLACK_COMMAND.sub("", text)
    text = ANGLE_LINK.sub(lambda match: link(match[2] or "", match[1]), text)
    text = MARKDOWN_LINK.sub(lambda match: link(match[1], match[2]), text)
    text = REFERENCE_LINK.sub(r"\1", text)
    return HTML_TAG.sub("", text)


def same_url(url: str) -> str:
    """An address in the form in which two spellings of it are equal."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.strip().rstrip("/"), flags=re.IGNORECASE)
