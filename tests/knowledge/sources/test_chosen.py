"""Parts of the folder, as people name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.sources.chosen import NotInFolder, chosen, is_within
from tests.support.knowledge import write


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    write(tmp_path / "elsewhere", {"notes.md": "", "people/pay.md": ""})
    return write(tmp_path / "docs", {"people/leave.md": "", "office.md": "", "notes": ""})


@pytest.mark.parametrize(
    ("named", "here", "path"),
    [
        ("people/leave.md", "docs", "people/leave.md"),
        ("leave.md", "docs/people", "people/leave.md"),
        ("people/", "elsewhere", "people"),
        ("../docs/office.md", "elsewhere", "office.md"),
        ("docs/people", ".", "people"),
        ("gone.md", "docs/people", "people/gone.md"),
        ("people/gone.md", "elsewhere", "people/gone.md"),
    ],
)
def test_a_part_is_named_from_where_people_are_or_from_the_folder(
    docs: Path, named: str, here: str, path: str
) -> None:
    assert chosen(docs, [named], docs.parent / here) == [path]
    assert chosen(docs, [str(docs / path)], docs.parent) == [path]


@pytest.mark.parametrize("named", ["docs", "./docs/"])
def test_the_folder_itself_is_all_of_it(docs: Path, named: str) -> None:
    assert chosen(docs, ["docs/people", named], docs.parent) == []


@pytest.mark.parametrize(
    ("named", "folder"), [("elsewhere", "elsewhere"), ("elsewhere/notes.md", "elsewhere"), ("/", "/")]
)
def test_what_lies_elsewhere_is_said_with_what_to_set(docs: Path, named: str, folder: str) -> None:
    with pytest.raises(NotInFolder, match="is not within RAGTIME_DOCS") as caught:
        chosen(docs, [named], docs.parent)
    assert str(caught.value).endswith(f"set RAGTIME_DOCS={docs.parent / folder}")


def test_a_place_holds_what_lies_below_it_alone() -> None:
    assert is_within("people/leave.md", ["people"])
    assert is_within("people", ["people"])
    assert not is_within("people-old/leave.md", ["people"])
    assert is_within("people-old/leave.md", [])
