"""From a file's bytes to its text: size, encoding, and binary files that pose as text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from knowledge.documents import UnreadableDocument

MOST_CONTROL_CHARACTERS = 0.01
"""Share of a text's characters; a stray form feed is nothing, a program file has many."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ACCENTED = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜŸßàáâãäåæçèéêëìíîïñòóôõöøœùúûüÿ"
_ACCENTED_RUN = re.compile(f"[{_ACCENTED}]{{4}}")
_WESTERN = frozenset(map(chr, range(128))) | frozenset(_ACCENTED + "“”„‘’‚«»‹›–—…•·€£§©®™°¡¿½¼¾×\xa0\xad")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)


def read_text(path: Path) -> str:
    """A text file as a string, with line ends as newlines and without control characters.

    Raises:
        UnreadableDocument: the file is binary, or in no encoding that can be told.
    """
    return decode(path.read_bytes())


def decode(data: bytes, *, html: bool = False) -> str:
    """Decodes bytes: by byte order mark, as UTF-8, by an HTML page's own declaration, else by detection.

    Raises:
        UnreadableDocument: the bytes are no text, or in no encoding that can be told.
    """
    text = _by_mark(data)
    if text is None and b"\0" in data:
        text = _utf16_without_mark(data)
    if text is None:
        text = _try(data, "utf-8")
    if text is None and html and (declared := _META_CHARSET.search(data[:4096])):
        text = _try(data, declared[1].decode("ascii"))
    if text is None:
        text = _western(data) or _detected(data)
    controls = len(_CONTROL.findall(text))
    if controls > max(1, MOST_CONTROL_CHARACTERS * len(text)):
        raise UnreadableDocument("this is a binary file, not text, whatever its name says")
    if controls:
        text = _CONTROL.sub(" ", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _by_mark(data: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _try(data, encoding)
            if text is None:
                raise UnreadableDocument(f"the file begins as {encoding} text, but is damaged further on")
            return text.removeprefix("\ufeff")
    return None


def _utf16_without_mark(data: bytes) -> str:
    """Windows tools write UTF-16 without a mark: every second byte of Western text is then zero."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = (
        _try(data, encoding) if max(even, odd) > len(data) / 5 and min(even, odd) * 10 < len(data) else None
    )
    if text is None:
        raise UnreadableDocument("this is a binary file, not text, whatever its name says")
    return text


def _western(data: bytes) -> str | None:
    """Windows' Western encoding, if that makes words: accented letters stand alone among plain ones.

    General detection goes astray on texts with but a few of them, which most of ours are.
    """
    text = _try(data, "cp1252")
    if text is None or not _WESTERN.issuperset(text) or _ACCENTED_RUN.search(text):
        return None
    return text


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    match = from_bytes(data).best()
    if match is None:
        raise UnreadableDocument("its text encoding could not be told: save it as UTF-8")
    return str(match)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
