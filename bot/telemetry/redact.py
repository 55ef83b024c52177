"""Takes secrets, and what people wrote, out of texts that are logged or kept."""

from __future__ import annotations

import re

from knowledge.addresses import TELLING, shown

HIDDEN = "[hidden]"

_SECRETS = re.compile(
    # Slack's tokens, and keys as most model providers write them
    r"\bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w.-]{4,}"
    r"|\bsk-[\w*.-]{6,}"
    r"|\bBearer\s+[\w.~+/=-]{6,}"
    # a signing secret
    r"|\b[0-9a-f]{32}\b"
    # addresses that are a secret themselves
    r"|(?<=hooks\.slack\.com/)[^\s\"']+"
    r"|(?<=hooks\.slack-gov\.com/)[^\s\"']+",
    re.IGNORECASE,
)


def redact(text: str, *hidden: str) -> str:
    """The text without anything that looks like a secret, and without the `hidden` texts."""
    for each in sorted((each for each in hidden if len(each) >= TELLING), key=len, reverse=True):
        text = text.replace(each, HIDDEN)
    return _SECRETS.sub(HIDDEN, shown(text, HIDDEN))
