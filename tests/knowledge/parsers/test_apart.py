"""Parsing in a process of its own, with limits."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from knowledge.documents import ParsedDocument, UnreadableDocument
from knowledge.parsers.apart import SMALL_BYTES, Limits, parsing_apart
from tests.support.knowledge import write


def by_name(path: Path) -> ParsedDocument:
    """A parser that does what the file's name says; it runs in the child process."""
    if path.stem == "endless":
        time.sleep(600)
    if path.stem == "greedy":
        try:
            bytearray(4 * 1024**3)
        except MemoryError:
            raise UnreadableDocument("it does not fit into memory") from None
    if path.stem == "deadly":
        os._exit(3)
    return ParsedDocument(str(os.getpid()), ())


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    names = ("endless.pdf", "greedy.pdf", "deadly.pdf", "good.pdf", "better.pdf", "notes.md", "page.html")
    return write(tmp_path / "docs", {name: "<h1>Rota</h1><p>The rota changes.</p>" for name in names})


def test_a_real_file_is_parsed_in_the_child_as_it_would_be_here(docs: Path):
    with parsing_apart() as parse:
        assert parse(docs / "page.html").title == "Rota"
        with pytest.raises(UnreadableDocument, match="damaged, or no PDF"):
            parse(docs / "good.pdf")


def test_text_is_parsed_here_and_what_unpacks_in_one_child_after_another(docs: Path):
    with parsing_apart(parser=by_name) as parse:
        assert parse(docs / "notes.md").title == str(os.getpid())
        child = parse(docs / "good.pdf").title
        assert child != str(os.getpid())
        assert parse(docs / "better.pdf").title == child


def test_long_text_is_parsed_in_the_child_too(docs: Path):
    (docs / "long.md").write_text("Words. " * SMALL_BYTES)
    with parsing_apart(parser=by_name) as parse:
        assert parse(docs / "long.md").title == parse(docs / "good.pdf").title != str(os.getpid())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("endless.pdf", "longer than 2 seconds"),
        ("deadly.pdf", "ended the process"),
        ("greedy.pdf", "does not fit into memory"),
    ],
)
def test_a_file_that_takes_too_much_is_reported_and_the_next_one_is_read(docs: Path, name: str, reason: str):
    with parsing_apart(Limits(seconds=2), by_name) as parse:
        with pytest.raises(UnreadableDocument, match=reason):
            parse(docs / name)
        assert parse(docs / "good.pdf").title
