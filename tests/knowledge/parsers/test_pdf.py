"""PDF: whole sentences, page numbers, and a reason where there is nothing to read."""

import pytest

from knowledge.documents import UnreadableDocument
from tests.support.parsing import outline, parsed, pdf


def page(number: int, *lines: tuple[str, float, float]):
    return [("Acme internal", 9, 760), *lines, (f"Page {number} of 3", 9, 30)]


def test_headings_paragraphs_lists_and_pages_are_told_by_how_they_look(tmp_path):
    content = pdf(
        [
            page(
                1,
                ("Incident guide", 20, 720),
                ("Paging", 14, 690),
                ("The on-call engineer answers a page within five minutes, and the infor-", 11, 670),
                ("mation goes to the channel that the on-", 11, 657),
                ("call engineer names.", 11, 644),
                ("A second paragraph stands apart from the first and goes on over to", 11, 618),
            ),
            page(
                2,
                ("the next page.", 11, 720),
                ("1. Page the commander", 11, 694),
                ("2. Wait for the answer of the", 11, 681),
                ("commander", 11, 668),
            ),
            page(3, ("Calling", 14, 720), ("Call at night, too.", 11, 700)),
        ]
    )
    document = parsed(tmp_path, "a.pdf", content)
    assert document.title == "Incident guide"
    assert outline(document.blocks) == [
        "# Incident guide",
        "## Paging",
        "The on-call engineer answers a page within five minutes, and the information goes to the channel "
        "that the on-call engineer names.",
        "A second paragraph stands apart from the first and goes on over to the next page.",
        "1. Page the commander",
        "2. Wait for the answer of the commander",
        "## Calling",
        "Call at night, too.",
    ]
    assert [block.page for block in document.blocks] == [1, 1, 1, 1, 2, 2, 3, 3]


def test_numbered_headings_at_the_top_of_pages_are_no_running_heads(tmp_path):
    content = pdf([[(f"Step {n}", 16, 740), (f"Do the thing number {n} now.", 11, 700)] for n in (1, 2, 3)])
    assert outline(parsed(tmp_path, "a.pdf", content).blocks)[::2] == ["# Step 1", "# Step 2", "# Step 3"]


def test_a_pdf_that_needs_a_password_is_refused(tmp_path):
    with pytest.raises(UnreadableDocument, match="password"):
        parsed(tmp_path, "a.pdf", pdf([[("Secret", 11, 700)]], encrypt="open sesame"))


def test_a_scan_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(UnreadableDocument, match="OCR"):
        parsed(tmp_path, "a.pdf", pdf([[]]))


def test_a_broken_pdf_is_refused(tmp_path):
    with pytest.raises(UnreadableDocument, match="damaged"):
        parsed(tmp_path, "a.pdf", b"%PDF-1.7\nnothing after it")
