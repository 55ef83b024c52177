"""What is wrong with a setting, in words for an admin; a secret is told by its kind alone."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

TOKEN_KINDS = {
    "xapp-": "an app-level token, which belongs into SLACK_APP_TOKEN",
    "xoxb-": "a bot token, which belongs into SLACK_BOT_TOKEN",
    "xoxp-": "a user token",
    "xoxe": "a token to renew others with",
    "xox": "another kind of Slack's tokens",
}
EXPECTED = {
    "port": "a number from 1 to 65535",
    "ragtime_keep_days": "a whole number of days from 1 to 36500",
    "ragtime_takeover_seconds": "a number of seconds from 1 to 86400",
    "ragtime_log": "text or json",
}


def token_kind(value: str) -> str:
    """What a token is by its beginning."""
    kinds = (kind for beginning, kind in TOKEN_KINDS.items() if value.startswith(beginning))
    return next(kinds, "no token of Slack's")


def in_words(error: ValidationError, given: Mapping[str, str]) -> dict[str, str]:
    """The malformed settings, by name, each with what is wrong and what to write."""
    said: dict[str, str] = {}
    for item in error.errors(include_input=False, include_url=False):
        name = str(item["loc"][0])
        words = item["msg"].removeprefix("Value error, ")
        said[name] = f"write {EXPECTED[name]}, not “{given[name]}”" if name in EXPECTED else words
    return said
