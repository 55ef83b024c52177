"""Office files are zip archives of XML: looked over before any library unpacks them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from knowledge.documents import UnreadableDocument
from knowledge.parsers.limits import (
    MAX_ARCHIVE_ENTRIES,
    MAX_UNPACK_RATIO,
    MAX_UNPACKED_BYTES,
    MAX_XML_BYTES,
    SMALL_UNPACKED_BYTES,
)

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_PROLOGUE_BYTES = 4096


def check_office_file(path: Path) -> None:
    """Raises where an Office file is none, is locked, or would do harm when unpacked.

    Raises:
        UnreadableDocument: with the reason.
    """
    with path.open("rb") as file:
        if file.read(len(_OLD_OFFICE)) == _OLD_OFFICE:
            raise UnreadableDocument(
                "it is protected with a password, or in Office's format of before 2007: save a copy without"
            )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive.infolist(), path.stat().st_size)
            _check_for_entities(archive)
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        raise UnreadableDocument("it is damaged, or no Office file: it cannot be unpacked") from None


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > SMALL_UNPACKED_BYTES and unpacked > MAX_UNPACK_RATIO * packed
    if too_dense or unpacked > MAX_UNPACKED_BYTES or len(entries) > MAX_ARCHIVE_ENTRIES:
        raise UnreadableDocument(
            f"it is {packed / 2**20:,.1f} MB, and would be {unpacked / 2**20:,.0f} MB unpacked: not opened"
        )
    largest = max((entry.file_size for entry in entries if entry.filename.endswith(".xml")), default=0)
    if largest > MAX_XML_BYTES:
        raise UnreadableDocument(
            f"it has {largest / 2**20:,.0f} MB of XML in one piece, "
            f"at most {MAX_XML_BYTES // 2**20} MB are read"
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableDocument("it is protected with a password")


def _check_for_entities(archive: zipfile.ZipFile) -> None:
    """Office writes no document type declarations; whoever adds one is after entities."""
    for entry in archive.infolist():
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(_PROLOGUE_BYTES).replace(b"\0", b""):
                    raise UnreadableDocument("its XML declares entities, which Office never does: not opened")
