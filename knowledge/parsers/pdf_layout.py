"""From the lines of PDF pages to blocks: running heads out, wrapped lines joined, headings by size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from knowledge.documents import Block
from knowledge.parsers.prose import LIST_MARK
from knowledge.parsers.text_pieces import one_line, reads_as_heading, with_bare_links

_EDGE_LINES = 2
"""Running heads and feet stand among this many lines at the top and at the bottom of a page."""
_REPEATED_ON = 3
"""Pages that a line must be on (all, where there are but two) to be a running head."""
_LARGER = 1.12
_PARAGRAPH_GAP = 1.35
_LONGEST_HEADING = 150
_PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:of|von|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_HYPHENS = ("-", "\u00ad", "‐")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line, the height of its base line on the page, the size of its letters, and whether all are bold."""

    text: str
    height: float
    size: float
    bold: bool = False


@dataclass(slots=True)
class _Open:
    """A block that is still being put together."""

    text: str
    page: int
    size: float
    bold: bool
    mark: re.Match[str] | None
    last: Line


def page_blocks(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """The blocks of all pages, in order; a paragraph that goes over a page's end is one."""
    written = [[replace(line, text=line.text.translate(_LIGATURES)) for line in page] for page in pages]
    body = _body_size([line for page in written for line in page])
    cleaned = _without_running_heads(written, body)
    lines = [line for page in cleaned for line in page]
    words = _whole_words(lines)
    sizes = sorted({line.size for line in lines if line.size >= body * _LARGER}, reverse=True)
    gap = _usual_gap(cleaned)
    width = max((len(line.text.strip()) for line in lines), default=0)
    blocks: list[Block] = []
    current: _Open | None = None
    for number, page in enumerate(cleaned, 1):
        for line in page:
            mark = LIST_MARK.match(line.text)
            if current and not mark and _goes_on(current, line, number, gap, width):
                current.text = _join(current.text, line.text, words)
                current.last, current.bold = line, current.bold and line.bold
                continue
            if current:
                blocks.append(_block(current, body, sizes))
            text = line.text[mark.end() :] if mark else line.text
            current = _Open(text, number, line.size, line.bold, mark, line)
    if current:
        blocks.append(_block(current, body, sizes))
    return [block for block in blocks if block.text]


def _without_running_heads(pages: list[list[Line]], body: float) -> list[list[Line]]:
    """Leaves out page numbers, and lines at a page's edges that are at the same place on other pages, too."""

    def likeness(line: Line) -> tuple[str, int]:
        text = one_line(line.text).lower()
        # “Step 1” and “Step 2” in larger letters are headings; “Page 1” and “Page 2” are not.
        literal = line.size >= body * _LARGER or text.endswith(".")
        return text if literal else re.sub(r"\d+", "#", text), round(line.height)

    def edges(page: list[Line]) -> list[Line]:
        return page if len(page) <= 2 * _EDGE_LINES else page[:_EDGE_LINES] + page[-_EDGE_LINES:]

    counts = Counter(like for page in pages for like in {likeness(line) for line in edges(page)})
    needed = max(2, min(_REPEATED_ON, len(pages)))
    cleaned: list[list[Line]] = []
    for page in pages:
        dropped = {
            id(line)
            for line in edges(page)
            if counts[likeness(line)] >= needed or _PAGE_NUMBER.fullmatch(line.text.strip())
        }
        cleaned.append([line for line in page if id(line) not in dropped])
    return cleaned


def _body_size(lines: Sequence[Line]) -> float:
    """The size that most letters have."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _whole_words(lines: Sequence[Line]) -> Counter[str]:
    """How often each word occurs, without the halves of those that are cut at a line's end."""
    words: Counter[str] = Counter()
    after_cut = False
    for line in lines:
        found = [word.lower() for word in _WORD.findall(line.text)]
        cut = line.text.rstrip().endswith(_HYPHENS)
        words.update(found[after_cut : len(found) - cut])
        after_cut = cut
    return words


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    gaps = [
        above.height - below.height
        for page in pages
        for above, below in pairwise(page)
        if above.height > below.height and above.size == below.size
    ]
    return median(gaps) if gaps else 0.0


def _goes_on(current: _Open, line: Line, page: int, gap: float, width: int) -> bool:
    if line.size != current.size or line.bold != current.last.bold:
        return False
    above = current.last.text.strip()
    if page != current.page:
        return above[-1:] not in ".:;!?" and line.text.strip()[:1].islower()
    distance = current.last.height - line.height
    if gap and (distance > gap * _PARAGRAPH_GAP or distance < 0):
        return False
    if current.mark:
        return True
    # A line that ends early ends its paragraph, if it ends like a sentence.
    return len(above) > 0.75 * width or above[-1:] not in ".:!?" or line.text.strip()[:1].islower()


def _join(text: str, line: str, words: Counter[str]) -> str:
    text, line = text.rstrip(), line.strip()
    left = _WORD.search(text[:-1][::-1]) if text.endswith(_HYPHENS) else None
    right = _WORD.match(line)
    if left is None or left.start() != 0 or right is None or not line[0].islower():
        return f"{text} {line}"
    start, end = left[0][::-1].lower(), right[0].lower()
    # “on-” and “call” are words of this document, “infor-” is not: the former keeps its hyphen.
    compound = words[f"{start}-{end}"] or (words[start] and words[end])
    keep = compound and not words[start + end] and not text.endswith("\u00ad")
    return f"{text}{line}" if keep else f"{text[:-1]}{line}"


def _block(current: _Open, body: float, sizes: list[float]) -> Block:
    text = one_line(current.text)
    links = with_bare_links(text, [])
    if current.size in sizes and len(text) <= _LONGEST_HEADING:
        return Block(
            "heading", text, level=min(sizes.index(current.size) + 1, 6), page=current.page, links=links
        )
    if current.bold and reads_as_heading(text) and current.size >= body:
        return Block("heading", text, level=min(len(sizes) + 1, 6), page=current.page, links=links)
    if current.mark:
        number = current.mark["number"]
        marker = number.replace(")", ".") if number else ""
        return Block("list_item", text, marker=marker, page=current.page, links=links)
    return Block("paragraph", text, page=current.page, links=links)
