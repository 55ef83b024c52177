"""Names that a person types become Slack's references, and come back as names for editing."""

from __future__ import annotations

import pytest

from bot.playground.typed import Mentionable

MENTIONABLE = Mentionable(
    {
        "@Mara Lindqvist": "<@U0MARA>",
        "@mara": "<@U0MARA>",
        "@Ragtime": "<@U0RAGTIME>",
        "#general": "<#C0GENERAL|general>",
        "@here": "<!here>",
    }
)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@Ragtime hello", "<@U0RAGTIME> hello"),
        ("@ragtime, hello", "<@U0RAGTIME>, hello"),
        ("@Mara Lindqvist and @mara", "<@U0MARA> and <@U0MARA>"),
        ("see #general", "see <#C0GENERAL|general>"),
        ("@here!", "<!here>!"),
        ("mail@ragtime.example @ragtimes", "mail@ragtime.example @ragtimes"),
        ("`@Ragtime` and ```\n@Ragtime\n```", "`@Ragtime` and ```\n@Ragtime\n```"),
    ],
)
def test_typed_names_become_references(typed: str, text: str) -> None:
    assert MENTIONABLE.to_slack(typed) == text


def test_a_message_comes_back_as_it_was_typed() -> None:
    text = "<@U0MARA> &amp; <#C0GENERAL|general> <https://a.example> a &lt; b"
    assert MENTIONABLE.to_typed(text) == "@Mara Lindqvist & #general https://a.example a < b"
