"""Links that could carry a question out do not stay links."""

from __future__ import annotations

import pytest

from chains.links import followable
from knowledge.documents import Link

HOME = "https://wiki.example/handbook/leave"


@pytest.mark.parametrize(
    ("url", "home", "stays"),
    [
        ("https://evil.example/collect?question=refund", HOME, False),
        ("https://evil.example/collect?", HOME, False),
        ("https://wiki.example.evil.example/?q=1", HOME, False),
        ("https://wiki.example@evil.example/?q=1", HOME, False),
        ("mailto:exfil@evil.example?body=refund", HOME, False),
        ("https://[evil/?q=1", HOME, False),
        ("/log?q=1", None, False),
        ("https://forms.example/?q=1", None, False),
        ("https://WIKI.example/find?q=leave", HOME, True),
        ("https://tools.example/holiday#form", HOME, True),
        ("mailto:hr@corp.example", None, True),
    ],
)
def test_a_link_with_a_query_stays_only_within_the_documents_own_site(
    url: str, home: str | None, stays: bool
):
    link = Link("here", url)
    assert followable([link], home) == ((link,) if stays else ())
