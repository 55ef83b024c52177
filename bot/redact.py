"""Errors in a line that may be kept: without secrets, and without what people wrote."""

from __future__ import annotations

import re

from slack_sdk.errors import SlackApiError

from bot.client import error_code

HIDDEN = "[hidden]"
REASON_LIMIT = 300
# Shorter texts occur by chance in what is said about an error.
TELLING = 8

_SECRETS = re.compile(
    # Slack's tokens, and keys as most model providers write them
    r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w.-]{4,}"
    r"|\bsk-[\w*.-]{6,}"
    r"|\bBearer\s+[\w.~+/=-]{6,}"
    # a signing secret
    r"|\b[0-9a-f]{32}\b"
    # name and password in an address, and addresses that are a secret themselves
    r"|(?<=://)[^/\s@]+:[^/\s@]*(?=@)"
    r"|(?<=hooks\.slack\.com/)[^\s\"']+",
    re.IGNORECASE,
)


def redact(text: str, *hidden: str) -> str:
    """The text without anything that looks like a secret, and without the `hidden` texts."""
    for each in sorted((each for each in hidden if len(each) >= TELLING), key=len, reverse=True):
        text = text.replace(each, HIDDEN)
    return _SECRETS.sub(HIDDEN, text)


def reason(error: BaseException, *hidden: str) -> str:
    """Why something failed, in one line for the admin; an error of ours is told by its cause."""
    error = error.__cause__ or error
    if isinstance(error, SlackApiError) and error_code(error):
        return f"Slack says {error_code(error)}"
    words = redact(str(error), *hidden).strip()
    line = f"{type(error).__name__}: {words.splitlines()[0]}" if words else type(error).__name__
    return line[:REASON_LIMIT]
