"""What goes into a chain and what comes out: questions, statements, sources, answers, refusals.

A chain yields `Progress`, then each `Statement` as soon as it is verified, and last the whole reply,
an `Answer` or a `Refusal`. "Found nothing" and "failed" are different things: a refusal is a reply,
a failed model call is an answer with a `notice`, anything else is an exception.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.access import Place
from knowledge.documents import Link, UnitKind


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the thread."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """A person's message, the thread before it (oldest first), and where the answer will be read."""

    text: str
    place: Place
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a reply rests on. `number` is how it is cited, from 1.

    `document` is the path within its source, `url` where a person can open it (None where there is
    no address), `passage` the chunk's whole text, for people who want to read on.
    """

    number: int
    document: str
    title: str
    heading_path: tuple[str, ...]
    passage: str
    url: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer, list item, table row or code block, with the sources it rests on.

    `quoted` says that `text` is verbatim from the source. A quoted list item carries its lead-in
    sentence, a quoted table row its cells and header. `before` is the white space (and list marker)
    that separates it from the statement before, in Markdown. `quotes` holds, for each of `sources` in
    order, the document's words that support it. `supported` is False where a model's sentence could
    not be checked and is shown as such.
    """

    text: str
    sources: tuple[int, ...]
    quotes: tuple[str, ...]
    quoted: bool
    kind: UnitKind = "sentence"
    lead: str = ""
    marker: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    before: str = ""
    supported: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A document's table, quoted cell by cell, where one was asked for; `source` is where it stands.

    `header` is empty where the document's table has none; each of `rows` has as many cells as it. `quote`
    is the rows as the document's text, one a line. `caption` is the sentence that leads the table in.
    `left_out` counts the rows that are not shown: a large table is not quoted whole.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    quote: str
    source: int
    caption: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that the documents support. `question` is the question as understood, in full.

    `table` is what was asked for in a table; it comes with the whole answer, below the statements.
    `sure` is False where it may well be no answer. `notice` is one honest line that says so, or what
    went wrong on the way ("The model did not answer…").
    """

    question: str
    statements: tuple[Statement, ...]
    sources: tuple[Source, ...]
    written_by: Literal["extraction", "model"] = "extraction"
    notice: str = ""
    sure: bool = True
    table: Table | None = None
    retrieved: tuple[Retrieved, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The documents do not say. `nearest` are the (at most two) documents that come closest."""

    question: str
    nearest: tuple[Source, ...]
    notice: str = ""
    retrieved: tuple[Retrieved, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A document among the search's results, with its best chunk's score; best first."""

    document: str
    score: float


@dataclass(frozen=True, slots=True)
class Progress:
    """The search has begun; `documents` is how many it looks through (those visible in the place)."""

    documents: int


Reply = Answer | Refusal
AnswerEvent = Progress | Statement | Answer | Refusal
