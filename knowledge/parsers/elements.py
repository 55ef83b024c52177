"""What single HTML elements are: hidden, a permalink, a header row, a table of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from knowledge.documents import UnreadableDocument
from knowledge.parsers.tables import Cell
from knowledge.parsers.text_pieces import one_line

Element = Any
"""An lxml element; lxml brings no types."""

_DROPPED_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "doc-toc", "menu"))
_PERMALINK = frozenset(
    ("headerlink", "anchor", "heading-anchor", "anchor-link", "anchorjs-link", "hash-link")
)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$)|font-size\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)


def parse_tree(html: str) -> Element | None:
    """The root element of an HTML text, however broken; None where it has no element at all.

    Raises:
        UnreadableDocument: it is nested too deeply.
    """
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (lxml brings no types)

    # Without `huge_tree`, what is nested more than 256 deep is cut off in silence.
    parser = etree.HTMLParser(
        encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(html.encode("utf-8", "replace"), parser) if html.strip() else None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableDocument("its elements are nested too deeply")
    return root


def is_hidden(element: Element) -> bool:
    """Whether the page does not show it, or only to find one's way."""
    attributes = element.attrib
    return (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _DROPPED_ROLES
        or bool(_HIDDEN_STYLE.search(attributes.get("style", "")))
    )


def is_permalink(element: Element) -> bool:
    """The sign beside a heading that links to itself, as documentation generators add it."""
    if not (element.get("href") or "").startswith("#"):
        return False
    text = "".join(element.itertext()).strip()
    return text in ("#", "¶", "§", "🔗", "") or (
        len(text) <= 2 and not _PERMALINK.isdisjoint((element.get("class") or "").split())
    )


def own_anchor(element: Element) -> str | None:
    """A heading's id: its own, an anchor's inside it, or that of the section which it opens."""
    if own := element.get("id"):
        return own
    for link in element.iter("a"):
        if name := link.get("id") or link.get("name"):
            return name
    parent = element.getparent()
    if parent is not None and parent.tag in ("section", "div") and element.getprevious() is None:
        return parent.get("id")
    return None


def alt_of_only_images(element: Element) -> str:
    """The words of images that are all a paragraph has; badges and file names are no words."""
    alts = [
        one_line(image.get("alt") or "")
        for image in element.iter("img")
        if image.getparent() is not None and image.getparent().tag != "a"
    ]
    return " ".join(alt for alt in alts if len(alt.split()) >= 3)


def is_bold_throughout(element: Element) -> bool:
    """Whether a paragraph is one bold run and nothing beside it."""
    if (element.text or "").strip() or len(element) != 1:
        return False
    return element[0].tag in ("strong", "b") and not (element[0].tail or "").strip()


def bold_questions(element: Element) -> list[Element]:
    """A paragraph's bold runs that begin a line and end in a question mark: the words after them answer."""
    found: list[Element] = []
    before = "\n"
    for child in element:
        before += (child.getprevious() is None and element.text) or ""
        asks = child.tag in ("strong", "b") and "".join(child.itertext()).rstrip().endswith("?")
        if asks and not before.rpartition("\n")[2].strip():
            found.append(child)
        before = ("\n" if child.tag == "br" else "") + (child.tail or "")
    return found


def is_table_of_contents(element: Element) -> bool:
    """Whether a list has only links within the same page: it says the headings once more."""
    links = [link for link in element.iter("a") if (link.get("href") or "").startswith("#")]
    if len(links) < 2:
        return False
    linked = sum(len("".join("".join(link.itertext()).split())) for link in links)
    return linked > 0 and linked == len("".join("".join(element.itertext()).split()))


def is_titled_box(element: Element) -> bool:
    """Whether it is an admonition with a title that says more than its kind ("Note"), or can be unfolded."""
    title = element[0] if len(element) else None
    if title is None or (element.text or "").strip():
        return False
    classes = (element.get("class") or "").lower().split()
    own = "admonition" in classes and "admonition-title" in (title.get("class") or "").split()
    words = "".join(title.itertext()).strip().lower()
    return (own or title.tag == "summary") and words != "" and words not in classes


def definition_parts(element: Element) -> Iterator[Element]:
    """A definition list's terms and definitions, which may stand in groups."""
    for child in element:
        if child.tag == "div":
            yield from definition_parts(child)
        elif child.tag in ("dt", "dd") and not is_hidden(child):
            yield child


def table_parts(element: Element) -> tuple[list[Element], list[Element]]:
    """A table's own rows, and what else stands in it (captions, and all that follows an unclosed table)."""
    rows: list[Element] = []
    rest: list[Element] = []
    for child in element:
        if child.tag in ("thead", "tbody", "tfoot"):
            rows += [row for row in child if row.tag == "tr"]
            rest += [other for other in child if other.tag != "tr"]
        elif child.tag == "tr":
            rows.append(child)
        elif child.tag not in ("colgroup", "col"):
            rest.append(child)
    return [row for row in rows if not is_hidden(row)], rest


def is_cell(element: Element) -> bool:
    """Whether it is a table's cell with words in it; columns of line numbers beside code are not."""
    classes = (element.get("class") or "").split()
    return element.tag in ("td", "th") and "linenos" not in classes and "gutter" not in classes


def is_header(row: Element, cells: list[Cell]) -> bool:
    """Whether a table's row holds headings only."""
    parent = row.getparent()
    if parent is not None and parent.tag == "thead":
        return True
    return any(cell.text for cell in cells) and all(cell.heading for cell in cells if cell.text)


def integer(value: str | None, default: int) -> int:
    """An attribute's number, or the default where it is none."""
    try:
        return int(value) if value is not None and len(value) < 10 else default
    except ValueError:
        return default


def numeral(number: int, kind: str | None) -> str:
    """An ordered list's number, as its type attribute has it."""
    if kind in ("a", "A") and 1 <= number <= 26:
        return chr(ord(kind) + number - 1)
    return str(number)
