"""`parse`: any file of a supported kind is either read or refused with a reason, never anything else."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.documents import UnreadableDocument
from knowledge.parsers import SUPPORTED, parse
from knowledge.parsers.limits import MAX_BLOCKS, MAX_CHARACTERS, MAX_FILE_BYTES
from tests.support.parsing import outline, parsed, pdf

quick = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        parse(path)
    return str(caught.value)


def test_an_empty_file_is_refused(tmp_path):
    for suffix in SUPPORTED:
        (tmp_path / f"a{suffix}").touch()
        assert refusal(tmp_path / f"a{suffix}") == "the file is empty"


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ")
    assert "“.exe”" in refusal(tmp_path / "a.exe")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "gone.md") == "it cannot be opened: no such file or directory"


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 10 * 2**20)
    assert refusal(tmp_path / "a.md") == "it is too large: 60 MB, at most 50 MB are read"


def test_more_text_than_anybody_writes_is_refused(tmp_path):
    paragraph = "It runs and runs and runs, and what it says is of no use to anyone at all. " * 50 + "\n\n"
    (tmp_path / "log.txt").write_text(paragraph * (MAX_CHARACTERS // len(paragraph) + 10))
    assert "characters of text, at most 5,000,000 are read: split it up" in refusal(tmp_path / "log.txt")
    (tmp_path / "lines.txt").write_text("Beep.\n\n" * (MAX_BLOCKS + 1))
    assert refusal(tmp_path / "lines.txt").startswith("it has 100,001 paragraphs, items and rows, at most")


def test_a_binary_file_posing_as_text_is_refused(tmp_path):
    for name in ("a.md", "a.txt", "a.csv", "a.html"):
        (tmp_path / name).write_bytes(bytes(range(256)) * 20)
        assert "binary" in refusal(tmp_path / name)


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_an_office_file_that_is_none_is_refused(tmp_path, suffix):
    (tmp_path / f"a{suffix}").write_text("just text")
    assert "no Office file" in refusal(tmp_path / f"a{suffix}")
    (tmp_path / f"b{suffix}").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    assert "password" in refusal(tmp_path / f"b{suffix}")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Größe – “five”"),
        ("utf-8-sig", "Größe – “five”"),
        ("utf-16", "Größe – “five”"),
        ("utf-16-le", "Written by a Windows tool without a mark"),
        ("utf-32", "Größe"),
        ("cp1252", "Müller’s café costs 5 €"),
        ("cp1251", "Привет, как дела? Это руководство по дежурству для инженеров."),
        ("shift_jis", "これはオンコールの手引きです。十五分以内に返事をしてください。"),
    ],
)
def test_the_encoding_is_told_from_the_bytes(tmp_path, encoding, text):
    assert outline(parsed(tmp_path, "a.md", text.encode(encoding)).blocks) == [text]


@pytest.mark.parametrize("suffix", sorted(SUPPORTED))
@quick
@given(content=st.binary(min_size=1, max_size=400))
def test_random_bytes_are_read_or_refused(tmp_path, suffix, content):
    read_or_refused(tmp_path / f"a{suffix}", content)


@pytest.mark.parametrize("suffix", [".md", ".mdx", ".html", ".txt", ".csv", ".mhtml", ".ipynb"])
@quick
@given(content=st.text(alphabet="#*->|<{[(`!:=~_\\&;'\"/ \n\tab1é-", min_size=1, max_size=300))
def test_random_markup_is_read_or_refused(tmp_path, suffix, content):
    read_or_refused(tmp_path / f"a{suffix}", content.encode())


@quick
@given(data=st.data())
@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx", ".pdf"])
def test_damaged_files_are_read_or_refused(tmp_path, suffix, data):
    content = bytearray(sound_file(tmp_path, suffix))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=20)):
        content[at] = data.draw(st.integers(0, 255))
    read_or_refused(tmp_path / f"damaged{suffix}", bytes(content[: data.draw(st.integers(1, len(content)))]))


def read_or_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        blocks = parse(path).blocks
    except UnreadableDocument:
        return
    assert all(block.text.strip() for block in blocks)
    assert all("\n" not in block.text for block in blocks if block.kind != "code")


def sound_file(folder: Path, suffix: str) -> bytes:
    file = folder / f"sound{suffix}"
    if not file.exists():
        if suffix == ".pdf":
            file.write_bytes(pdf([[("Some words of text.", 11, 700)]]))
        elif suffix == ".docx":
            import docx

            document = docx.Document()
            document.add_paragraph("Some words.", style="List Number")
            document.save(str(file))
        elif suffix == ".pptx":
            import pptx

            deck = pptx.Presentation()
            deck.slides.add_slide(deck.slide_layouts[0])
            deck.save(str(file))
        else:
            import openpyxl

            book = openpyxl.Workbook()
            book.worksheets[0].append(["a", 1])
            book.save(file)
    return file.read_bytes()
