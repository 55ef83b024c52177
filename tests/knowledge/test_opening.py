"""One process owns a home."""

from __future__ import annotations

import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from knowledge.access import Place
from knowledge.database import open_database
from knowledge.embeddings.choice import EmbedderSettings
from knowledge.home import HomeInUse, HomeUnusable, own
from knowledge.opening import forget_vectors, open_index
from knowledge.retriever import search
from knowledge.vectors import open_vectors
from tests.support.forks import FORKS
from tests.support.knowledge import close, home_with_model, opened, sync, write


def hold(home: Path, taken: Connection) -> None:
    """Takes a home, says so, and keeps it."""
    lock = own(home)
    taken.send(lock.is_locked)
    signal.pause()


@contextmanager
def owner(home: Path) -> Iterator[BaseProcess]:
    """A process that has taken a home, until it is ended."""
    ours, its = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=hold, args=(home, its), daemon=True)
    process.start()
    its.close()
    assert ours.recv()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def test_a_second_process_is_refused_in_words(tmp_path: Path):
    with owner(tmp_path / "home"), pytest.raises(HomeInUse) as caught:
        own(tmp_path / "home")
    assert str(caught.value) == f"{tmp_path / 'home'} is in use by another Ragtime process"


def test_a_home_can_be_taken_again_after_its_owner_was_killed(tmp_path: Path):
    with owner(tmp_path / "home") as process:
        process.kill()
        process.join()
        own(tmp_path / "home").release()


def test_a_home_can_be_taken_again_once_it_is_released(tmp_path: Path):
    own(tmp_path / "home").release()
    with owner(tmp_path / "home"):
        pass


def test_a_home_that_cannot_be_made_is_said_in_words(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(HomeUnusable, match="set RAGTIME_HOME to another folder"):
        own(tmp_path / "file" / "home")


def test_a_home_that_is_made_is_for_its_user_alone(tmp_path: Path):
    (tmp_path / "shared").mkdir(mode=0o750)
    for name, mode in (("new", 0o700), ("shared", 0o750)):
        own(tmp_path / name).release()
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == mode


def test_two_homes_have_two_owners(tmp_path: Path):
    with owner(tmp_path / "one"):
        own(tmp_path / "other").release()


def test_an_index_is_opened_again_with_what_it_held(tmp_path: Path, model_folder: Path):
    home = home_with_model(tmp_path / "home", model_folder)
    docs = write(tmp_path / "docs", {"a.md": "# Pager\n\nThe pager is red.\n"})
    for _ in range(2):
        engine = open_database(f"sqlite:///{home / 'ragtime.db'}")
        index = open_index(home, engine, None, EmbedderSettings())
        sync(index, docs)
        hits = search(index, "What colour has the pager?", Place.internal())
        assert [hit.stored.chunk.text for hit in hits] == ["The pager is red."]
        close(index)


def test_vectors_that_are_forgotten_are_made_anew_by_the_next_sync(tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"leave.md": "# Leave\n\nEverybody has thirty days of leave.\n"})
    with opened(tmp_path / "home") as index:
        sync(index, docs)
        made = open_vectors(index.chroma, index.embedder.name).ids()
        assert made
        forget_vectors(index.engine, tmp_path / "home", None)
        assert open_vectors(index.chroma, index.embedder.name).ids() == set()
        sync(index, docs)
        assert open_vectors(index.chroma, index.embedder.name).ids() == made
