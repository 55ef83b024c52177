"""Plain text, CSV and notebooks."""

import json
import warnings
from textwrap import dedent

import pytest

from knowledge.documents import UnreadableDocument
from tests.support.parsing import outline, parsed


def test_wrapped_lines_are_joined_and_deliberate_breaks_are_not(tmp_path):
    text = """\
        RUNBOOK
        =======

        This paragraph goes on for more than one line because the
        author's editor wrapped it. Then it ends.
        Another one begins without an empty line before it.

        Steps:
        1. A step which is long enough to be
           wrapped here
        2) Next

           - nested

        ESCALATION POLICY

        Anna
        Bob
        """
    document = parsed(tmp_path, "a.txt", dedent(text))
    assert document.title == "RUNBOOK"
    assert outline(document.blocks) == [
        "# RUNBOOK",
        "This paragraph goes on for more than one line because the author's editor wrapped it. Then it ends.",
        "Another one begins without an empty line before it.",
        "Steps:",
        "1. A step which is long enough to be wrapped here",
        "2. Next",
        "  - nested",
        "## ESCALATION POLICY",
        "Anna",
        "Bob",
    ]


def test_columns_lined_up_with_spaces_keep_their_lines(tmp_path):
    text = "Name      Shift\nAnna      night\nBob       day\n"
    assert outline(parsed(tmp_path, "a.txt", text).blocks) == ["> " + text.strip()]


def test_text_may_have_front_matter_which_says_who_may_read_it(tmp_path):
    document = parsed(tmp_path, "a.txt", "---\naudience: group:hr\ntitle: Pay\n---\nWords.\n")
    assert (document.title, document.metadata["audience"]) == ("Pay", "group:hr")
    with pytest.raises(UnreadableDocument, match="front matter"):
        parsed(tmp_path, "a.html", "---\naudience: [group:hr\n---\n<p>Words</p>")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_of_a_csv_file_is_told_from_its_lines(tmp_path, delimiter):
    rows = [["Code", "Place", "Note"], ["00731", "NA", 'said "hi"'], ["2", "", "a, b"]]
    text = "\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    blocks = parsed(tmp_path, "a.csv", text).blocks
    assert [block.cells for block in blocks] == [("00731", "NA", 'said "hi"'), ("2", "", "a, b")]
    assert {block.header for block in blocks} == {("Code", "Place", "Note")}
    assert blocks[1].text == "2 | a, b"


def test_a_csv_file_from_excel_in_the_windows_encoding_is_read(tmp_path):
    blocks = parsed(tmp_path, "a.csv", "sep=;\r\nName;Ort\r\nMüller;Köln\r\n".encode("cp1252")).blocks
    assert (blocks[0].cells, blocks[0].header) == (("Müller", "Köln"), ("Name", "Ort"))


def test_a_csv_file_that_begins_with_numbers_has_no_header(tmp_path):
    assert parsed(tmp_path, "a.csv", "1,2\n3,4\n").blocks[0].header == ()


def test_too_many_cells_are_refused(tmp_path):
    with pytest.raises(UnreadableDocument, match="more than 500,000 cells"):
        parsed(tmp_path, "a.csv", "," * 600_000)


def test_a_notebook_is_its_text_and_code_without_what_the_code_put_out(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# Retention\n", "\n", 'It\'s about **"logs"**.\n']},
        {"cell_type": "code", "source": ["print('a')\n", "b = 1"], "outputs": [{"text": "secret"}]},
        {"cell_type": "markdown", "source": "Stored as\n\none string"},
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        document = parsed(tmp_path, "a.ipynb", json.dumps({"cells": cells, "nbformat": 4}))
    assert document.title == "Retention"
    assert outline(document.blocks) == [
        "# Retention",
        'It\'s about "logs".',
        "> print('a')\nb = 1",
        "Stored as",
        "one string",
    ]


def test_json_that_is_no_notebook_is_refused(tmp_path):
    with pytest.raises(UnreadableDocument, match="not what its name says"):
        parsed(tmp_path, "a.ipynb", '{"a": 1}')
