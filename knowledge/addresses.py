"""How an address is shown: without the passwords, tokens and keys that stand in it."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

HIDDEN = "***"
# Shorter secrets, and texts, occur by chance in what is said about an error.
TELLING = 8

_WEB = r"(?:https?|wss?|socks\w*)://"
# In a web address a name alone may be a token. Of a database's, the name is shown: it says who was refused.
_SECRETS = (
    re.compile(rf"""(\b{_WEB}(?:[^:/?#@\s"]*:)?)([^/?#\s"]+)(?=@)""", re.IGNORECASE),
    re.compile(
        rf"""(\b(?!{_WEB})[a-z][a-z0-9+.-]*://[^:/?#@\s"]*:)([^@\s"]*(?:@[^@/?\s"]*)*)(?=@)""", re.IGNORECASE
    ),
    # PostgreSQL's `sslkey` and `passfile` name files. What is hidden already may be followed by a colon.
    re.compile(
        r"""([?&][\w.-]*(?:password|passwd|passphrase|token|ticket|secret|(?<!ssl)key)=)"""
        r"""(?!\*{3}[.,:;)]*(?:[&#\s"']|$))([^&#\s"']+)""",
        re.IGNORECASE,
    ),
)


def shown(text: str, hidden: str = HIDDEN) -> str:
    """A text with what is secret in its addresses hidden: passwords, and parameters named as secrets."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: found[1] + hidden, text)
    return text


def secrets(address: str) -> tuple[str, ...]:
    """What is secret in an address, as it is written there and as it is meant."""
    # A password may be written with blanks and quotes, at which an address within a text ends.
    written = re.sub(r"""[\s"']""", lambda odd: quote(odd[0]), address)
    found = [match[2] for pattern in _SECRETS for match in pattern.finditer(written) if match[2]]
    return tuple(dict.fromkeys(form for secret in found for form in (secret, unquote(secret))))


def without_secrets(text: str, *addresses: str) -> str:
    """What is said of some addresses, without what is secret in them or in others.

    A short secret is hidden where it is given as one alone: else words would suffer.
    """
    for secret in sorted({each for address in addresses for each in secrets(address)}, key=len, reverse=True):
        pattern = re.escape(secret)
        if len(secret) < TELLING:
            pattern = rf"""(?<=[:='"]){pattern}(?=[@'"\s]|$)"""
        text = re.sub(pattern, HIDDEN, text)
    return shown(text)
