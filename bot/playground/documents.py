"""One document of the docs folder as a readable page, so that cited sources can be opened."""

from __future__ import annotations

from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from string import Template

from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from bot.playground.block_pages import blocks_html
from bot.playground.guard import LoopbackOnly
from bot.playground.markdown import make_safe
from bot.playground.markup import is_outside_link
from knowledge.documents import UnreadableDocument
from knowledge.parsers import parse
from knowledge.parsers.front_matter import split_front_matter
from knowledge.parsers.markdown import first_heading, markdown_blocks
from knowledge.parsers.markdown_syntax import team_markdown
from knowledge.parsers.reading import read_text

MARKDOWN = (".md", ".markdown", ".mdx")
TEXT = (".log", ".rst")
# Shown as their words alone, in the form that the index knows: a page's own scripts and styles stay away.
WORDS = (".txt", ".text", ".csv", ".tsv", ".html", ".htm", ".xhtml")
MAX_SHOWN = 5_000_000
"""Bytes; larger files are downloads."""

_PAGE = Path(__file__).parent / "static" / "document.html"


def document_route(docs: Path) -> Route:
    """`/documents/<path>`: Markdown, text, tables and HTML as a page of ours, other kinds as a download.

    Nothing outside this folder is served.
    """

    async def show(request: Request) -> Response:
        return await run_in_threadpool(_respond, docs.resolve(), request.path_params["path"])

    return Route("/documents/{path:path}", show, middleware=[Middleware(LoopbackOnly, scripts=False)])


def _respond(docs: Path, path: str) -> Response:
    file = _find(docs, path)
    if file is None:
        words = f"{escape(path)} is not in the folder any more, or never was."
        return _page("Not found", path, f"<h1>There is no such document</h1><p>{words}</p>", status=404)
    kind = file.suffix.lower()
    if kind not in MARKDOWN + TEXT + WORDS or file.stat().st_size > MAX_SHOWN:
        return FileResponse(file, media_type="application/octet-stream", filename=file.name)
    try:
        title, html = _shown(file, kind)
    except UnreadableDocument as error:
        return _page(
            file.name, path, f"<h1>{escape(file.name)} cannot be shown</h1><p>{escape(str(error))}</p>"
        )
    return _page(title or file.name, path, html)


def _shown(file: Path, kind: str) -> tuple[str, str]:
    """Title, empty where it has none, and safe HTML of a document."""
    if kind in WORDS:
        parsed = parse(file)
        return parsed.title or "", blocks_html(parsed.blocks)
    text = read_text(file)
    return markdown_page(text) if kind in MARKDOWN else ("", f"<pre>{escape(text)}</pre>")


def _find(docs: Path, path: str) -> Path | None:
    """The file, unless it is hidden or, followed through links, outside the folder."""
    try:
        file = (docs / path).resolve()
        inside = file.is_relative_to(docs) and file.is_file()
    except (ValueError, OSError):
        return None
    names = (*Path(path).parts, *file.relative_to(docs).parts) if inside else ()
    return file if inside and not any(name.startswith(".") for name in names) else None


def markdown_page(text: str) -> tuple[str, str]:
    """Title and safe HTML of a Markdown document; headings carry the anchors that sources cite.

    Raises:
        UnreadableDocument: its front matter is broken.
    """
    metadata, body = split_front_matter(text)
    blocks = markdown_blocks(body)
    headings = [(_bare(block.text), block.anchor) for block in blocks if block.kind == "heading"]
    parser = _parser()
    tokens = parser.parse(body)
    _anchor_headings(tokens, headings)
    title = str(metadata.get("title") or first_heading(blocks) or "")
    html = parser.renderer.render(tokens, parser.options, {})
    has_title = any(block.kind == "heading" and block.level == 1 for block in blocks)
    return title, html if has_title or not title else f"<h1>{escape(title)}</h1>\n{html}"


def _anchor_headings(tokens: list[Token], headings: list[tuple[str, str | None]]) -> None:
    """Gives each heading the anchor that the document's parser gave it: same words, same order."""
    position = 0
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = _bare("".join(child.content for child in inline.children or ()))
        for at in range(position, len(headings)):
            if headings[at][0] == words:
                if anchor := headings[at][1]:
                    opening.attrSet("id", anchor)
                position = at + 1
                break


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@cache
def _parser() -> MarkdownIt:
    return make_safe(team_markdown(), _is_link)


def _is_link(url: str) -> bool:
    """Outside, or to another document by its place relative to this one."""
    return is_outside_link(url) or not (url.startswith("/") or any(mark in url for mark in ":\\"))


def _page(title: str, path: str, html: str, status: int = 200) -> Response:
    page = Template(_PAGE.read_text("utf-8"))
    return HTMLResponse(page.substitute(title=escape(title), path=escape(path), body=html), status)
