"""Bringing the index up to date with a folder."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from knowledge.access import Place
from knowledge.documents import CannotOpen, UnreadableDocument
from knowledge.embeddings.base import EmbeddingFailed, Encoded
from knowledge.index import Index
from knowledge.retriever import search
from knowledge.sources.rules import BadRules
from knowledge.sync import NoFolder, SyncProgress, SyncReport, holds, lacks_vectors, last_sync
from knowledge.tables import unreadable_files
from knowledge.unreadable import TRIED_AGAIN_AFTER, UnreadableFiles
from knowledge.vectors import drop_vectors, open_vectors
from knowledge.writing import BATCH
from tests.support.knowledge import WordEmbedder, ailments, counts, held, paths, sync, wanted, write

OpenIndex = Callable[..., Index]

PAGES = {
    "oncall/paging.md": "# Paging\n\nThe pager rings for every SEV-1.\n",
    "oncall/rota.md": "# Rota\n\nThe rota changes on Tuesdays.\n\n- Handover is at ten.\n",
    "people/leave.md": "# Leave\n\nEverybody has thirty days of leave.\n",
}
EVERYWHERE = Place.internal("group:hr", "channel:C1", "user:U1")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", PAGES)


def found(index: Index, question: str, place: Place = EVERYWHERE) -> list[str]:
    return paths([hit.stored for hit in search(index, question, place)])


def test_a_first_sync_indexes_every_document(open_index: OpenIndex, docs: Path):
    index = open_index()
    assert last_sync(index) is None
    report = sync(index, docs)
    assert counts(report) == {"added": 3}
    assert str(report).startswith("3 documents (3 added), ")
    assert held(index) == wanted(docs)
    assert ailments(index) == []
    assert last_sync(index) is not None


def test_another_folder_takes_the_first_ones_place_and_that_is_said(
    open_index: OpenIndex, docs: Path, tmp_path: Path
):
    index = open_index()
    assert sync(index, docs).remark == ""
    other = write(tmp_path / "other", {"office.md": "# Office\n\nThe office is in Porto.\n"})
    assert holds(index, docs)
    assert not holds(index, other)
    report = sync(index, other)
    assert counts(report) == {"added": 1, "removed": 3}
    assert report.remark.startswith(f"The index was made from {docs}, and is now of {other}")
    assert held(index) == wanted(other)
    assert holds(index, other)
    assert sync(index, other).remark == ""


def test_a_sync_of_another_folder_that_broke_off_is_due_again_for_both(
    open_index: OpenIndex, docs: Path, tmp_path: Path
):
    index = open_index()
    sync(index, docs)
    other = write(tmp_path / "other", {f"{n}.md": f"# Page {n}\n\nNumber {n}.\n" for n in range(20)})

    def break_off(progress: SyncProgress) -> None:
        if progress.done == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sync(index, other, report=break_off)
    assert not holds(index, docs)
    assert not holds(index, other)


def test_only_what_is_named_is_looked_at(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    before = last_sync(index)
    (docs / "oncall/rota.md").unlink()
    (docs / "people/leave.md").unlink()
    write(docs, {"oncall/paging.md": "# Paging\n\nThe pager is red.\n", "office.md": "# Office\n\nHere.\n"})
    assert counts(sync(index, docs, only=["oncall"])) == {"changed": 1, "removed": 1}
    assert sorted(held(index)) == ["oncall/paging.md", "people/leave.md"]
    assert counts(sync(index, docs, only=["office.md", "people/leave.md"])) == {"added": 1, "removed": 1}
    assert held(index) == wanted(docs)
    assert last_sync(index) == before


def test_a_first_sync_of_a_part_leaves_the_rest_due(open_index: OpenIndex, docs: Path):
    index = open_index()
    assert counts(sync(index, docs, only=["people"])) == {"added": 1}
    assert last_sync(index) is None
    assert not holds(index, docs)


def test_what_is_named_but_is_no_document_is_said(open_index: OpenIndex, docs: Path):
    index = open_index()
    write(docs, {"picture.xyz": ""})
    report = sync(index, docs, only=["picture.xyz"])
    assert [(item.path, item.reason) for item in report.skipped] == [
        ("picture.xyz", "it is ignored, or of a kind that is not read")
    ]
    with pytest.raises(NoFolder, match=r"There is no peple in .*, nor was it in the index"):
        sync(index, docs, only=["peple"])


def test_a_sync_of_a_part_remembers_what_could_not_be_read_elsewhere(open_index: OpenIndex, docs: Path):
    index = open_index()
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    sync(index, docs)
    sync(index, docs, only=["people"])
    with index.engine.connect() as connection:
        assert connection.scalars(select(unreadable_files.c.path)).all() == ["broken.pdf"]


def test_added_changed_moved_and_removed_documents_are_told_apart(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    (docs / "oncall/rota.md").rename(docs / "rota.md")
    (docs / "people/leave.md").unlink()
    write(docs, {"oncall/paging.md": "# Paging\n\nThe pager is silent.\n", "new.md": "# New\n\nNew words.\n"})
    write(docs, {"quiet.md": "# Quiet\n\nNothing changes here.\n"})
    assert counts(sync(index, docs)) == {"added": 2, "changed": 1, "moved": 1, "removed": 1}
    assert held(index) == wanted(docs)
    assert ailments(index) == []
    assert counts(sync(index, docs)) == {"unchanged": 4}


def test_a_moved_document_keeps_its_chunks_and_is_not_embedded_again(open_index: OpenIndex, docs: Path):
    embedder = WordEmbedder()
    index = open_index(embedder)
    sync(index, docs)
    embedder.seen.clear()
    (docs / "oncall/rota.md").rename(docs / "rota.md")
    assert counts(sync(index, docs, "https://docs.example")) == {"moved": 1, "unchanged": 2}
    assert embedder.seen == []
    assert held(index) == wanted(docs, "https://docs.example")


def test_two_documents_that_change_places_are_both_changed(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    (docs / "oncall/rota.md").rename(docs / "spare")
    (docs / "oncall/paging.md").rename(docs / "oncall/rota.md")
    (docs / "spare").rename(docs / "oncall/paging.md")
    assert counts(sync(index, docs)) == {"changed": 2, "unchanged": 1}
    assert held(index) == wanted(docs)
    assert ailments(index) == []


def test_a_second_sync_opens_no_document(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    opened: list[str] = []
    listening = True

    def hear(name: str, arguments: tuple[object, ...]) -> None:
        if listening and name == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(hear)
    report = sync(index, docs)
    looked_at = [name for name in opened if name.startswith(str(docs))]
    opened.clear()
    (docs / "new.md").write_text("# New\n")
    sync(index, docs)
    listening = False
    assert counts(report) == {"unchanged": 3}
    assert set(looked_at) <= {str(docs / ".ragtime.toml"), str(docs / ".ragtimeignore")}
    assert str(docs / "new.md") in opened


def test_a_touched_document_is_looked_at_but_not_embedded_again(open_index: OpenIndex, docs: Path):
    embedder = WordEmbedder()
    index = open_index(embedder)
    sync(index, docs)
    embedder.seen.clear()
    write(docs, {"oncall/paging.md": PAGES["oncall/paging.md"]})
    assert counts(sync(index, docs)) == {"unchanged": 3}
    assert embedder.seen == []


def test_a_rule_changes_who_may_read_without_any_change_of_content(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    assert "people/leave.md" in found(index, "days of leave", Place.internal())
    write(docs, {".ragtime.toml": '[[rule]]\npath = "people/**"\naudience = ["group:hr"]\n'})
    assert counts(sync(index, docs)) == {"changed": 1, "unchanged": 2}
    assert "people/leave.md" not in found(index, "days of leave", Place.internal())
    assert found(index, "days of leave", Place.internal("group:hr"))[0] == "people/leave.md"
    assert held(index) == wanted(docs)
    assert ailments(index) == []
    (docs / ".ragtime.toml").unlink()
    sync(index, docs)
    assert "people/leave.md" in found(index, "days of leave", Place.internal())
    assert ailments(index) == []


def test_a_rule_that_changes_address_or_model_alone_is_taken_over_without_embedding(
    open_index: OpenIndex, docs: Path
):
    embedder = WordEmbedder()
    index = open_index(embedder)
    sync(index, docs)
    embedder.seen.clear()
    rule = '[[rule]]\npath = "people/**"\nmodel = false\nurl = "https://wiki.example/"\n'
    write(docs, {".ragtime.toml": rule})
    assert counts(sync(index, docs)) == {"unchanged": 3}
    assert embedder.seen == []
    assert held(index) == wanted(docs)
    assert held(index)["people/leave.md"][2:4] == ("https://wiki.example/people/leave.md", False)


def test_an_unreadable_document_leaves_the_index_and_is_reported(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    write(docs, {"people/leave.md": "---\naudience: nobody-in-particular\n---\n# Leave\n\nSecret days.\n"})
    report = sync(index, docs)
    assert counts(report) == {"removed": 1, "unchanged": 2}
    assert [item.path for item in report.skipped] == ["people/leave.md"]
    assert "1 skipped" in str(report)
    assert "people/leave.md" not in found(index, "days of leave")
    assert held(index) == wanted(docs)
    assert ailments(index) == []


# An unreadable file is reported each time, and parsed only when it may have become readable.

UNREADABLE = {"broken.pdf": "no PDF", "front.md": "---\ntitle: [\n---\n# Front\n\nWords.\n"}


@pytest.fixture
def parsed(docs: Path) -> Iterator[list[str]]:
    """The names of the documents that are opened in this process."""
    names: list[str] = []
    listening = True

    def hear(name: str, arguments: tuple[object, ...]) -> None:
        if listening and name == "open" and str(arguments[0]).startswith(str(docs)):
            names.append(Path(str(arguments[0])).name)

    sys.addaudithook(hear)
    yield names
    listening = False


def skipped(report: SyncReport) -> dict[str, str]:
    return {item.path: item.reason for item in report.skipped}


def test_an_unchanged_unreadable_file_is_reported_again_without_being_read_again(
    open_index: OpenIndex, docs: Path, parsed: list[str]
):
    index = open_index()
    write(docs, UNREADABLE)
    first = skipped(sync(index, docs))
    assert set(first) == set(UNREADABLE)
    assert "front.md" in parsed
    parsed.clear()
    assert skipped(sync(index, docs)) == first
    assert "front.md" not in parsed
    assert "2 skipped" in str(sync(index, docs))


def test_an_unreadable_file_that_changes_or_that_a_rule_speaks_of_is_read_again(
    open_index: OpenIndex, docs: Path, parsed: list[str]
):
    index = open_index()
    write(docs, UNREADABLE)
    sync(index, docs)
    parsed.clear()
    write(docs, {".ragtime.toml": '[[rule]]\npath = "front.md"\nmodel = false\n'})
    assert set(skipped(sync(index, docs))) == set(UNREADABLE)
    assert "front.md" in parsed
    write(docs, {"front.md": "# Front\n\nThe lamp is mended.\n"})
    assert set(skipped(sync(index, docs))) == {"broken.pdf"}
    assert found(index, "mended lamp")[0] == "front.md"
    (docs / "broken.pdf").unlink()
    assert skipped(sync(index, docs)) == {}
    with index.engine.connect() as connection:
        assert connection.execute(select(unreadable_files)).all() == []
    assert ailments(index) == []


def test_an_unreadable_file_is_tried_again_after_a_day(open_index: OpenIndex, docs: Path, parsed: list[str]):
    index = open_index()
    write(docs, UNREADABLE)
    sync(index, docs)
    with index.engine.begin() as connection:
        connection.execute(
            update(unreadable_files).values(tried_at=unreadable_files.c.tried_at - TRIED_AGAIN_AFTER - 1)
        )
    parsed.clear()
    assert set(skipped(sync(index, docs))) == set(UNREADABLE)
    assert "front.md" in parsed
    parsed.clear()
    sync(index, docs)
    assert "front.md" not in parsed


def test_a_file_that_could_not_be_opened_is_not_held_for_unreadable(open_index: OpenIndex, docs: Path):
    files = UnreadableFiles(open_index().engine, "folder", 1_000)
    files.add("a.md", "stamp", CannotOpen("it cannot be opened: permission denied"))
    files.add("b.md", "stamp", UnreadableDocument("it is damaged"))
    files.save()
    again = UnreadableFiles(files.engine, "folder", 2_000)
    assert again.reason("a.md", "stamp") is None
    assert again.reason("b.md", "stamp") == "it is damaged"
    assert again.reason("b.md", "another") is None


@pytest.mark.parametrize(
    "rules", ["[[rule]]\npath = 3\n", "rule = [", '[[rule]]\npath = "a"\naudience = "x"\n']
)
def test_broken_rules_change_nothing(open_index: OpenIndex, docs: Path, rules: str):
    index = open_index()
    sync(index, docs)
    before = held(index)
    (docs / "people/leave.md").unlink()
    write(docs, {".ragtime.toml": rules, "new.md": "# New\n\nNew.\n"})
    with pytest.raises(BadRules):
        sync(index, docs)
    assert held(index) == before
    assert ailments(index) == []


def test_a_missing_folder_is_an_error_and_empties_nothing(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    before = held(index)
    with pytest.raises(NoFolder, match="correct RAGTIME_DOCS"):
        sync(index, docs.with_name("dosc"))
    assert held(index) == before


def test_an_empty_folder_empties_the_index(open_index: OpenIndex, docs: Path):
    index = open_index()
    sync(index, docs)
    for name in PAGES:
        (docs / name).unlink()
    report = sync(index, docs)
    assert counts(report) == {"removed": 3}
    assert str(report).startswith("0 documents (3 removed)")
    assert held(index) == {}
    assert ailments(index) == []
    assert found(index, "days of leave") == []


def test_a_document_without_words_is_known_all_the_same(open_index: OpenIndex, docs: Path):
    write(docs, {"empty.md": "# Empty\n"})
    index = open_index()
    assert counts(sync(index, docs)) == {"added": 4}
    assert index.count(Place.internal()) == 4
    assert counts(sync(index, docs)) == {"unchanged": 4}
    assert ailments(index) == []


def test_progress_goes_up_to_the_number_of_documents(open_index: OpenIndex, docs: Path):
    told: list[SyncProgress] = []
    sync(open_index(), docs, report=told.append)
    assert [step.done for step in told] == [0, 1, 2, 3]
    assert {step.total for step in told} == {3}
    assert {step.stage for step in told} == {"indexing"}


# A long document is written in slices and served at once.


def long_page(words: str, sections: int = 700) -> str:
    return "# Long\n\n" + "".join(f"## Part {n}\n\nPart {n} has {words}.\n\n" for n in range(sections))


def test_a_long_document_is_embedded_in_slices_and_tells_how_far_it_is(open_index: OpenIndex, docs: Path):
    calls: list[int] = []

    class Counting(WordEmbedder):
        def encode(self, texts: Sequence[str]) -> list[Encoded]:
            calls.append(len(texts))
            return super().encode(texts)

    write(docs, {"long.md": long_page("maple leaves")})
    index = open_index(Counting())
    told: list[SyncProgress] = []
    sync(index, docs, report=told.append)
    assert max(calls) <= BATCH
    steps = [step for step in told if step.stage == "document"]
    assert [step.done for step in steps] == list(range(0, steps[0].total, BATCH))
    assert steps[0].total >= 700
    assert held(index) == wanted(docs)
    assert ailments(index) == []


def test_of_a_long_document_that_changes_only_the_old_version_is_found_until_the_new_one_is_whole(
    open_index: OpenIndex, docs: Path
):
    write(docs, {"long.md": long_page("maple leaves")})
    index = open_index()
    sync(index, docs)
    write(docs, {"long.md": long_page("river stones")})
    seen: list[str] = []

    def look(progress: SyncProgress) -> None:
        if progress.stage == "document":
            hits = search(index, "Part 7 has maple leaves, river stones.", EVERYWHERE, 50)
            seen.extend(hit.stored.chunk.text for hit in hits if hit.stored.document.path == "long.md")

    sync(index, docs, report=look)
    assert seen
    assert all("maple" in passage for passage in seen)
    assert "river" in search(index, "Part 7 has what?", EVERYWHERE)[0].stored.chunk.text


def test_a_long_document_is_changed_and_removed_by_statements_that_each_name_a_few_chunks(
    open_index: OpenIndex, docs: Path
):
    write(docs, {"long.md": long_page("maple leaves")})
    index = open_index()

    @event.listens_for(index.engine, "checkout")
    def few_values(connection: sqlite3.Connection, *_: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 120)

    sync(index, docs)
    write(docs, {"long.md": long_page("river stones")})
    sync(index, docs)
    (docs / "long.md").unlink()
    assert counts(sync(index, docs)) == {"removed": 1, "unchanged": 3}
    assert ailments(index) == []


def test_more_documents_are_removed_than_one_statement_takes(open_index: OpenIndex, tmp_path: Path):
    docs = write(tmp_path / "many", {f"{n}.md": f"# Page {n}\n\nWords of page {n}.\n" for n in range(250)})
    index = open_index()
    sync(index, docs)

    @event.listens_for(index.engine, "checkout")
    def few_values(connection: sqlite3.Connection, *_: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 120)

    for n in range(250):
        (docs / f"{n}.md").unlink()
    assert counts(sync(index, docs)) == {"removed": 250}
    assert ailments(index) == []


# A remote embedder may fail at any time: documents are found by their words then, and the vectors follow.


@pytest.fixture
def remote(open_index: OpenIndex) -> tuple[Index, WordEmbedder]:
    embedder = WordEmbedder("remote", 32, reads=False, remote=True)
    return open_index(embedder, reader=WordEmbedder()), embedder


def test_a_first_sync_without_its_embedder_takes_all_documents_in_by_their_words(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    embedder.fail_after = 0
    report = sync(index, docs)
    assert counts(report) == {"added": 3}
    assert report.lacking.startswith("Vectors are missing: remote did not embed. Until")
    assert held(index) == wanted(docs)
    assert holds(index, docs)
    assert lacks_vectors(index)
    assert found(index, "days of leave") == ["people/leave.md"]
    embedder.fail_after = None
    report = sync(index, docs)
    assert (counts(report), report.lacking) == ({"unchanged": 3}, "")
    assert not lacks_vectors(index)
    assert len(embedder.seen) == 3
    assert ailments(index) == []


def test_while_a_remote_embedder_works_documents_are_found_and_that_it_is_not_done_is_known(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, _ = remote

    def break_off(progress: SyncProgress) -> None:
        if progress.stage == "embedding":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sync(index, docs, report=break_off)
    assert holds(index, docs)
    assert lacks_vectors(index)
    assert found(index, "days of leave") == ["people/leave.md"]
    assert not sync(index, docs).lacking
    assert not lacks_vectors(index)
    assert ailments(index) == []


def test_what_changes_while_the_embedder_fails_is_found_as_it_is(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    sync(index, docs)
    write(docs, {"new.md": "# New\n\nNew words.\n", "oncall/paging.md": "# Paging\n\nOther words.\n"})
    embedder.fail_after = len(embedder.seen)
    assert counts(sync(index, docs)) == {"added": 1, "changed": 1, "unchanged": 2}
    assert set(found(index, "other words")) == {"new.md", "oncall/paging.md"}
    assert held(index) == wanted(docs)
    assert counts(sync(index, docs)) == {"unchanged": 4}
    embedder.fail_after = None
    sync(index, docs)
    assert len(embedder.seen) == 3 + 2
    assert ailments(index) == []


def test_where_the_embedder_fails_within_a_long_document_it_goes_on_there(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    write(docs, {"long.md": long_page("maple leaves")})
    embedder.fail_after = 2 * BATCH
    assert sync(index, docs).lacking
    assert held(index) == wanted(docs)
    assert len(open_vectors(index.chroma, "remote").ids()) == 2 * BATCH
    assert found(index, "Which part has maple leaves?") == ["long.md"]
    embedder.fail_after = None
    sync(index, docs)
    assert len(embedder.seen) == sum(len(page[4]) for page in held(index).values())
    assert ailments(index) == []


def test_a_document_narrowed_while_the_embedder_fails_is_out_of_service_at_once(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    sync(index, docs)
    write(docs, {"people/leave.md": "---\naudience: group:hr\n---\n" + PAGES["people/leave.md"]})
    (docs / "oncall/rota.md").unlink()
    embedder.fail_after = 0
    assert sync(index, docs).lacking
    assert found(index, "days of leave or the pager", Place.internal()) == ["oncall/paging.md"]
    assert found(index, "the rota changes on Tuesdays, the pager never") == ["oncall/paging.md"]
    assert found(index, "days of leave", Place.internal("group:hr"))[0] == "people/leave.md"
    embedder.fail_after = None
    sync(index, docs)
    assert ailments(index) == []


# A sync that breaks off in the middle, for whatever reason.


def test_a_narrowing_taken_back_before_it_was_complete_is_complete_after_the_next_sync(
    open_index: OpenIndex, docs: Path
):
    embedder = WordEmbedder()
    index = open_index(embedder)
    sync(index, docs)
    rules = docs / ".ragtime.toml"
    rules.write_text('[[rule]]\npath = "people/**"\naudience = "group:hr"\n')
    embedder.fail_after = len(embedder.seen)
    with pytest.raises(EmbeddingFailed):
        sync(index, docs)
    embedder.fail_after = None
    rules.unlink()
    sync(index, docs)
    assert found(index, "days of leave", Place.internal())[0] == "people/leave.md"
    assert held(index) == wanted(docs)
    assert ailments(index) == []


# Another embedder makes the index anew.


def test_another_embedder_makes_the_index_anew_and_the_old_vectors_go(open_index: OpenIndex, docs: Path):
    old, new = WordEmbedder("old"), WordEmbedder("new", 32, reads=False)
    sync(open_index(old), docs)
    index = open_index(new, old, reader=old)
    told: list[SyncProgress] = []
    assert counts(sync(index, docs, report=told.append)) == {"unchanged": 3}
    assert "embedding" in {step.stage for step in told}
    assert len(new.seen) == 3
    assert ailments(index) == []
    assert {collection.name for collection in index.chroma.list_collections()} == {
        "everyone-new",
        "restricted-new",
    }


def test_vectors_that_are_lost_are_made_anew_and_only_those(open_index: OpenIndex, docs: Path):
    embedder = WordEmbedder("only")
    index = open_index(embedder)
    sync(index, docs)
    vectors = open_vectors(index.chroma, "only")
    vectors.remove([min(vectors.ids())])
    assert counts(sync(index, docs)) == {"unchanged": 3}
    assert len(embedder.seen) == 4
    drop_vectors(index.chroma, "only")
    assert counts(sync(index, docs)) == {"unchanged": 3}
    assert held(index) == wanted(docs)
    assert ailments(index) == []


def test_the_old_vectors_serve_until_the_new_ones_are_complete(open_index: OpenIndex, docs: Path):
    old, new = WordEmbedder("old"), WordEmbedder("new", 32, reads=False)
    sync(open_index(old), docs)
    index = open_index(new, old, reader=old)
    served: list[tuple[str, float]] = []

    def look(progress: SyncProgress) -> None:
        if progress.stage == "embedding":
            hit = search(index, "The rota changes on Tuesdays.", Place.internal())[0]
            with index.engine.connect() as connection:
                serving = index.in_service(connection)
            assert serving is not None
            served.append((serving[1].name, hit.dense))

    sync(index, docs, report=look)
    assert [name for name, _ in served] == ["old"]
    assert served[0][1] > 0.5


def test_a_broken_off_switch_goes_on_where_it_was(open_index: OpenIndex, tmp_path: Path):
    docs = write(tmp_path / "many", {f"{n:03}.md": f"# Page {n}\n\nWords of {n}.\n" for n in range(300)})
    old, new = WordEmbedder("old"), WordEmbedder("new", 32, fail_after=290, reads=False)
    sync(open_index(old), docs)
    index = open_index(new, old, reader=old)
    assert sync(index, docs).lacking
    done = len(new.seen)
    assert 0 < done < 300
    assert found(index, "words of page 7")
    new.fail_after = None
    sync(index, docs)
    assert len(new.seen) == 300
    assert ailments(index) == []


def test_a_switch_that_fails_still_takes_removed_and_narrowed_documents_out(
    open_index: OpenIndex, docs: Path
):
    old, new = WordEmbedder("old"), WordEmbedder("new", 32, fail_after=0, reads=False)
    sync(open_index(old), docs)
    index = open_index(new, old, reader=old)
    (docs / "oncall/rota.md").unlink()
    write(docs, {"people/leave.md": "---\naudience: group:hr\n---\n" + PAGES["people/leave.md"]})
    assert sync(index, docs).lacking
    assert found(index, "rota Tuesdays leave days pager", Place.internal()) == ["oncall/paging.md"]
    new.fail_after = None
    sync(index, docs)
    assert held(index) == wanted(docs)
    assert ailments(index) == []


def test_a_switch_broken_off_and_taken_up_much_later_leaves_no_ghosts(open_index: OpenIndex, tmp_path: Path):
    docs = write(tmp_path / "many", {f"{n:03}.md": f"# Page {n}\n\nWords of {n}.\n" for n in range(300)})
    old, new = WordEmbedder("old"), WordEmbedder("new", 32, fail_after=290, reads=False)
    first = open_index(old)
    sync(first, docs)
    index = open_index(new, old, reader=old)
    assert sync(index, docs).lacking
    for n in range(20):
        (docs / f"{n:03}.md").unlink()
    sync(first, docs)
    new.fail_after = None
    sync(index, docs)
    assert len(open_vectors(index.chroma, "new").ids()) == 280
    assert ailments(index) == []


# Anything may happen between two syncs.

WORDS = ("pager", "rota", "leave", "ticket", "badge", "lamp", "desk", "river", "cloud", "maple", "ferry")
FRONT = (
    "",
    "",
    "---\naudience: group:hr\n---\n",
    "---\naudience: external\n---\n",
    "---\nmodel: false\n---\n",
)


def any_page(chance: random.Random) -> str:
    sections = [
        f"## {chance.choice(WORDS).title()}\n\n"
        + " ".join(chance.choices(WORDS, k=chance.randint(3, 60)))
        + ".\n"
        for _ in range(chance.randint(0, 3))
    ]
    return chance.choice(FRONT) + f"# {chance.choice(WORDS).title()}\n\n" + "\n".join(sections)


def happen(docs: Path, chance: random.Random) -> None:
    """One of the things that people do with documents."""
    pages = sorted(docs.rglob("*.md"))
    name = f"{chance.choice(('', 'people/', 'oncall/'))}{chance.choice(WORDS)}.md"
    action = chance.choice(("add", "add", "edit", "move", "remove", "rule", "unreadable", "touch"))
    if action == "add" or not pages:
        write(docs, {name: any_page(chance)})
    elif action == "edit":
        chance.choice(pages).write_text(any_page(chance))
    elif action == "move":
        (docs / name).parent.mkdir(exist_ok=True)
        chance.choice(pages).rename(docs / name)
    elif action == "remove":
        chance.choice(pages).unlink()
    elif action == "unreadable":
        chance.choice(pages).write_text("---\naudience: [\n---\n# Broken\n")
    elif action == "touch":
        chance.choice(pages).touch()
    else:
        audience = chance.choice(("everyone", "group:hr", "channel:C1"))
        write(docs, {".ragtime.toml": f'[[rule]]\npath = "people/**"\naudience = "{audience}"\n'})


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("remote", [False, True])
def test_after_any_changes_the_index_is_what_a_fresh_one_would_be(
    open_index: OpenIndex, tmp_path: Path, seed: int, remote: bool
):
    chance = random.Random(seed)
    docs = tmp_path / "docs"
    docs.mkdir()
    embedder = WordEmbedder(remote=remote, reads=not remote)
    reader = WordEmbedder() if remote else embedder
    index = open_index(embedder, reader=reader)
    lacked = 0
    for _ in range(12):
        for _ in range(chance.randint(1, 6)):
            happen(docs, chance)
        # Every now and then the embedder gives up in the middle.
        embedder.fail_after = chance.choice((None, len(embedder.seen) + chance.randint(0, 2)))
        try:
            if sync(index, docs).lacking:
                lacked += 1
                assert held(index) == wanted(docs)
                embedder.fail_after = None
                sync(index, docs)
        except EmbeddingFailed:
            assert not remote
            embedder.fail_after = None
            sync(index, docs)
        embedder.fail_after = None
        assert held(index) == wanted(docs)
        assert ailments(index) == []
    # Where the reader fails, too, a sync breaks off instead.
    assert bool(lacked) == remote
    fresh = open_index(embedder, home="fresh", reader=reader)
    sync(fresh, docs)
    assert held(index) == held(fresh)


# What may not be sent to a model is not sent to a remote embedder either.

KEPT = '[[rule]]\npath = "people/**"\nmodel = false\n'


def sent_about_leave(embedder: WordEmbedder) -> int:
    return sum("thirty days of leave" in text for text in embedder.seen)


def test_a_document_kept_from_models_is_found_by_its_words_and_never_sent(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    write(docs, {".ragtime.toml": KEPT})
    sync(index, docs)
    assert sent_about_leave(embedder) == 0
    assert found(index, "days of leave")[0] == "people/leave.md"
    assert ailments(index) == []


def test_a_document_is_sent_once_it_may_be_and_its_vectors_go_once_it_may_not(
    remote: tuple[Index, WordEmbedder], docs: Path
):
    index, embedder = remote
    rules = write(docs, {".ragtime.toml": KEPT}) / ".ragtime.toml"
    sync(index, docs)
    rules.unlink()
    assert counts(sync(index, docs)) == {"changed": 1, "unchanged": 2}
    assert sent_about_leave(embedder) == 1
    assert ailments(index) == []
    embedder.seen.clear()
    write(docs, {".ragtime.toml": KEPT})
    assert counts(sync(index, docs)) == {"changed": 1, "unchanged": 2}
    assert sent_about_leave(embedder) == 0
    assert ailments(index) == []
    assert found(index, "days of leave")[0] == "people/leave.md"


def test_a_switch_to_a_remote_embedder_sends_no_document_kept_from_models(open_index: OpenIndex, docs: Path):
    local, embedder = WordEmbedder(), WordEmbedder("remote", 32, reads=False, remote=True)
    write(docs, {".ragtime.toml": KEPT})
    sync(open_index(local), docs)
    index = open_index(embedder, local, reader=local)
    sync(index, docs)
    assert embedder.seen
    assert sent_about_leave(embedder) == 0
    assert ailments(index) == []
