"""Short views of parsed documents, and files that are made for tests."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from knowledge.documents import Block, ParsedDocument, UnreadableDocument
from knowledge.parsers import parse


def parsed(folder: Path, name: str, content: str | bytes) -> ParsedDocument:
    """Writes a file and parses it."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return parse(file)


def by_name(path: Path) -> ParsedDocument:
    """A parser that does what the file's name says, and calls a document by the process that read it.

    It stands here as a child process imports what is around it: not the tests' indexes.
    """
    if path.stem == "endless":
        time.sleep(600)
    if path.stem == "greedy":
        try:
            bytearray(4 * 1024**3)
        except MemoryError:
            raise UnreadableDocument("it does not fit into memory") from None
    if path.stem == "deadly":
        os._exit(3)
    return ParsedDocument(str(os.getpid()), ())


def outline(blocks: Sequence[Block]) -> list[str]:
    """A line for each block: `# heading`, `  1. item`, `| row`, `> code`, text as it is."""
    return [_line(block) for block in blocks]


def _line(block: Block) -> str:
    match block.kind:
        case "heading":
            return f"{'#' * block.level} {block.text}"
        case "list_item":
            return f"{'  ' * block.level}{block.marker or '-'} {block.text}"
        case "table_row":
            return f"| {block.text}"
        case "code":
            return f"> {block.text}"
        case _:
            return block.text


def pdf(pages: Sequence[Sequence[tuple[str, float, float]]], encrypt: str = "") -> bytes:
    """A PDF of pages of lines: text, size of the letters, height on the page."""
    import io

    from pypdf import PdfReader, PdfWriter

    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for lines in pages:
        shown = "\n".join(f"BT /F1 {size} Tf 50 {height} Td ({text}) Tj ET" for text, size, height in lines)
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    data = f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode("latin-1")
    if not encrypt:
        return data
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(encrypt, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()
