"""Documents of the folder are readable pages; nothing else on the disk is."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.playground.documents import document_route
from knowledge.parsers import parse

DOCUMENT = """---
title: Paging people
---
Some words first.

## How to page?

- Use `/page` in the channel.

## How to page?

See [the rota](rota.md#this-week), [outside](https://a.example), [a trap](javascript:alert(1)).

### With {#own-anchor}

<script>alert("script")</script>
<img src="https://evil.example/beacon.png" onerror="alert(1)">
![beacon](https://evil.example/beacon.png)
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "on call").mkdir(parents=True)
    (folder / "on call" / "paging.md").write_text(DOCUMENT)
    (folder / "notes.txt").write_text("<b>plain</b> words")
    (folder / "plan.pdf").write_bytes(b"%PDF-1.4 pretend")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "broken.md").write_text("---\na: [\n---\nwords")
    (folder / ".hidden.md").write_text("hidden")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("hidden")
    (tmp_path / "secret.md").write_text("secret")
    (folder / "escape.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "docs-beside").mkdir()
    (tmp_path / "docs-beside" / "other.md").write_text("secret")
    return folder


@pytest.fixture
def client(docs: Path) -> TestClient:
    return TestClient(Starlette(routes=[document_route(docs)]), base_url="http://127.0.0.1:3000")


def test_markdown_is_a_page_with_its_title(client: TestClient) -> None:
    answer = client.get("/documents/on%20call/paging.md")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Paging people</title>" in answer.text
    assert "<h1>Paging people</h1>" in answer.text
    assert "<code>/page</code>" in answer.text


def test_headings_carry_the_anchors_that_sources_cite(client: TestClient, docs: Path) -> None:
    page = client.get("/documents/on%20call/paging.md").text
    cited = [block.anchor for block in parse(docs / "on call" / "paging.md").blocks if block.anchor]
    assert cited == ["how-to-page", "how-to-page-1", "own-anchor"]
    assert [f'id="{anchor}"' in page for anchor in cited] == [True, True, True]
    assert "{#own-anchor}" not in page


def test_links_lead_within_the_folder_or_outside_and_nowhere_else(client: TestClient) -> None:
    page = client.get("/documents/on%20call/paging.md").text
    assert '<a href="rota.md#this-week">' in page
    assert '<a href="https://a.example" rel="noopener noreferrer" target="_blank">' in page
    assert 'href="javascript' not in page


def test_a_document_runs_and_loads_nothing(client: TestClient) -> None:
    answer = client.get("/documents/on%20call/paging.md")
    assert "<script" not in answer.text
    assert 'alert("script")' not in answer.text
    assert "onerror" not in answer.text
    assert 'src="https' not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_text_is_shown_as_it_is(client: TestClient) -> None:
    assert "<pre>&lt;b&gt;plain&lt;/b&gt; words</pre>" in client.get("/documents/notes.txt").text


@pytest.mark.parametrize("name", ["plan.pdf", "page.html"])
def test_other_kinds_are_downloads(client: TestClient, name: str) -> None:
    answer = client.get(f"/documents/{name}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_that_cannot_be_read_says_why(client: TestClient) -> None:
    assert "its front matter is broken" in client.get("/documents/broken.md").text


@pytest.mark.parametrize(
    "path",
    [
        "missing.md",
        "escape.md",
        ".hidden.md",
        ".git/config",
        "%2e%2e/secret.md",
        "on%20call/..%2f..%2fsecret.md",
        "%2fetc/passwd",
        "../docs-beside/other.md",
        "%2e%2e/docs-beside/other.md",
        "a%00b.md",
        "on%20call",
        "",
        "x" * 5000,
    ],
)
def test_nothing_but_the_folders_own_documents_is_served(client: TestClient, path: str) -> None:
    answer = client.get(f"/documents/{path}")
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.md", "")
    assert "root:" not in answer.text


def test_the_missing_path_is_escaped(client: TestClient) -> None:
    assert "<img src=x>" not in client.get("/documents/<img src=x>").text
