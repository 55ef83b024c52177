"""The peer: reads what we read, splits as the tutorial does, and finds it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.embeddings.minilm import MiniLM
from tests.bench.large import SAMPLE
from tests.bench.peer import CHUNK_SIZE, index_folder, load_documents, open_store, split


def test_the_peer_reads_every_sample_document():
    files = {path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file()}
    assert {document.metadata["source"] for document in load_documents(SAMPLE)} == files


def test_the_peers_chunks_are_no_longer_than_the_tutorials():
    lengths = [len(chunk.page_content) for chunk in split(load_documents(SAMPLE))]
    assert CHUNK_SIZE / 2 < max(lengths) <= CHUNK_SIZE


@pytest.mark.filterwarnings("ignore")
def test_the_peer_finds_what_it_indexed(tmp_path: Path, minilm: MiniLM):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "leave.md").write_text("# Leave\n\nYou have 25 days of paid holiday a year.\n")
    (docs / "paging.md").write_text("# Paging\n\nThe on-call engineer is paged when the database is down.\n")
    store = open_store(tmp_path / "store", minilm)
    assert index_folder(docs, store) == 2
    assert store.similarity_search("How long is my vacation?", k=1)[0].metadata["source"] == "leave.md"
