"""The folder source: what is found, what is reported, and who may read it."""

import os
from pathlib import Path

import pytest

from knowledge.documents import UnreadableDocument
from knowledge.sources.folder import FoundFile, Skipped, load, readable_name, walk
from knowledge.sources.rules import BadRules, Rules, load_rules

EVERYONE = frozenset({"everyone"})


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        put(root, name, text)


def put(root: Path, path: str, text: str = "Words.") -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def found(root: Path) -> list[str]:
    return [entry.path for entry in walk(root) if isinstance(entry, FoundFile)]


def skipped(root: Path) -> dict[str, str]:
    return {entry.path: entry.reason for entry in walk(root) if isinstance(entry, Skipped)}


def document(root: Path, path: str, rules: Rules | None = None, docs_url: str | None = None):
    (entry,) = [entry for entry in walk(root) if entry.path == path and isinstance(entry, FoundFile)]
    return load(root, entry, rules or load_rules(root), docs_url)


def test_files_are_found_below_the_folder_in_order_without_hidden_and_other_kinds(tmp_path):
    for path in ("b.md", "a/z.txt", "a/B.MD", ".hidden.md", ".git/x.md", "a/picture.png", "c.pdf"):
        put(tmp_path, path)
    assert found(tmp_path) == ["a/B.MD", "a/z.txt", "b.md", "c.pdf"]
    assert skipped(tmp_path) == {}


def test_the_ignore_file_is_honoured(tmp_path):
    for path in ("keep.md", "drafts/a.md", "old/a.md", "old/keep.md", "x/notes.tmp.md"):
        put(tmp_path, path)
    put(tmp_path, ".ragtimeignore", "drafts/\n*.tmp.md\nold/*\n!old/keep.md\n# comment\n")
    assert found(tmp_path) == ["keep.md", "old/keep.md"]


def test_a_stamp_changes_with_the_file_even_if_size_and_time_are_set_back(tmp_path):
    file = put(tmp_path, "a.md", "one")
    (before,) = walk(tmp_path)
    (again,) = walk(tmp_path)
    times = file.stat()
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    (after,) = walk(tmp_path)
    assert isinstance(before, FoundFile)
    assert isinstance(after, FoundFile)
    assert before == again
    assert before.stamp != after.stamp


def test_links_out_of_the_folder_and_into_nowhere_are_reported(tmp_path):
    root, outside = tmp_path / "docs", tmp_path / "outside"
    put(outside, "secret.md")
    put(root, "a.md")
    (root / "file.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    (root / "gone.md").symlink_to(root / "nowhere.md")
    assert found(root) == ["a.md"]
    assert skipped(root) == {
        "file.md": "it is a link out of the folder",
        "folder": "it is a link out of the folder",
        "gone.md": "it is a link that leads nowhere",
    }


def test_a_link_is_no_second_name_for_a_document_and_loops_end(tmp_path):
    put(tmp_path, "people/pay.md")
    (tmp_path / "pay.md").symlink_to(tmp_path / "people/pay.md")
    (tmp_path / "people/up").symlink_to(tmp_path)
    assert found(tmp_path) == ["people/pay.md"]
    assert skipped(tmp_path) == {}


def test_links_to_hidden_folders_within_are_followed_as_mounted_volumes_need(tmp_path):
    put(tmp_path, "..2024/a.md")
    put(tmp_path, "..2024/more/b.md")
    (tmp_path / "..2024/more/loop").symlink_to(tmp_path / "..2024")
    (tmp_path / "..data").symlink_to("..2024")
    (tmp_path / "a.md").symlink_to("..data/a.md")
    (tmp_path / "more").symlink_to("..data/more")
    assert "a.md" in found(tmp_path)
    assert "more/b.md" in found(tmp_path)
    assert len(found(tmp_path)) < 6


def test_what_is_no_ordinary_file_is_reported_and_the_rest_goes_on(tmp_path):
    os.mkfifo(tmp_path / "a.md")
    put(tmp_path, "b.md")
    assert found(tmp_path) == ["b.md"]
    assert skipped(tmp_path) == {"a.md": "it is no ordinary file"}


def test_a_name_that_cannot_be_shown_is_reported(tmp_path):
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.md"))).write_text("x")
    assert skipped(tmp_path) == {"bad?.md": "its name has characters that cannot be shown"}


def test_a_file_that_became_a_link_out_after_it_was_found_is_not_read(tmp_path):
    root = tmp_path / "docs"
    file = put(root, "a.md")
    secret = put(tmp_path, "secret.md", "Secret.")
    (entry,) = walk(root)
    assert isinstance(entry, FoundFile)
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(UnreadableDocument, match="link out of the folder"):
        load(root, entry, Rules())


def test_a_document_has_a_title_from_its_text_or_its_name(tmp_path):
    put(tmp_path, "a.md", "# Its own\n")
    put(tmp_path, "being_on-call.md", "Words.")
    assert document(tmp_path, "a.md").title == "Its own"
    assert document(tmp_path, "being_on-call.md").title == "Being on call"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("guides/02-being_oncall.md", "Being oncall"),
        ("people/index.md", "People"),
        ("README.md", "Handbook"),
        ("2024-05-01-outage.md", "2024 05 01 outage"),
        ("FAQ.md", "FAQ"),
    ],
)
def test_names_are_made_readable(path, title):
    assert readable_name(path, "handbook") == title


def test_front_matter_wins_over_the_last_rule_which_wins_over_the_first(tmp_path):
    put(
        tmp_path,
        ".ragtime.toml",
        '[[rule]]\npath = "people/**"\naudience = ["group:hr"]\nmodel = false\n'
        '[[rule]]\npath = "people/open.md"\naudience = "everyone"\n',
    )
    put(tmp_path, "people/pay.md")
    put(tmp_path, "people/open.md")
    put(tmp_path, "people/own.md", "---\naudience: user:U1, channel:C1\nmodel: true\n---\nWords.")
    put(tmp_path, "a.md", "---\naudience: [external]\nmodel: false\n---\nWords.")
    put(tmp_path, "b.md")
    audiences = {path: document(tmp_path, path).audience for path in found(tmp_path)}
    assert audiences == {
        "a.md": {"external", "everyone"},
        "b.md": EVERYONE,
        "people/open.md": EVERYONE,
        "people/own.md": {"user:U1", "channel:C1"},
        "people/pay.md": {"group:hr"},
    }
    assert [path for path in audiences if not document(tmp_path, path).model_allowed] == [
        "a.md",
        "people/open.md",
        "people/pay.md",
    ]


@pytest.mark.parametrize(
    "front_matter",
    ["audience: hr", "audience:", "audience: []", "audience: 5", "audience: [[group:hr]]", "model: 'no'"],
)
def test_front_matter_that_cannot_be_understood_makes_a_document_unreadable(tmp_path, front_matter):
    put(tmp_path, "a.md", f"---\n{front_matter}\n---\nSecret.")
    with pytest.raises(UnreadableDocument, match="its front matter has"):
        document(tmp_path, "a.md")


def test_the_address_is_the_documents_own_else_below_the_rules_else_below_the_folders(tmp_path):
    put(tmp_path, ".ragtime.toml", '[[rule]]\npath = "wiki/"\nurl = "https://wiki.example/?page="\n')
    put(tmp_path, "own.md", "---\nurl: https://own.example/x\n---\n")
    put(tmp_path, "site.md", "---\nurl: /site/path\n---\n")
    put(tmp_path, "wiki/a b.md")
    url = {
        path: document(tmp_path, path, docs_url="https://docs.example/main").url for path in found(tmp_path)
    }
    assert url == {
        "own.md": "https://own.example/x",
        "site.md": "https://docs.example/main/site.md",
        "wiki/a b.md": "https://wiki.example/?page=wiki/a%20b.md",
    }
    assert document(tmp_path, "site.md").url is None


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ("[[rule]\n", "not valid TOML"),
        ("[rule]\npath = 'a'\n", "rules are written as [[rule]]"),
        ("[[rules]]\npath = 'a'\n", "unknown key “rules”"),
        ("[[rule]]\naudience = 'everyone'\n", "rule 1: path"),
        ("[[rule]]\npath = 'a'\n", "rule 1: says nothing"),
        (
            "[[rule]]\npath = 'a'\nmodel = true\n[[rule]]\npath = 'b'\naudience = 'hr'\n",
            "rule 2: audience: “hr”",
        ),
        ("[[rule]]\npath = 'a'\naudience = []\n", "rule 1: audience: it names nobody"),
        ("[[rule]]\npath = 'a'\naudiences = ['group:hr']\n", "rule 1: unknown key “audiences”"),
        ("[[rule]]\npath = 'a'\nmodel = 'no'\n", "rule 1: model"),
        ("[[rule]]\npath = 'a'\nurl = 'wiki'\n", "rule 1: url"),
        ("[[rule]]\npath = '!a'\nmodel = false\n", "rule 1: path"),
    ],
)
def test_a_rules_file_that_cannot_be_understood_stops_with_file_rule_and_key(tmp_path, toml, complaint):
    put(tmp_path, ".ragtime.toml", toml)
    with pytest.raises(BadRules) as caught:
        load_rules(tmp_path)
    assert str(caught.value).startswith(".ragtime.toml")
    assert complaint in str(caught.value)


def test_control_files_that_cannot_be_read_stop_the_walk(tmp_path):
    (tmp_path / ".ragtimeignore").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(BadRules, match="ragtimeignore: is not UTF-8"):
        list(walk(tmp_path))
    (tmp_path / ".ragtime.toml").mkdir()
    with pytest.raises(BadRules, match=r"ragtime\.toml: cannot be opened"):
        load_rules(tmp_path)
