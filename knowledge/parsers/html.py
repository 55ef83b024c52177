"""HTML pages: the text of the page without the site around it."""

from __future__ import annotations

from pathlib import Path

from knowledge.documents import ParsedDocument
from knowledge.parsers.elements import Element, parse_tree
from knowledge.parsers.front_matter import split_front_matter, stated_title
from knowledge.parsers.reading import decode
from knowledge.parsers.text_pieces import names, one_line
from knowledge.parsers.tree import tree_blocks

_AROUND_THE_CONTENT = names("footer nav")
_AROUND_THE_PAGE = _AROUND_THE_CONTENT | names("aside header")


def parse_html(path: Path) -> ParsedDocument:
    """A page's blocks, and front matter, which site generators read from HTML, too.

    Its title is its first heading, else what the browser shows in the tab.

    Raises:
        UnreadableDocument: it is no text, nested too deeply, or its front matter is broken.
    """
    metadata, text = split_front_matter(decode(path.read_bytes(), html=True))
    page = html_document(text)
    return ParsedDocument(stated_title(metadata) or page.title, page.blocks, metadata)


def html_document(text: str) -> ParsedDocument:
    """The same for the text of a page without front matter."""
    root = parse_tree(text)
    if root is None:
        return ParsedDocument(None, ())
    content = _content(root)
    around = _AROUND_THE_PAGE if content is root else _AROUND_THE_CONTENT
    blocks = tree_blocks(content, slugs=False, boilerplate=around)
    return ParsedDocument(_title(root), tuple(blocks))


def _title(root: Element) -> str | None:
    """The first main heading, even of the header above the content, else the page's name."""
    for heading in root.iter("h1"):
        if text := " ".join(block.text for block in tree_blocks(heading, slugs=False)):
            return text.replace("`", "")
    for name in root.iter("title"):
        return one_line("".join(name.itertext())) or None
    return None


def _content(root: Element) -> Element:
    """The element that holds the page's own text: its main part, or only article, else all."""
    for main in (*root.iter("main"), *root.iterfind(".//*[@role='main']")):
        return main
    articles = list(root.iter("article"))
    return articles[0] if len(articles) == 1 else root
