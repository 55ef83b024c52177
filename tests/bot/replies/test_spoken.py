"""What people say that is no question is told apart by its words."""

from __future__ import annotations

import pytest

from bot.replies.spoken import asks_to_see, friendly_words, gives_up, may_be_a_question, wants_help


@pytest.mark.parametrize(
    "text", ["ok", "Sure, thanks!", "hm", "lol", "no", "👌", "great answer", "Good morning"]
)
def test_friendly_words_are_answered(text: str) -> None:
    assert friendly_words(text)


@pytest.mark.parametrize("text", ["asdfgh", "😀", "the long script", "???", "nobody knows", "notes", "okapi"])
def test_nothing_friendly_is_heard_in_what_is_not_understood(text: str) -> None:
    assert friendly_words(text) is None


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("Show me the long script", True),
        ("please send me the travel rules", True),
        ("Could you pull up the postmortem template?", True),
        ("show me your settings", False),
        ("send this to #ops", False),
        ("show the documents", False),
        ("dark mode please", False),
        ("the show is over", False),
    ],
)
def test_who_asks_to_see_a_document_is_told_from_who_gives_a_command(text: str, shows: bool) -> None:
    assert asks_to_see(text) is shows


@pytest.mark.parametrize(
    ("text", "words"), [("the long script", True), ("😀", False), (":grin:", False), ("?", False)]
)
def test_signs_and_emoji_ask_nothing(text: str, words: bool) -> None:
    assert may_be_a_question(text) is words


@pytest.mark.parametrize(
    ("text", "ends"),
    [("Never mind", True), ("oh, cancel that", True), ("stop", True), ("end users only", False)],
)
def test_only_words_that_are_all_of_a_message_end_a_guide(text: str, ends: bool) -> None:
    assert gives_up(text) is ends


@pytest.mark.parametrize(
    ("text", "wants"), [("help!", True), ("what can you do?", True), ("a help desk for tenants", False)]
)
def test_only_words_that_are_all_of_a_message_ask_for_help(text: str, wants: bool) -> None:
    assert wants_help(text) is wants
