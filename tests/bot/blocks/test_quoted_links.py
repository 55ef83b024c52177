"""Links to quoted words: browsers find them, and what has a place of its own keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blocks.quoted_links import quoted_link
from chains.contract import Source, Statement

URL = "https://wiki.example/rooms.html"
SOURCE = Source(1, "rooms.html", "Rooms", (), "A passage.", url=URL)


def _said(quotation: str, number: int = 1) -> Statement:
    return Statement(quotation, (number,), (quotation,), quoted=True)


@pytest.mark.parametrize(
    ("quotation", "directive"),
    [
        ("Rooms are free.", "Rooms%20are%20free."),
        ("Use `/page`, top-level & more.", "Use%20%2Fpage%2C%20top%2Dlevel%20%26%20more."),
        (
            "A room can be booked at most five weeks ahead.",
            "A%20room%20can%20be,most%20five%20weeks%20ahead.",
        ),
        ("Skagen | 12 | two, 75 inch | yes", "Skagen,yes"),
        ("\npage --now\npage --later", "page%20%2D%2Dnow"),
    ],
)
def test_a_source_is_linked_at_the_words_that_are_quoted(quotation: str, directive: str) -> None:
    others = [_said("From elsewhere.", 2), _said(quotation), _said("And later.")]
    assert quoted_link(SOURCE, others) == f"{URL}#:~:text={directive}"


def test_what_leads_to_its_own_place_or_was_not_quoted_keeps_its_address() -> None:
    anchored = replace(SOURCE, url=f"{URL}#rules")
    assert quoted_link(anchored, [_said("Rooms are free.")]) == anchored.url
    assert quoted_link(replace(SOURCE, page=3), [_said("Rooms are free.")]) == URL
    assert quoted_link(replace(SOURCE, url=None), [_said("Rooms are free.")]) is None
    assert quoted_link(SOURCE, [_said("From elsewhere.", 2), _said("``")]) == URL
