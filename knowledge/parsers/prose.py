"""Lines of plain text as blocks: wrapped lines joined, lists and headings recognised by how they look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.documents import Block
from knowledge.parsers.text_pieces import code_lines, one_line, with_bare_links

LIST_MARK = re.compile(
    r"(?P<indent>[ \t]*)"
    r"(?:(?P<bullet>[*•·▪◦‣●○■–—-]|o(?=[ \t]{2}))|(?P<number>(?:\d{1,3}|[a-z])[.)]))[ \t]+(?=\S)"
)
_RULE = re.compile(r"\s*([-=_*~#+])(?:\s*\1){2,}\s*")
_HASH_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*")
_COLUMNS = re.compile(r"\S {3,}\S|\S\t+\S")
_WIDEST_WRAP = 120
"""Longer lines were not wrapped by hand or by a mail program: each is a paragraph."""
_NARROWEST_WRAP = 50
"""Nobody wraps text at less: shorter lines end where they were meant to."""
_INDENT = 2
"""Columns that make the next level of a list."""


def prose_blocks(text: str) -> list[Block]:
    """The blocks of plain text."""
    groups = _groups(text)
    marks = [mark for group in groups for line in group if (mark := LIST_MARK.match(line))]
    margin = min((len(mark["indent"]) for mark in marks), default=0)
    return [block for group in groups for block in _group_blocks(group, margin)]


def joined(lines: Sequence[str]) -> str:
    """Wrapped lines as one."""
    return one_line(" ".join(lines))


def wrapped(line: str, following: str, width: int) -> bool:
    """Whether the line goes on in the next one: its first word would not have fitted, or it says so."""
    following = following.strip()
    if following[:1].islower():
        return True
    return width <= _WIDEST_WRAP and len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width


def _groups(text: str) -> list[list[str]]:
    """Runs of lines between empty ones."""
    groups: list[list[str]] = [[]]
    for line in text.expandtabs(4).split("\n"):
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _group_blocks(lines: list[str], margin: int) -> list[Block]:
    if (
        len(lines) > 1
        and (underline := _RULE.fullmatch(lines[1]))
        and underline[1] in "=-~"
        and not _RULE.fullmatch(lines[0])
    ):
        heading = Block("heading", one_line(lines[0]), level=1 if underline[1] == "=" else 2)
        return [heading, *(_group_blocks(lines[2:], margin) if lines[2:] else [])]
    lines = [line for line in lines if not _RULE.fullmatch(line)]
    if not lines:
        return []
    if len(lines) == 1 and (heading := _single_line_heading(lines[0])):
        return [heading]
    if len(lines) > 1 and sum(bool(_COLUMNS.search(line.strip())) for line in lines) >= len(lines) - 1:
        # Columns that are lined up with spaces mean nothing on one line.
        return [Block("code", code_lines("\n".join(lines)))]
    return _paragraphs_and_items(lines, margin)


def _single_line_heading(line: str) -> Block | None:
    if hashes := _HASH_HEADING.fullmatch(line):
        return Block("heading", one_line(hashes[2]), level=len(hashes[1]))
    text = one_line(line)
    if len(text) <= 80 and text.isupper() and sum(map(str.isalpha, text)) > 3 and text[-1] not in ".:,;!":
        return Block("heading", text, level=2)
    return None


def _paragraphs_and_items(lines: list[str], margin: int) -> list[Block]:
    width = max(_NARROWEST_WRAP, *(len(line.rstrip()) for line in lines))
    blocks: list[Block] = []
    pending: list[str] = []
    mark: re.Match[str] | None = None
    last = ""

    def finish() -> None:
        if not pending:
            return
        text = joined(pending)
        links = with_bare_links(text, [])
        if mark:
            level = (len(mark["indent"]) - margin) // _INDENT
            blocks.append(Block("list_item", text, level=level, marker=_marker(mark["number"]), links=links))
        else:
            blocks.append(Block("paragraph", text, links=links))
        pending.clear()

    for line in lines:
        if item := LIST_MARK.match(line):
            finish()
            mark = item
            pending.append(line[item.end() :])
        elif (mark and pending) or (pending and wrapped(last, line, width)):
            pending.append(line)
        else:
            finish()
            pending.append(line)
        last = line
    finish()
    return blocks


def _marker(number: str | None) -> str:
    return number.replace(")", ".") if number else ""
