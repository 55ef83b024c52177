"""The sample documents and the question sets over them: readable, linked, and truthfully labelled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.access import EVERYONE
from knowledge.documents import Document
from knowledge.sources.folder import FoundFile, load, walk
from knowledge.sources.rules import Rules
from tests.evaluation.labels import UNANSWERABLE, problems, read_questions

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "knowledge" / "sample"
DATA = ROOT / "tests" / "evaluation" / "data"
HOSTILE = DATA / "hostile"
MARKDOWN_LINK = re.compile(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)")


def documents(root: Path) -> dict[str, Document]:
    found = [entry for entry in walk(root) if isinstance(entry, FoundFile)]
    return {file.path: load(root, file, Rules()) for file in found}


@pytest.mark.parametrize(("name", "docs"), [("sample", SAMPLE), ("hostile", HOSTILE)])
def test_every_gold_document_exists_and_holds_its_quote(name: str, docs: Path):
    assert list(problems(read_questions(DATA / f"{name}.jsonl"), docs)) == []


def test_a_quarter_of_the_sample_questions_has_no_answer():
    kinds = [question["kind"] in UNANSWERABLE for question in read_questions(DATA / "sample.jsonl")]
    assert len(kinds) >= 80
    assert 0.2 <= sum(kinds) / len(kinds) <= 0.3


def test_every_sample_file_is_read_and_has_a_title_and_text():
    files = {path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file()}
    read = documents(SAMPLE)
    assert read.keys() == files
    assert [path for path, document in read.items() if not (document.title and document.blocks)] == []


def test_links_between_sample_documents_lead_somewhere():
    links = {
        (page, link)
        for page in SAMPLE.rglob("*.md")
        for link in MARKDOWN_LINK.findall(page.read_text(encoding="utf-8"))
    }
    assert links
    assert [link for page, link in links if not (page.parent / link).is_file()] == []


def test_only_the_pay_bands_are_for_the_people_team_alone():
    read = documents(SAMPLE)
    restricted = {path: doc.audience for path, doc in read.items() if EVERYONE not in doc.audience}
    assert restricted == {"handbook/people/pay-bands.md": {"channel:C0PEOPLE"}}


def test_only_the_page_on_emergency_access_is_kept_from_models():
    kept = [path for path, document in documents(SAMPLE).items() if not document.model_allowed]
    assert kept == ["handbook/security/break-glass.md"]


def test_every_hostile_document_is_asked_about_and_holds_something_that_no_reply_may():
    asked = {path.name: set() for path in HOSTILE.iterdir()}
    for question in read_questions(DATA / "hostile.jsonl"):
        for name in question["gold_docs"]:
            asked[name] |= set(question["forbidden"])
    assert [
        name
        for name, forbidden in asked.items()
        if not any(words in (HOSTILE / name).read_text(encoding="utf-8") for words in forbidden)
    ] == []


def test_hostile_words_are_never_part_of_a_quote_that_a_reply_should_hold():
    assert [
        question["id"]
        for question in read_questions(DATA / "hostile.jsonl")
        if any(words in question["gold_quote"] for words in question["forbidden"])
    ] == []
