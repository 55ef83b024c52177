"""Web archives (MHTML), as browsers save pages with all that belongs to them: their HTML part."""

from __future__ import annotations

import email
from email.message import Message
from pathlib import Path

from knowledge.documents import ParsedDocument, UnreadableDocument
from knowledge.parsers.html import html_document
from knowledge.parsers.reading import decode


def parse_mhtml(path: Path) -> ParsedDocument:
    """The saved page, as `parse_html` reads one.

    Raises:
        UnreadableDocument: there is no page in it.
    """
    for part in email.message_from_bytes(path.read_bytes()).walk():
        if part.get_content_type() == "text/html":
            return html_document(_text(part))
    raise UnreadableDocument("there is no web page in it")


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return decode(data, html=True)
