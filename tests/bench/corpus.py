"""Writes documents for measurements: a folder of Markdown, the same one for the same seed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from knowledge.chunk import MAX_CHARACTERS

SEED = 20_261_124
SECTIONS = 8
# Distinct sentences, list items, rows and headings that all documents are put together from.
POOL = 4_000
# In characters: below what a chunk holds, so that a section is one chunk.
SECTION = int(MAX_CHARACTERS * 0.9)
LIST_SHARE, TABLE_SHARE = 0.3, 0.15

_VOCABULARY = Path(__file__).with_name("vocabulary.toml")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Pieces:
    """What sections are put together from."""

    headings: tuple[str, ...]
    sentences: tuple[str, ...]
    lead_ins: tuple[str, ...]
    items: tuple[str, ...]
    rows: tuple[str, ...]
    row_header: str


class Writer:
    """Writes documents from a seeded vocabulary, mixed with sentences of real ones where given."""

    def __init__(self, real_sentences: Sequence[str] = (), seed: int = SEED) -> None:
        self._random = Random(seed)
        self._words = tomllib.loads(_VOCABULARY.read_text(encoding="utf-8"))
        self._pieces = Pieces(
            headings=self._several("headings", POOL // 8),
            sentences=(*self._several("sentences", POOL), *real_sentences),
            lead_ins=self._several("lead_ins", POOL // 16),
            items=self._several("items", POOL // 4),
            rows=self._several("rows", POOL // 8),
            row_header=self._words["row_header"],
        )

    def documents(self, sections: int) -> Iterator[str]:
        """Markdown documents that have this many sections together; one section is one chunk."""
        while sections > 0:
            count = min(SECTIONS, sections)
            parts = [f"# {self._filled('titles')}", *(self._section() for _ in range(count))]
            yield "\n\n".join(parts) + "\n"
            sections -= count

    def _several(self, shape: str, count: int) -> tuple[str, ...]:
        return tuple(self._filled(shape) for _ in range(count))

    def _filled(self, shape: str) -> str:
        def word(slot: re.Match[str]) -> str:
            name = slot[1]
            return str(self._random.randint(2, 60)) if name == "number" else self._chosen(self._words[name])

        text = _SLOT.sub(word, self._chosen(self._words[shape]))
        return text[0].upper() + text[1:]

    def _chosen(self, choices: Sequence[str]) -> str:
        return choices[int(self._random.random() * len(choices))]

    def _section(self) -> str:
        pieces, kind = self._pieces, self._random.random()
        closing: list[str] = []
        if kind < LIST_SHARE:
            closing = [self._chosen(pieces.lead_ins), "\n".join(self._list())]
        elif kind < LIST_SHARE + TABLE_SHARE:
            closing = ["\n".join(self._table())]
        room = SECTION - sum(len(part) for part in closing)
        paragraph: list[str] = []
        while room > 0:
            paragraph.append(self._chosen(pieces.sentences))
            room -= len(paragraph[-1]) + 1
        return "\n\n".join(
            (f"## {self._chosen(pieces.headings)}", " ".join(paragraph[:-1] or paragraph), *closing)
        )

    def _list(self) -> Iterator[str]:
        for number in range(1, 4):
            yield f"{number}. {self._chosen(self._pieces.items)}"

    def _table(self) -> Iterator[str]:
        header = self._pieces.row_header
        yield f"| {header} |"
        yield f"|{' --- |' * len(header.split('|'))}"
        for _ in range(3):
            yield f"| {self._chosen(self._pieces.rows)} |"


def write_documents(folder: Path, texts: Iterator[str]) -> int:
    """Writes documents as files, a hundred to a folder; returns how many."""
    count = 0
    for count, text in enumerate(texts, start=1):
        path = folder / f"{count // 100:03}" / f"{count:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return count
