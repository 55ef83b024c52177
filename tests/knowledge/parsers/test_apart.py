"""Parsing in a process of its own, with limits."""

from __future__ import annotations

import multiprocessing.spawn
import os
import signal
from pathlib import Path

import pytest

from knowledge.documents import CannotOpen, UnreadableDocument
from knowledge.parsers.apart import SMALL_BYTES, Limits, parsing_apart
from tests.support.knowledge import write
from tests.support.parsing import by_name

NAMES = (
    *("endless.pdf", "greedy.pdf", "deadly.pdf", "good.pdf", "better.pdf"),
    *("notes.md", "long.md", "page.html"),
)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {name: "<h1>Rota</h1><p>The rota changes.</p>" for name in NAMES})


def test_a_real_file_is_parsed_in_the_child_as_it_would_be_here(docs: Path):
    with parsing_apart() as parse:
        assert parse(docs / "page.html").title == "Rota"
        with pytest.raises(UnreadableDocument, match="damaged, or no PDF"):
            parse(docs / "good.pdf")


def test_text_is_parsed_here_and_what_unpacks_or_is_long_in_one_child_after_another(docs: Path):
    (docs / "long.md").write_text("Words. " * SMALL_BYTES)
    with parsing_apart(parser=by_name) as parse:
        assert parse(docs / "notes.md").title == str(os.getpid())
        child = parse(docs / "good.pdf").title
        assert child != str(os.getpid())
        assert parse(docs / "better.pdf").title == child
        assert parse(docs / "long.md").title == child


def test_a_file_that_takes_too_much_is_reported_and_the_next_one_is_read(docs: Path):
    with parsing_apart(Limits(seconds=2), by_name) as parse:
        for name, reason in (
            ("deadly.pdf", "ended the process"),
            ("greedy.pdf", "does not fit into memory"),
            ("endless.pdf", "longer than 2 seconds"),
        ):
            with pytest.raises(UnreadableDocument, match=reason):
                parse(docs / name)
            assert parse(docs / "good.pdf").title


def test_where_no_child_can_be_started_that_is_said_and_text_is_still_read(
    docs: Path, monkeypatch: pytest.MonkeyPatch
):
    # As when Python was replaced under a bot that runs.
    monkeypatch.setattr(multiprocessing.spawn, "_python_exe", b"/nowhere/python")
    with parsing_apart(parser=by_name) as parse:
        for name in ("good.pdf", "better.pdf"):
            with pytest.raises(CannotOpen, match=r"does not start, .* then sync again"):
                parse(docs / name)
            monkeypatch.undo()  # within one sync it is not tried again
        assert parse(docs / "notes.md").title == str(os.getpid())


def test_after_an_idle_child_was_killed_a_new_one_reads(docs: Path):
    with parsing_apart(parser=by_name) as parse:
        first = parse(docs / "good.pdf").title
        assert first
        os.kill(int(first), signal.SIGKILL)
        os.waitid(os.P_PID, int(first), os.WEXITED | os.WNOWAIT)
        try:
            second = parse(docs / "good.pdf").title
        except CannotOpen:
            second = parse(docs / "good.pdf").title
        assert second != first
