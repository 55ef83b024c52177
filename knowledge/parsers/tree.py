"""Walks an HTML tree and yields its blocks: what HTML, Markdown and web archives have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from knowledge.documents import Block, Link, UnreadableDocument
from knowledge.parsers.elements import (
    Element,
    alt_of_only_images,
    bold_questions,
    definition_parts,
    integer,
    is_bold_throughout,
    is_cell,
    is_header,
    is_hidden,
    is_permalink,
    is_table_of_contents,
    is_titled_box,
    numeral,
    own_anchor,
    table_parts,
)
from knowledge.parsers.tables import Cell, fill_merged, joined_in_cell, table_blocks
from knowledge.parsers.text_pieces import (
    absolute_url,
    code_lines,
    names,
    one_line,
    reads_as_heading,
    with_bare_links,
)

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Besides what holds no text of the document: what was struck out no longer holds, quoting it would be wrong.
_DROPPED = names(
    "annotation audio base button canvas del embed head iframe img input link meta nav noembed noframes",
    "noscript object option s script select strike style svg template textarea title video",
)
_BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset",
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol p pre",
    "search section summary table tbody td tfoot th thead tr ul",
)
_CODE = frozenset(("code", "tt", "samp"))
_LINE_BREAK = "\v"
"""Stands for a `<br>` among collected text: white space that no source text has."""
# Lists that are typed by hand, with line breaks or a paragraph for each item.
_BULLET = re.compile(r"^(?:[*•·▪◦‣●○■]|-)\s+(?=\S)")
_BEFORE_BULLET = re.compile(r"\v\s*(?=(?:[*•·▪◦‣●○■]|-)\s)")
_SLUG_DROPPED = re.compile(r"[^\w\- ]")


def tree_blocks(root: Element, *, slugs: bool, boilerplate: frozenset[str] = frozenset()) -> list[Block]:
    """The blocks of an element, in reading order.

    `slugs`: headings without an id get the anchor that GitHub gives them. `boilerplate`: tags that
    are left out with all that they hold, beside those that never hold a document's text.

    Raises:
        UnreadableDocument: it is nested too deeply.
    """
    walker = _Walker(slugs, _DROPPED | boilerplate)
    try:
        walker.element(root)
    except RecursionError:
        raise UnreadableDocument("its elements are nested too deeply") from None
    walker.flush()
    return walker.finished()


class _Walker:
    """Collects inline text until a block ends."""

    def __init__(self, slugs: bool, dropped: frozenset[str], *, top_level: bool = True) -> None:
        self.blocks: list[Block] = []
        self._slugs = slugs
        self._dropped = dropped
        self._text: list[str] = []
        self._links: list[Link] = []
        self._depth = 0
        """How many lists are open."""
        self._marker: str | None = None
        """Set while the open list item has no text yet: its number, or nothing."""
        self._top_level = top_level
        self._heading_level = 0
        self._promoted: set[int] = set()
        """Positions of bold paragraphs taken for headings."""
        self._anchors: Counter[str] = Counter()

    def finished(self) -> list[Block]:
        """The blocks; a bold paragraph that has nothing below it was no heading."""
        for at in sorted(self._promoted):
            if at + 1 == len(self.blocks) or self.blocks[at + 1].kind == "heading":
                block = self.blocks[at]
                self.blocks[at] = Block("paragraph", block.text, links=block.links)
        return self.blocks

    def element(self, element: Element) -> None:
        """Takes in one element (not the text after it)."""
        tag = element.tag
        if tag in self._dropped or (element.attrib and is_hidden(element)):
            return
        if tag in _BLOCKS:
            self.flush()
            self._block(tag, element)
            self.flush()
        elif tag == "a":
            self._link(element)
        elif tag in _CODE:
            self._code_span(element)
        elif tag == "br":
            self._line_break()
        elif tag == "sup":
            self._superscript(element)
        else:
            self._children(element)

    def flush(self) -> None:
        """Ends the open block, if it has any text."""
        if not self._text:
            return
        raw = "".join(self._text)
        self._text.clear()
        links, self._links = self._links, []
        parts = _BEFORE_BULLET.split(raw) if _LINE_BREAK in raw else [raw]
        for part in parts:
            text, bullets = _BULLET.subn("", one_line(part), count=1)
            if text:
                own = links if len(parts) == 1 else [link for link in links if link.label in text]
                self._add(text, with_bare_links(text, own), typed_bullet=bool(bullets))

    def _add(self, text: str, links: tuple[Link, ...], *, typed_bullet: bool = False) -> None:
        if self._marker is not None and self._depth:
            self.blocks.append(
                Block("list_item", text, level=self._depth - 1, marker=self._marker, links=links)
            )
            self._marker = None
        else:
            kind = "list_item" if typed_bullet else "paragraph"
            self.blocks.append(Block(kind, text, level=self._depth, links=links))

    def _children(self, element: Element, apart: Sequence[Element] = ()) -> None:
        """Takes in what an element holds; the children named in `apart` are blocks of their own."""
        if element.text:
            self._text.append(element.text)
        for child in element:
            if child in apart:
                self.flush()
            self.element(child)
            if child in apart:
                self.flush()
            if child.tail:
                self._text.append(child.tail)

    def _block(self, tag: str, element: Element) -> None:
        if tag in _HEADINGS:
            self._heading(element, _HEADINGS[tag])
        elif tag == "p":
            self._paragraph(element)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._list(element, tag)
        elif tag == "li":
            self._item(element, "")
        elif tag == "pre":
            self._code_block(element)
        elif tag == "table":
            self._table(element)
        elif tag == "dl":
            self._definitions(element)
        elif tag == "blockquote":
            self._quote(element)
        elif self._top_level and not self._depth and is_titled_box(element):
            self._box(element)
        else:
            self._children(element)

    def _heading(self, element: Element, level: int) -> None:
        inner = self._inner(element)
        text = " ".join(block.text for block in inner)
        if not text:
            return
        links = tuple(link for block in inner for link in block.links)
        if self._depth or not self._top_level:
            self._add(text, links)
            return
        anchor = own_anchor(element) or (self._slug(text) if self._slugs else None)
        self._heading_level = level
        self.blocks.append(Block("heading", text, level=level, anchor=anchor, links=links))

    def _slug(self, text: str) -> str | None:
        slug = _SLUG_DROPPED.sub("", text.lower()).replace(" ", "-")
        seen = self._anchors[slug]
        self._anchors[slug] += 1
        return (f"{slug}-{seen}" if seen else slug) or None

    def _paragraph(self, element: Element) -> None:
        before = len(self.blocks)
        self._children(element, () if self._depth or not self._top_level else bold_questions(element))
        self.flush()
        if len(self.blocks) == before:
            if alt := alt_of_only_images(element):
                self._add(alt, ())
        elif (
            len(self.blocks) == before + 1
            and self._top_level
            and not self._depth
            and is_bold_throughout(element)
        ):
            block = self.blocks[before]
            if reads_as_heading(block.text):
                # A page's title is no question: a page that begins with one is a list of them.
                least = 2 if block.text.endswith("?") else 1
                level = min(max(self._heading_level + 1, least), 6)
                self.blocks[before] = Block("heading", block.text, level=level, links=block.links)
                self._promoted.add(before)

    def _list(self, element: Element, tag: str) -> None:
        if is_table_of_contents(element):
            return
        self._marker = None
        self._depth += 1
        number = integer(element.get("start"), 1)
        self._stray_text(element.text)
        for child in element:
            if child.tag == "li":
                number = integer(child.get("value"), number)
                if not is_hidden(child):
                    self._item(child, f"{numeral(number, element.get('type'))}." if tag == "ol" else "")
                number += 1
            else:
                self.element(child)
            self._stray_text(child.tail)
        self.flush()
        self._depth -= 1

    def _stray_text(self, text: str | None) -> None:
        if text and text.strip():
            self._text.append(text)

    def _item(self, element: Element, marker: str) -> None:
        self.flush()
        self._marker = marker
        self._children(element)
        self.flush()
        self._marker = None

    def _code_block(self, element: Element) -> None:
        for line_break in element.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        if code := code_lines("".join(element.itertext())):
            self._marker = None
            self.blocks.append(Block("code", code, level=self._depth))

    def _box(self, element: Element) -> None:
        """A box's title heads what stands in the box, and nothing after it."""
        before = len(self.blocks)
        if any(inner.tag in _HEADINGS for inner in element.iter()):
            # Sections of the document, of which the box is but a wrapping.
            self._children(element)
            return
        self._quote(element)
        boxed = self.blocks[before:]
        if len(boxed) > 1:
            self.blocks[before:] = [replace(block, box=boxed[0].text) for block in boxed]

    def _quote(self, element: Element) -> None:
        """A quotation's headings and bold lines are part of what is quoted, not of the document's outline."""
        outer, self._top_level = self._top_level, False
        self._children(element)
        self.flush()
        self._top_level = outer

    def _definitions(self, element: Element) -> None:
        """Each definition becomes a list item that begins with its term."""
        self._depth += 1
        terms: list[str] = []
        for child in definition_parts(element):
            blocks = self._inner(child)
            if child.tag == "dt":
                terms += [block.text for block in blocks]
                continue
            lead, terms = ", ".join(terms).rstrip(":"), []
            level = self._depth - 1
            if blocks and blocks[0].kind in ("paragraph", "list_item"):
                first, blocks = blocks[0], blocks[1:]
                text = f"{lead}{' ' if lead.endswith('?') else ': '}{first.text}" if lead else first.text
                self.blocks.append(Block("list_item", text, level=level, links=first.links))
            elif lead:
                self.blocks.append(Block("list_item", lead, level=level))
            self.blocks += blocks
        self._depth -= 1
        for term in terms:
            self._add(term, ())

    def _table(self, element: Element) -> None:
        rows, rest = table_parts(element)
        cells = [[cell for cell in row if is_cell(cell)] for row in rows]
        if sum(map(len, cells)) == 1:
            # One cell is no table: a frame around ordinary text.
            self._children(next(cell for row in cells for cell in row))
        else:
            grid = fill_merged([[self._cell(cell) for cell in row] for row in cells])
            heads = 0
            while heads < len(grid) and is_header(rows[heads], grid[heads]):
                heads += 1
            header = [[cell.text for cell in row] for row in grid[:heads]]
            self._marker = None
            self.blocks += table_blocks(header, grid[heads:])
        for other in rest:
            self.element(other)
            self._stray_text(other.tail)

    def _cell(self, element: Element) -> Cell:
        blocks = self._inner(element)
        parts = [f"`{one_line(block.text)}`" if block.kind == "code" else block.text for block in blocks]
        heading = element.tag == "th"
        text = " ".join(parts) if heading else joined_in_cell(parts)
        links = tuple(link for block in blocks for link in block.links)
        return Cell(
            text,
            links,
            rows=max(1, integer(element.get("rowspan"), 1)),
            columns=max(1, integer(element.get("colspan"), 1)),
            heading=heading,
        )

    def _inner(self, element: Element) -> list[Block]:
        """The blocks within an element, read on their own."""
        inner = _Walker(False, self._dropped, top_level=False)
        inner._depth = self._depth if element.tag in ("dd", "dt") else 0
        inner._children(element)
        inner.flush()
        return inner.blocks

    def _link(self, element: Element) -> None:
        if is_permalink(element):
            return
        start = len(self._text)
        self._children(element)
        url = absolute_url(element.get("href"))
        if url and (label := one_line("".join(self._text[start:]))):
            self._links.append(Link(label, url))

    def _code_span(self, element: Element) -> None:
        text = one_line("".join(element.itertext()))
        if text:
            self._text.append(f"`{text}`" if "`" not in text else text)

    def _line_break(self) -> None:
        """A second line break in a row is how many pages end a paragraph."""
        while self._text and self._text[-1] != _LINE_BREAK and not self._text[-1].strip():
            self._text.pop()
        if self._text and self._text[-1] == _LINE_BREAK:
            self.flush()
        else:
            self._text.append(_LINE_BREAK)

    def _superscript(self, element: Element) -> None:
        text = "".join(element.itertext()).strip()
        if any((link.get("href") or "").startswith("#") for link in element.iter("a")):
            return  # a footnote's number
        before = "".join(self._text[-1:])[-1:]
        # 10³ must not read 103.
        self._text.append(f"^{text}" if before.isdigit() and text.lstrip("+-−").isdigit() else text)
