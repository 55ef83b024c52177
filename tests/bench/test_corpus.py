"""Generated documents: the same each time, of the size asked for, restricted as said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from knowledge.access import audience_key, may_read
from knowledge.chunk import chunk
from knowledge.sources.folder import FoundFile, load, walk
from knowledge.sources.rules import load_rules
from tests.bench.corpus import Writer
from tests.bench.large import AUDIENCES, PLACE, write_corpus

SIZE = 900


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory):
    root: Path = tmp_path_factory.mktemp("corpus")
    write_corpus(root, SIZE)
    rules = load_rules(root)
    return [load(root, file, rules) for file in walk(root) if isinstance(file, FoundFile)]


def test_the_same_seed_writes_the_same_documents():
    assert list(Writer().documents(20)) == list(Writer().documents(20))


def test_another_seed_writes_others():
    assert list(Writer().documents(20)) != list(Writer(seed=1).documents(20))


def test_the_corpus_has_about_the_chunks_asked_for(documents):
    count = sum(len(chunk(document.title, document.blocks)) for document in documents)
    assert count == pytest.approx(SIZE, rel=0.02)


def test_generated_documents_hold_lists_and_tables(documents):
    kinds = Counter(block.kind for d in documents if d.path.startswith("generated") for block in d.blocks)
    assert min(kinds[kind] for kind in ("heading", "paragraph", "list_item", "table_row")) > 50


def test_a_tenth_of_the_generated_documents_is_restricted_and_the_place_sees_one_kind(documents):
    generated = [document for document in documents if document.path.startswith("generated")]
    restricted = [document for document in generated if "everyone" not in document.audience]
    assert len(restricted) == len(generated) // 10
    seen = {audience_key(d.audience) for d in restricted if may_read(d.audience, PLACE)}
    assert seen == {audience_key(AUDIENCES[0])}
