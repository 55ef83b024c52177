"""A parsed document's blocks as safe HTML: its words as the index reads them, nothing else of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from itertools import groupby

from markdown_it import MarkdownIt

from bot.blocks.mrkdwn import escape_markdown
from bot.playground.markdown import make_safe
from knowledge.documents import Block, Link

# What the page's style has classes for.
DEEPEST_INDENT = 4


def blocks_html(blocks: Sequence[Block]) -> str:
    """The blocks in their order; of links, those to the outside stay."""
    return "\n".join(_group_html(list(group)) for _, group in groupby(blocks, key=_group))


def _group(block: Block) -> tuple[object, ...]:
    """Items of one list and rows of one table belong together."""
    return block.kind, block.header, bool(_number(block))


def _group_html(group: Sequence[Block]) -> str:
    match group[0].kind:
        case "list_item":
            tag = "ol" if _number(group[0]) else "ul"
            return f"<{tag}>{''.join(map(_item, group))}</{tag}>"
        case "table_row":
            return _table(group)
        case "heading":
            return "\n".join(map(_heading, group))
        case "code":
            return "\n".join(f"<pre{_indent(block)}>{escape(block.text)}</pre>" for block in group)
        case _:
            return "\n".join(f"<p{_indent(block)}>{_words(block.text, block.links)}</p>" for block in group)


def _heading(block: Block) -> str:
    anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
    return f"<h{block.level}{anchor}>{_words(block.text, block.links)}</h{block.level}>"


def _item(block: Block) -> str:
    number = _number(block)
    value = f' value="{number}"' if number else ""
    return f"<li{_indent(block)}{value}>{_words(block.text, block.links)}</li>"


def _number(block: Block) -> str:
    number = block.marker.rstrip(".)")
    return number if number.isdecimal() else ""


def _table(rows: Sequence[Block]) -> str:
    head = _row("th", rows[0].header, ()) if any(rows[0].header) else ""
    body = "\n".join(_row("td", row.cells, row.links) for row in rows)
    return f"<table><thead>{head}</thead><tbody>\n{body}\n</tbody></table>"


def _row(tag: str, cells: Iterable[str], links: Sequence[Link]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_words(cell, links)}</{tag}>' for cell in cells)}</tr>"


def _indent(block: Block) -> str:
    level = min(block.level, DEEPEST_INDENT)
    return f' class="indent-{level}"' if level else ""


def _words(text: str, links: Sequence[Link]) -> str:
    return _parser().renderInline(escape_markdown(text, links))


@cache
def _parser() -> MarkdownIt:
    return make_safe(MarkdownIt("commonmark", {"html": False}))
