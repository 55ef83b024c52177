"""Documents of the folder are readable pages; nothing else on the disk is."""

from __future__ import annotations

import re
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

PAGE = """<title>Rooms</title><style>p { background: url(https://evil.example/beacon) }</style>
<base href="https://evil.example/"><script>alert(1)</script>
<h1>Booking a room</h1><p onclick="alert(1)">Invite <b>the room</b> as a <a href="https://a.example">guest</a>,
<a href="javascript:alert(1)">not me</a>.</p>
<h2 id="rules">Rules</h2><ul><li>Be on time.<ul><li>Really.</li></ul></li></ul>
<ol><li>One</li><li>Two</li></ol>
<table><tr><th>Room</th><th>Seats</th></tr><tr><td>Skagen</td><td>12</td></tr></table>
<pre>a &lt; b\nc</pre><img src="https://evil.example/x.png"><iframe src="https://evil.example"></iframe>
<form action="https://evil.example"><input name="q"></form>"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "on call").mkdir(parents=True)
    (folder / "on call" / "paging.md").write_text(DOCUMENT)
    (folder / "build.log").write_text("<b>plain</b> words")
    (folder / "notes.txt").write_text(
        "NOTES\n\nA paragraph that is\nwrapped by hand.\n\n1. <b>One</b>\n2. Two\n"
    )
    (folder / "plan.pdf").write_bytes(b"%PDF-1.4 pretend")
    (folder / "page.html").write_text(PAGE)
    (folder / "tools.csv").write_text("Tool,Owner\nFathom,<b>Maren</b>\nBellbuoy,@channel\n")
    (folder / "slides.pptx").write_bytes(b"PK pretend")
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


def test_other_text_is_shown_as_it_is(client: TestClient) -> None:
    assert "<pre>&lt;b&gt;plain&lt;/b&gt; words</pre>" in client.get("/documents/build.log").text


def test_text_that_is_indexed_is_shown_in_its_paragraphs_and_lists(client: TestClient) -> None:
    page = client.get("/documents/notes.txt").text
    assert "<p>A paragraph that is wrapped by hand.</p>" in page
    assert '<ol><li value="1">&lt;b&gt;One&lt;/b&gt;</li><li value="2">Two</li></ol>' in page


def test_an_html_page_is_shown_as_its_words_without_anything_that_acts_or_loads(client: TestClient) -> None:
    page = client.get("/documents/page.html").text
    assert "<h1>Booking a room</h1>" in page
    assert '<h2 id="rules">Rules</h2>' in page
    assert 'Invite the room as a <a href="https://a.example" rel="noopener noreferrer"' in page
    assert '<li>Be on time.</li><li class="indent-1">Really.</li>' in page
    assert '<ol><li value="1">One</li><li value="2">Two</li></ol>' in page
    assert "<tr><th>Room</th><th>Seats</th></tr>" in page
    assert "<tr><td>Skagen</td><td>12</td></tr>" in page
    assert "a &lt; b\nc</pre>" in page
    assert not re.search(r"evil|javascript|alert|onclick|<base|<iframe|<form|<input", page)


def test_a_table_of_values_is_a_table_of_words(client: TestClient) -> None:
    page = client.get("/documents/tools.csv").text
    assert "<th>Tool</th><th>Owner</th>" in page
    assert "<td>Fathom</td><td>&lt;b&gt;Maren&lt;/b&gt;</td>" in page


@pytest.mark.parametrize("name", ["plan.pdf", "slides.pptx"])
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
