"""Links to the very words that an answer quotes, for browsers, which scroll there and mark them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from chains.contract import Source, Statement

# A longer quotation is named by the words that it begins and ends with.
WORDS_IN_FULL = 8
WORDS_AT_EACH_END = 4
_BETWEEN_CELLS = " | "


def quoted_link(source: Source, statements: Iterable[Statement]) -> str | None:
    """The source's address; where that leads to no place within the document, to what was first quoted."""
    if not source.url or "#" in source.url or source.page:
        return source.url
    quotations = (
        quotation
        for statement in statements
        for number, quotation in zip(statement.sources, statement.quotes, strict=False)
        if number == source.number
    )
    ends = next(filter(None, map(_ends, quotations)), ())
    text = ",".join(quote(words, safe="").replace("-", "%2D") for words in ends)
    return f"{source.url}#:~:text={text}" if text else source.url


def _ends(quotation: str) -> tuple[str, ...]:
    """The words that a quotation's first line, or its row of a table, begins and ends with."""
    line = next(filter(str.strip, quotation.replace("`", "").splitlines()), "")
    cells = [cell.strip() for cell in line.split(_BETWEEN_CELLS) if cell.strip()]
    if len(cells) > 1:
        return cells[0], cells[-1]
    words = line.split()
    if len(words) <= WORDS_IN_FULL:
        return (" ".join(words),) if words else ()
    return " ".join(words[:WORDS_AT_EACH_END]), " ".join(words[-WORDS_AT_EACH_END:])
