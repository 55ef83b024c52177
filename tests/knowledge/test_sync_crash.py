"""A sync that is killed anywhere is completed by the next one."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from knowledge.access import Place
from knowledge.retriever import search
from tests.support.knowledge import (
    WordEmbedder,
    ailments,
    counts,
    held,
    opened,
    sync,
    wanted,
    write,
)
from tests.support.syncing import start_sync

PAGES = 24


def page(number: int, edition: int) -> str:
    audience = ("", "---\naudience: group:hr\n---\n")[(number + edition) % 3 == 0]
    sections = "\n".join(
        f"## Part {part}\n\nEdition {edition} of page {number}, part {part}, says this.\n"
        for part in range(3)
    )
    return f"{audience}# Page {number}\n\n{sections}"


def change(docs: Path, edition: int, chance: random.Random) -> None:
    """Edits, adds, moves and removes a few documents."""
    pages = sorted(docs.glob("*.md"))
    for number in chance.sample(range(PAGES), 8):
        write(docs, {f"{number:02}.md": page(number, edition)})
    for file in chance.sample(pages, 2):
        file.rename(docs / f"moved-{edition}-{file.name}")
    chance.choice(sorted(docs.glob("moved-*.md"))).unlink()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return write(tmp_path / "docs", {f"{n:02}.md": page(n, 0) for n in range(PAGES)})


def assert_complete(home: Path, docs: Path, embedder: WordEmbedder) -> None:
    with opened(home, embedder) as index:
        sync(index, docs)
        assert held(index) == wanted(docs)
        assert ailments(index) == []
        assert set(counts(sync(index, docs))) == {"unchanged"}


@pytest.mark.parametrize("seed", [1, 2])
def test_after_kills_at_any_step_and_moment_the_index_is_what_a_fresh_one_would_be(
    tmp_path: Path, docs: Path, seed: int
):
    chance = random.Random(seed)
    home = tmp_path / "home"
    kills = 0
    for edition in range(1, 7):
        process = start_sync(home, docs, die_at=chance.randint(1, 40) if edition % 2 else None)
        if edition % 2 == 0:
            process.join(chance.uniform(0.05, 0.8))
            process.kill()
        process.join()
        kills += process.exitcode == -signal.SIGKILL
        change(docs, edition, chance)
    assert kills >= 3
    assert_complete(home, docs, WordEmbedder())


def test_at_each_step_a_document_is_as_it_was_or_as_it_is(tmp_path: Path):
    docs = write(tmp_path / "docs", {"a.md": page(1, 0), "b.md": page(2, 0)})
    home = tmp_path / "home"
    start_sync(home, docs).join()
    old = wanted(docs)
    write(docs, {"a.md": page(1, 1), "c.md": page(3, 1)})
    (docs / "b.md").unlink()
    new = wanted(docs)
    seen: set[str] = set()
    for step in range(4, 60, 5):
        process = start_sync(home, docs, die_at=step)
        process.join()
        with opened(home) as index:
            hits = search(index, "edition page part says", Place.internal("group:hr"), 50)
        found: dict[str, set[str]] = {}
        for hit in hits:
            found.setdefault(hit.stored.document.path, set()).add(hit.stored.chunk.embedding_text)
        for path, texts in found.items():
            assert texts in [set(pages[path][4]) for pages in (old, new) if path in pages]
        seen.add(min(found["a.md"]).split("Edition ")[1][0])
        if process.exitcode != -signal.SIGKILL:
            break
    else:
        pytest.fail("the sync never came to its end")
    assert seen == {"0", "1"}
    assert_complete(home, docs, WordEmbedder())


def test_a_sync_killed_within_a_long_document_leaves_the_old_version_until_the_next_one(tmp_path: Path):
    def long_page(words: str) -> str:
        return "# Long\n\n" + "".join(f"## Part {n}\n\nIt has {words}.\n\n" for n in range(700))

    docs = write(tmp_path / "docs", {"long.md": long_page("maple leaves")})
    home = tmp_path / "home"
    start_sync(home, docs).join()
    old = wanted(docs)
    write(docs, {"long.md": long_page("river stones")})
    beside: list[int] = []
    # Each chunk is a step: within the second and the third slice, and in the switch to the new version.
    for step in (300, 620, 745):
        process = start_sync(home, docs, die_at=step)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        with opened(home) as index:
            hits = search(index, "It has maple leaves, river stones.", Place.internal(), 50)
            assert hits
            assert {hit.stored.chunk.embedding_text for hit in hits} <= set(old["long.md"][4])
            beside.append(len(held(index)["long.md"][4]) - len(old["long.md"][4]))
    assert beside == [256, 512, 700]
    assert_complete(home, docs, WordEmbedder())


def test_a_switch_of_embedders_that_is_killed_goes_on_and_leaves_one_kind_of_vectors(
    tmp_path: Path, docs: Path
):
    home = tmp_path / "home"
    start_sync(home, docs).join()
    kills = 0
    for step in (6, 12, 30):
        process = start_sync(home, docs, embedder="other", die_at=step)
        process.join()
        kills += process.exitcode == -signal.SIGKILL
        change(docs, step, random.Random(step))
    assert kills >= 2
    assert_complete(home, docs, WordEmbedder("other"))
    with opened(home) as index:
        names = {collection.name for collection in index.chroma.list_collections()}
    assert names == {"everyone-other", "restricted-other"}
