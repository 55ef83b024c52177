"""What the command line shows, on a narrow screen."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from bot.command_line import terminal
from bot.doctor.finding import Finding

ADDRESS = "https://wiki.example.com/spaces/people/pages/1234567/how-much-leave-do-i-get"


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal of 40 characters."""
    written = io.StringIO()
    console = Console(file=written, width=40, force_terminal=True, no_color=True, _environ={})
    monkeypatch.setattr(terminal, "OUT", console)
    return written


def test_an_answer_is_folded_at_words_and_its_addresses_stay_whole(screen: io.StringIO) -> None:
    statement = {
        "text": f"Everybody has thirty days of leave a year, see {ADDRESS} for more.",
        "kind": "list_item",
        "marker": "",
        "lead": "",
        "header": [],
        "cells": [],
        "sources": [1],
    }
    source = {"number": 1, "title": "Leave", "heading_path": [], "url": ADDRESS, "document": "leave.md"}
    result = {
        "refused": False,
        "statements": [statement],
        "sources": [source],
        "notice": "May be wrong.",
        "table": None,
    }
    terminal.show_answer([{"result": result}], as_json=False)
    lines = _plain(screen).splitlines()
    assert lines[:2] == ["  • Everybody has thirty days of leave a", "  year, see"]
    assert f"  {ADDRESS}" in lines
    end = lines.index("  for more. [1]")
    assert lines[end + 1 : end + 4] == ["", "May be wrong.", ""]
    assert f"[1] Leave  {ADDRESS}" in lines


def test_the_doctor_s_lines_are_left_to_the_screen_to_fold(screen: io.StringIO) -> None:
    findings = [Finding("Home", "ok", "/srv/" + "x" * 60), Finding("Chroma", "failed", ADDRESS, "Start it")]
    terminal.show_findings(findings)
    assert _plain(screen).splitlines() == [
        f"✓ Home    /srv/{'x' * 60}",
        f"✗ Chroma  {ADDRESS}",
        "          → Start it",
    ]


def _plain(screen: io.StringIO) -> str:
    """What was written, without the codes of its style."""
    return re.sub(r"\x1b\[[\d;]*m", "", screen.getvalue())
