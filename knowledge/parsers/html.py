"""HTML pages: the text of the page without the site around it."""

from __future__ import annotations

from pathlib import Path

from knowledge.documents import ParsedDocument
from knowledge.parsers.reading import decode
from knowledge.parsers.text_pieces import names, one_line
from knowledge.parsers.tree import Element, parse_tree, tree_blocks

_AROUND_THE_CONTENT = names("footer nav")
_AROUND_THE_PAGE = _AROUND_THE_CONTENT | names("aside header")


def parse_html(path: Path) -> ParsedDocument:
    """A page's blocks; its title is its first heading, else what the browser shows in the tab.

    Raises:
        UnreadableDocument: it is no text, or nested too deeply.
    """
    return html_document(decode(path.read_bytes(), html=True))


def html_document(text: str) -> ParsedDocument:
    """The same for a page that was read already."""
    root = parse_tree(text)
    if root is None:
        return ParsedDocument(None, ())
    content = _content(root)
    around = _AROUND_THE_PAGE if content is root else _AROUND_THE_CONTENT
    blocks = tree_blocks(content, slugs=False, boilerplate=around)
    # A page's main heading may stand in a header above its content.
    named = [
        element
        for element in (next(root.iter("h1"), None), next(root.iter("title"), None))
        if element is not None
    ]
    titles = [one_line("".join(element.itertext())) for element in named]
    return ParsedDocument(next(filter(None, titles), None), tuple(blocks))


def _content(root: Element) -> Element:
    """The element that holds the page's own text: its main part, or only article, else all."""
    for main in (*root.iter("main"), *root.iterfind(".//*[@role='main']")):
        return main
    articles = list(root.iter("article"))
    return articles[0] if len(articles) == 1 else root
