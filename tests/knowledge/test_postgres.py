"""The index with its registry and its words in PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from knowledge import tables
from knowledge.access import Place
from knowledge.database import CONNECTIONS, exclusive, migrate, open_database
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from knowledge.lexical import postgres as on_postgres
from knowledge.retriever import search
from knowledge.sync import sync_folder
from tests.support.knowledge import WordEmbedder, ailments, counts, held, paths, sync, wanted, write

OpenIndex = Callable[..., Index]

SAMPLE = Path(__file__).parents[2] / "knowledge" / "sample"
PAGES = {
    "oncall/paging.md": "# Paging\n\nThe pager rings for every SEV-1.\n",
    "people/leave.md": "# Leave\n\nEverybody has thirty days of leave.\n",
    "people/pay.md": "---\naudience: group:hr\n---\n# Pay\n\nPay day is the last Friday.\n",
}


@pytest.fixture
def index(open_index: OpenIndex, postgres: str) -> Index:
    return open_index(database=postgres)


def test_documents_are_added_changed_moved_and_removed(index: Index, tmp_path: Path):
    docs = write(tmp_path / "docs", PAGES)
    assert counts(sync(index, docs)) == {"added": 3}
    write(docs, {"people/leave.md": "# Leave\n\nEverybody has forty days of leave.\n"})
    (docs / "oncall/paging.md").rename(docs / "paging.md")
    (docs / "people/pay.md").unlink()
    assert counts(sync(index, docs)) == {"changed": 1, "moved": 1, "removed": 1}
    assert held(index) == wanted(docs)
    assert ailments(index) == []
    assert (
        paths([hit.stored for hit in search(index, "forty days", Place.internal())])[0] == "people/leave.md"
    )


def test_a_place_finds_only_what_may_be_read_there(index: Index, tmp_path: Path):
    sync(index, write(tmp_path / "docs", PAGES))

    def found(place: Place) -> list[str]:
        return paths([hit.stored for hit in search(index, "when is pay day?", place)])

    assert found(Place.internal("group:hr"))[0] == "people/pay.md"
    assert "people/pay.md" not in found(Place.internal())


def test_processes_that_start_together_migrate_once(postgres: str):
    changed: list[bool] = []

    def start() -> None:
        engine = open_database(postgres)
        changed.append(migrate(engine, tables.HISTORY, "knowledge"))
        engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(changed) == 2
    assert any(changed)


def test_a_process_of_the_version_before_starts_beside_a_newer_one(postgres: str):
    engine = open_database(postgres)
    migrate(engine, tables.HISTORY, "knowledge")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version_knowledge SET version_num = 'of tomorrow'"))
    assert not migrate(engine, tables.HISTORY, "knowledge")
    engine.dispose()


def test_one_process_at_a_time_syncs_and_notices_when_its_lock_is_lost(postgres: str):
    one, other = open_database(postgres), open_database(postgres)

    def give_up() -> None:
        raise TimeoutError

    with exclusive(one, "sync", give_up) as held:
        held()
        with pytest.raises(TimeoutError), exclusive(other, "sync", give_up):
            pass
        with other.connect() as connection:
            holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            assert connection.scalar(text(holder))
        with exclusive(other, "sync", lambda: None), pytest.raises(OperationalError):
            held()
    one.dispose()
    other.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_names(postgres: str):
    engine = open_database(postgres)
    migrate(engine, tables.HISTORY, "knowledge")
    metadata = [tables.metadata, on_postgres.METADATA]
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": "alembic_version_knowledge"}
        )
        assert compare_metadata(context, metadata) == []  # pyright: ignore[reportArgumentType]
    engine.dispose()


def test_words_rank_as_they_do_in_sqlite(open_index: OpenIndex, postgres: str, minilm: MiniLM):
    """The same formula over the same words: the best passages are the same, their scores nearly so."""
    questions = [
        "How many days of leave do I get?",
        "Who do I ask for GPU time?",
        "what kinds of fine-tuning are there",
        "How fast must I acknowledge a page?",
    ]
    embedder = WordEmbedder()
    here, there = open_index(embedder, home="here"), open_index(embedder, home="there", database=postgres)
    for index in (here, there):
        sync_folder(index, SAMPLE, None, lambda _: None)
    for question in questions:
        one, other = search(here, question, Place.internal()), search(there, question, Place.internal())
        assert paths([hit.stored for hit in one]) == paths([hit.stored for hit in other])
        assert [hit.lexical for hit in other] == pytest.approx([hit.lexical for hit in one], rel=0.05)


def test_connections_that_a_rush_needed_are_kept_for_the_next(postgres: str):
    engine = open_database(postgres)

    def rush() -> set[int]:
        """The server's processes behind as many connections at once as there may be."""
        with ExitStack() as stack:
            connections = [stack.enter_context(engine.connect()) for _ in range(CONNECTIONS)]
            return {connection.scalar(text("SELECT pg_backend_pid()")) for connection in connections}

    assert rush() == rush()
    engine.dispose()
