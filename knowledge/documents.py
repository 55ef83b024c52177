"""The shapes that documents take on their way into the index: blocks, documents, units, chunks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "code"]
UnitKind = Literal["sentence", "list_item", "table_row", "code"]


class UnreadableDocument(Exception):
    """A document that cannot be read; the message is the reason, in words for the admin."""


class CannotOpen(UnreadableDocument):
    """The system does not let us open it: that may change without any change of the file."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a document contains: the words that carry it, and where it goes (absolute)."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document's own structure, in reading order.

    `text` is plain text on one line (code keeps its lines), without markup; inline code keeps its
    backticks. A heading has a `level` (1 to 6) and may have an `anchor` (URL fragment, no `#`); a list
    item has its nesting depth as `level` (from 0) and, if numbered, its `marker` ("3."); a paragraph or
    code that belongs to a list item has that item's depth + 1 as `level`, any other has 0. A table row
    has its `cells` and the table's `header` cells (empty where the table has none); its `text` is the
    non-empty cells joined by " | ". `page` counts from 1 (PDF page, slide). `box` is the title of the box
    (an admonition, something to unfold) that it stands in; the box's first block is that title.
    """

    kind: BlockKind
    text: str
    level: int = 0
    anchor: str | None = None
    marker: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    page: int | None = None
    box: str = ""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser makes of a file: its title (None where it names none), blocks, and front matter."""

    title: str | None
    blocks: tuple[Block, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document with its place in the team's knowledge.

    `path` is its name within the source ("oncall/paging.md"). `audience` holds the principals who may
    read it (see `knowledge.access`). `model_allowed` is False where no passage may be sent to a model.
    """

    source: str
    path: str
    title: str
    blocks: tuple[Block, ...]
    audience: frozenset[str]
    model_allowed: bool = True
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing that can be quoted: a sentence, list item, table row or code block.

    `text` is verbatim document text. `lead` is what gives it meaning and stands before it: a list's
    lead-in sentence, the item that a sentence belongs to, or the question that it answers; empty for
    other sentences. `header` is the table's header row.
    """

    kind: UnitKind
    text: str
    lead: str = ""
    marker: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of one document, cut along its structure: what is embedded, searched and cited."""

    ordinal: int
    title: str
    heading_path: tuple[str, ...]
    units: tuple[Unit, ...]
    anchor: str | None = None
    page: int | None = None

    @property
    def text(self) -> str:
        """The passage as plain text, one unit a line."""
        return "\n".join(unit.text for unit in self.units)

    @property
    def context(self) -> str:
        """Where the passage stands: the document's title and the headings above it."""
        return " > ".join(part for part in (self.title, *self.heading_path) if part)

    @property
    def embedding_text(self) -> str:
        """What is embedded: the passage under its context."""
        return f"{self.context}\n{self.text}"

    def unit_spans(self) -> list[tuple[int, int]]:
        """Where each unit stands in `embedding_text`: start and end, in characters."""
        spans: list[tuple[int, int]] = []
        start = len(self.context) + 1
        for unit in self.units:
            spans.append((start, start + len(unit.text)))
            start += len(unit.text) + 1
        return spans
