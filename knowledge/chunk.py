"""Cuts a document into chunks along its own structure.

A chunk never crosses a heading, or a question that stands for one, and never cuts a sentence. Lists,
tables and code stay whole where they fit. Each chunk knows the document's title, its heading path, and
where to link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from knowledge.documents import Block, BlockKind, Chunk, Link, Unit, UnitKind
from knowledge.questions import parts, without_mark
from knowledge.sentences import sentences

# In characters. Small chunks keep to one matter: on a handbook of short facts they are found far better
# than ones of 900 (`python -m tests.evaluation.fit`), and their neighbours can be read with them.
MAX_CHARACTERS = 350
# A list item longer than this (in words) is quoted by the sentence rather than whole.
MAX_ITEM_WORDS = 45
# A "sentence" longer than this is none (a dump, a machine's log): it is cut at spaces.
RUN_ON_CHARACTERS = 3_600
# Raised whenever chunks of the same document would come out differently: indexes then renew them.
VERSION = 7

# Words by which a whole sentence leads in what follows it.
_LEADS_IN = re.compile(
    r"\b(?:following|as follows|such as|below|namely|for (?:example|instance)|e\.g\.)"
    r"|\b(?:these|those)\W+(?:\w+\W+){0,3}$"
    r"|^(?:here|these|those|below) (?:is|are)\b"
    r"|^there (?:is|are) (?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b"
    r"|^there (?:is|are) (?:a few|a number|several|some|many)\b",
    re.IGNORECASE,
)
# What goes on in the next line: no whole sentence ends in one of these.
_GOES_ON = re.compile(r"[:,–—][\W_]*$")
_WHOLE_SENTENCE = re.compile(r"[.!?…]\W*$")
# A line without a full stop that is longer than this (in words) is no heading of a list.
_MAX_LINE_WORDS = 12


@dataclass(slots=True)
class _Section:
    """The blocks under one heading."""

    heading: str
    heading_path: tuple[str, ...]
    anchor: str | None
    blocks: list[Block] = field(default_factory=list)


def chunk(title: str, blocks: Sequence[Block], max_characters: int = MAX_CHARACTERS) -> list[Chunk]:
    """The chunks of a document, in reading order."""
    chunks: list[Chunk] = []
    for section in _sections(title, blocks):
        for question, groups in _answers(section):
            for units, page in _pack(groups, max_characters):
                chunks.append(
                    Chunk(
                        ordinal=len(chunks),
                        title=title,
                        heading_path=section.heading_path + question,
                        units=tuple(units),
                        anchor=section.anchor,
                        page=page,
                    )
                )
    return chunks


def leads_in(text: str) -> bool:
    """Whether a sentence leads in the list or table that follows it, rather than merely stand before it."""
    return (
        _GOES_ON.search(text) is not None
        or _LEADS_IN.search(text) is not None
        or (_WHOLE_SENTENCE.search(text) is None and len(text.split()) <= _MAX_LINE_WORDS)
    )


def _sections(title: str, blocks: Sequence[Block]) -> Iterator[_Section]:
    """The document's sections that hold anything. A heading that repeats the title is not in the path."""
    path: list[tuple[int, str]] = []
    section = _Section("", (), None)
    for block in blocks:
        if block.kind != "heading":
            section.blocks.append(block)
            continue
        if section.blocks:
            yield section
        while path and path[-1][0] >= block.level:
            path.pop()
        path.append((block.level, without_mark(block.text)))
        names = [name for _, name in path]
        if names[0].casefold() == title.casefold():
            names = names[1:]
        section = _Section(block.text, tuple(names), block.anchor)
    if section.blocks:
        yield section


@dataclass(slots=True)
class _Group:
    """Units that should stay together: a paragraph, a whole list, a whole table, a code block."""

    units: list[Unit]
    page: int | None

    @property
    def size(self) -> int:
        return sum(len(unit.text) + 1 for unit in self.units)


def _answers(section: _Section) -> Iterator[tuple[tuple[str, ...], list[_Group]]]:
    """A section's groups by the question that they answer, or the box's title, which is a heading to them."""
    for part in parts(section.heading, section.blocks):
        answer, rest = _groups(part.answer, part.question), _groups(part.rest)
        if part.asked:
            yield (part.asked.text,), answer
            yield (), rest
        else:
            yield (), [*answer, *rest]


def _groups(blocks: Sequence[Block], question: str = "") -> list[_Group]:
    """The groups of blocks; the units' lead is what leads them in, else the question that they answer."""
    groups: list[_Group] = []
    before = ""
    for kind, run in groupby(blocks, key=_kind):
        same = list(run)
        lead = before if before and leads_in(before) else question
        if kind == "list_item":
            groups.append(_Group(list(_list_units(same, lead)), same[0].page))
        elif kind == "table_row":
            groups.append(
                _Group([_unit("table_row", block, block.text, lead=lead) for block in same], same[0].page)
            )
        elif kind == "code":
            # Without the words before it, code does not say what it is for.
            lead = before or question
            groups.extend(_Group([_unit("code", block, block.text, lead=lead)], block.page) for block in same)
        else:
            for block in same:
                units = [
                    _unit("sentence", block, text, lead=question) for text in _sentences(block, question)
                ]
                if units:
                    groups.append(_Group(units, block.page))
                    before = units[-1].text
            continue
        before = before if kind == "code" else ""
    return groups


def _sentences(block: Block, question: str) -> list[str]:
    """What of a paragraph is quoted at once: a short answer whole, as its sentences hang together."""
    whole = question and len(block.text.split()) <= MAX_ITEM_WORDS
    return [block.text] if whole else sentences(block.text)


def _kind(block: Block) -> BlockKind:
    """A block's kind; a further paragraph of a list item belongs to the list."""
    return "list_item" if block.kind == "paragraph" and block.level else block.kind


def _list_units(items: Sequence[Block], lead: str) -> Iterator[Unit]:
    """A list's items; the lead of a nested one is the item that it stands under."""
    parents: list[tuple[int, str]] = []
    for item in items:
        while parents and parents[-1][0] >= item.level:
            parents.pop()
        above = parents[-1][1] if parents else lead
        if item.kind == "paragraph":
            yield from (_unit("sentence", item, text, lead=above) for text in sentences(item.text))
            continue
        parents.append((item.level, item.text))
        pieces = sentences(item.text) if len(item.text.split()) > MAX_ITEM_WORDS else [item.text]
        for position, text in enumerate(pieces):
            yield _unit("list_item", item, text, lead=above, marker=item.marker if position == 0 else "")


def _unit(kind: UnitKind, block: Block, text: str, lead: str = "", marker: str = "") -> Unit:
    links: tuple[Link, ...] = tuple(link for link in block.links if link.label in text)
    return Unit(kind, text, lead=lead, marker=marker, cells=block.cells, header=block.header, links=links)


def _pack(groups: Sequence[_Group], limit: int) -> Iterator[tuple[list[Unit], int | None]]:
    """Fills chunks with whole groups; a group that is too large alone is cut between its units."""
    units: list[Unit] = []
    page: int | None = None
    size = 0
    for position, group in enumerate(groups):
        follower = groups[position + 1] if position + 1 < len(groups) else None
        # A lead-in goes with the list or table that it introduces.
        introduces = follower is not None and follower.units[0].lead == group.units[-1].text != ""
        wanted = group.size + (follower.size if follower and introduces and follower.size < limit else 0)
        if units and size + wanted > limit:
            yield units, page
            units, size = [], 0
        for unit in _fit(group.units, limit):
            if units and size + len(unit.text) + 1 > limit:
                yield units, page
                units, size = [], 0
            if not units:
                page = group.page
            units.append(unit)
            size += len(unit.text) + 1
    if units:
        yield units, page


def _fit(units: Sequence[Unit], limit: int) -> Iterator[Unit]:
    """Units as they are, but for long code, which is cut between lines, and text that is no sentence."""
    for unit in units:
        if unit.kind == "code":
            bound, separator = limit, "\n"
        else:
            bound, separator = RUN_ON_CHARACTERS, " "
        if len(unit.text) <= bound:
            yield unit
            continue
        piece = ""
        for part in unit.text.split(separator):
            if piece and len(piece) + len(part) + 1 > bound:
                yield replace(unit, text=piece)
                piece = part
            else:
                piece = f"{piece}{separator}{part}" if piece else part
        if piece:
            yield replace(unit, text=piece)
