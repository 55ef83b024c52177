"""The home tab, passages and lists of documents: they keep Slack's limits whatever documents hold."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import words
from bot.answerer import KnownDocument
from bot.blocks.views import DOCUMENTS_LISTED, documents_message, home_view, passage_view
from bot.playground.limits import check_blocks, check_view
from chains.contract import Source

LONG = "a <long> & *odd* title " * 200


def test_the_home_tab_says_how_much_there_is_and_since_when() -> None:
    view = home_view(1, datetime(2026, 11, 25, 9, 30, tzinfo=UTC), ("Who is on call?",))
    check_view(view)
    assert "I know *1 document* that you may read" in str(view)
    assert "25 Nov 2026, 09:30 UTC" in str(view)
    assert "• Who is on call?" in str(view)


def test_the_home_tab_needs_no_sync() -> None:
    view = home_view(1_234, None, ())
    check_view(view)
    assert "I know *1,234 documents* that you may read." in str(view)


def test_where_there_is_no_document_that_is_said_with_what_to_do() -> None:
    looked = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    assert words.NOTHING_KNOWN in str(home_view(0, looked, ()))
    assert words.NOT_LOOKED in str(home_view(0, None, ()))
    for searched in ("", "leave"):
        assert words.NOTHING_KNOWN in str(documents_message([], 0, searched).blocks)


def test_a_passage_is_shown_whole_as_plain_words() -> None:
    passage = "<!channel> *not bold* " * 400
    view = passage_view(Source(2, "a.md", LONG, (LONG, LONG), passage, page=4))
    check_view(view)
    parts = [block["text"] for block in view["blocks"] if block["type"] == "section"]
    assert {part["type"] for part in parts} == {"plain_text"}
    assert "".join(part["text"] for part in parts) == passage


def test_documents_are_listed_as_links_up_to_a_number() -> None:
    found = [
        KnownDocument(f"Title {number}", "a.md", f"https://wiki.example/{number}") for number in range(30)
    ]
    message = documents_message(found, 400, "")
    check_blocks(message.all_blocks)
    shown = str(message.blocks)
    assert "I know 400 documents that you may read." in shown
    assert "<https://wiki.example/0|Title 0>" in shown
    assert f"Title {DOCUMENTS_LISTED}>" not in shown
    assert f"and {400 - DOCUMENTS_LISTED} more" in shown


def test_what_was_searched_for_mentions_nobody() -> None:
    message = documents_message([], 3, "<!channel> @here")
    check_blocks(message.all_blocks)
    assert "<!channel>" not in str(message.blocks) + message.text
    assert "@here" not in str(message.blocks) + message.text


def test_titles_of_any_length_keep_the_limits() -> None:
    found = [
        KnownDocument(LONG[: 400 * number], "a.md", f"https://wiki.example/{number}")
        for number in range(1, 9)
    ]
    check_blocks(documents_message(found, 8, "odd").all_blocks)
