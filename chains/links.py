"""Which links of a document stay links in a reply.

A link with a query can carry out what was asked, to whoever wrote it into the document. It stays only where
it leads to the documents' own site; of others the words stay, and the source's link leads to the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from knowledge.documents import Link


def followable(links: Iterable[Link], home: str | None) -> tuple[Link, ...]:
    """The links that may be followed from a reply; `home` is the address of the document they stand in."""
    host = _host(home) if home else ""
    return tuple(link for link in links if "?" not in link.url or (host and _host(link.url) == host))


def _host(url: str) -> str:
    """The host of a web address in lower case; empty where there is none that can be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
