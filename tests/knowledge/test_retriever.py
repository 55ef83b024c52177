"""Search, with the real model: what is found, in which order, and never where it may not be read."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api import ClientAPI

from knowledge import retriever
from knowledge.access import Place
from knowledge.embeddings.base import Encoded
from knowledge.embeddings.minilm import MiniLM
from knowledge.find import find_documents
from knowledge.index import Index
from knowledge.retriever import Hit, Retriever, search
from knowledge.vectors import Vectors, drop_vectors, open_vectors
from tests.support.knowledge import WordEmbedder, close, index_in, paths, sync, write

# Each restricted page would win for its question; the open ones are what is left to find.
PAGES = {
    "open/pay.md": "# Pay\n\nPay is sent on the last working day of the month.\n",
    "open/leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n",
    "open/oncall.md": "# On call\n\nThe person on call carries the pager.\n\n- The pager is red.\n",
    "hr/bands.md": "---\naudience: group:hr\n---\n# Pay bands\n\nThe pay band of a senior engineer is B7.\n",
    "hr/cuts.md": "---\naudience: [group:hr, channel:C0BOARD]\n---\n# Pay cuts\n\nPay is cut in May.\n",
    "own/review.md": "---\naudience: user:U1\n---\n# Pay review\n\nYour pay review is on Friday.\n",
    "ext/api.md": "---\naudience: external\n---\n# API keys\n\nPartners get API keys from the portal.\n",
}
QUESTIONS = (
    "What is the pay band of a senior engineer?",
    "Will pay be cut?",
    "When is my pay review?",
    "pay",
)
PLACES = {
    "a channel": (Place.internal("channel:C1"), {"open", "ext"}),
    "the people team's group": (Place.internal("group:hr"), {"open", "ext", "hr"}),
    "a person's messages": (Place.internal("user:U1"), {"open", "ext", "own"}),
    "a channel shared with another company": (Place.shared("channel:C9"), {"ext"}),
    "nowhere": (Place(frozenset()), set[str]()),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("search")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def found(index: Index, question: str, place: Place, limit: int = 10) -> list[str]:
    return paths([hit.stored for hit in search(index, question, place, limit)])


def test_a_place_with_paths_uses_only_documents_below_them(index: Index):
    hr = Place.internal("group:hr")
    for paths_used, expected in ((("hr/**",), {"hr"}), (("hr/", "/open/pay.md"), {"hr", "open"}), ((), None)):
        place = replace(hr, paths=paths_used)
        for question in QUESTIONS:
            folders = {path.split("/")[0] for path in found(index, question, place)}
            assert folders == (expected or {"open", "ext", "hr"}), question
    narrow = replace(hr, paths=("/open/pay.md",))
    assert set(found(index, "How many holidays do I get?", narrow)) == {"open/pay.md"}
    assert index.count(narrow) == 1
    assert [ref.path for ref in find_documents(index, narrow, "leave pay band", 10)] == ["open/pay.md"]
    assert [ref.path for ref in find_documents(index, narrow, "", 10)] == ["open/pay.md"]


def test_paths_never_widen_what_may_be_read(index: Index):
    assert found(index, QUESTIONS[0], Place(frozenset({"everyone"}), ("hr/**",))) == []


def test_the_best_passage_comes_first(index: Index):
    hits = search(index, "How many holidays do I get?", Place.internal())
    assert hits[0].stored.document.path == "open/leave.md"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].dense > 0
    assert 0 < hits[0].late <= 1.001


def test_words_alone_are_found_that_the_model_does_not_know(index: Index):
    hit = search(index, "B7", Place.internal("group:hr"))[0]
    assert hit.stored.document.path == "hr/bands.md"
    assert hit.lexical > 0


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_place_is_shown_only_what_all_its_readers_may_see(index: Index, name: str, question: str):
    place, folders = PLACES[name]
    allowed = {path for path in PAGES if path.split("/")[0] in folders}
    assert set(found(index, question, place)) == allowed
    assert set(found(index, question, place, limit=1)) <= allowed
    assert {document.path for document in find_documents(index, place, question, 20)} <= allowed
    assert {document.path for document in find_documents(index, place, "", 20)} == allowed
    assert index.count(place) == len(allowed)


@pytest.mark.parametrize("name", PLACES)
def test_each_search_filters_by_itself(index: Index, name: str):
    place, folders = PLACES[name]
    allowed = {path for path in PAGES if path.split("/")[0] in folders}
    with index.engine.connect() as connection:
        audiences = index.audiences(connection, place)
        serving = index.in_service(connection)
        assert serving is not None
        vectors, embedder = serving
        everything = set(vectors.ids())
        for question in QUESTIONS:
            by_words = retriever.lexical.search(connection, question, audiences, 50)
            nearest = vectors.search(embedder.encode([question])[0].vector, audiences, 50)
            for hits in (by_words, nearest):
                ids = [chunk_id for chunk_id, _ in hits]
                assert set(paths(list(index.load(connection, ids, audiences).values()))) <= allowed
                assert len(index.load(connection, ids, audiences)) == len(ids)
        # The last look lets nothing through that a search might bring by mistake.
        assert set(paths(list(index.load(connection, everything, audiences).values()))) == allowed


def test_the_restricted_page_wins_where_it_may_be_read(index: Index):
    assert found(index, QUESTIONS[0], PLACES["the people team's group"][0])[0] == "hr/bands.md"
    assert found(index, QUESTIONS[1], Place.internal("channel:C0BOARD"))[0] == "hr/cuts.md"
    assert found(index, QUESTIONS[2], PLACES["a person's messages"][0])[0] == "own/review.md"


def test_vectors_stay_open_between_searches_and_are_opened_again_where_they_were_replaced(
    open_index: Callable[..., Index], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    index, everyone, opened = open_index(), Place.internal(), []
    sync(index, write(tmp_path / "docs", {"oncall.md": PAGES["open/oncall.md"]}))

    def open_and_count(client: ClientAPI, embedder: str) -> Vectors:
        opened.append(embedder)
        return open_vectors(client, embedder)

    monkeypatch.setattr("knowledge.index.open_vectors", open_and_count)
    index.let_go()
    hit, *_ = [hit for _ in range(3) for hit in search(index, "on call", everyone)]
    assert opened == ["words"]
    # As another process does that takes another embedder, and then this one again.
    drop_vectors(index.chroma, "words")
    vector = WordEmbedder().encode(["on call"])[0].vector
    open_vectors(index.chroma, "words").add([hit.stored.id], vector[None], ["everyone"])
    (again,) = search(index, "on call", everyone)
    assert again.dense == pytest.approx(1.0, abs=1e-5) != hit.dense
    assert opened == ["words"] * 2


@dataclass
class Watched(WordEmbedder):
    """Notes how many use it at once. Where they meet, each waits until so many do."""

    meet: threading.Barrier | None = None
    now: int = 0
    most: int = 0
    counting: Any = field(default_factory=threading.Lock)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        with self.counting:
            self.now += 1
            self.most = max(self.most, self.now)
        if self.meet:
            self.meet.wait()
        time.sleep(0.01)
        with self.counting:
            self.now -= 1
        return super().encode(texts)


@pytest.mark.parametrize(("remote", "expected"), [(False, 1), (True, 4)])
def test_searches_take_turns_unless_a_server_is_waited_for(
    open_index: Callable[..., Index], tmp_path: Path, remote: bool, expected: int
):
    embedder = Watched(remote=remote)
    index = open_index(embedder)
    sync(index, write(tmp_path / "docs", {"oncall.md": PAGES["open/oncall.md"]}))
    embedder.most = 0
    embedder.meet = threading.Barrier(expected, timeout=30)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: search(index, "on call", Place.internal()), range(4)))
    assert embedder.most == expected


def test_restricted_documents_by_the_hundred_do_not_crowd_out_what_may_be_read(tmp_path: Path):
    decoys = {f"hr/{n}.md": "---\naudience: group:hr\n---\n# Pay\n\nPay pay pay day.\n" for n in range(120)}
    index = index_in(tmp_path / "home", (WordEmbedder(),))
    sync(
        index,
        write(tmp_path / "docs", {**decoys, "open.md": "# Days\n\nThe day is Friday for pay, they say.\n"}),
    )
    assert found(index, "pay day", Place.internal()) == ["open.md"]
    assert [d.path for d in find_documents(index, Place.internal(), "pay day", 5)] == ["open.md"]
    close(index)


def test_a_document_narrowed_later_vanishes_with_the_next_sync(tmp_path: Path, minilm: MiniLM):
    docs = write(tmp_path / "docs", {"a.md": PAGES["open/pay.md"], "b.md": PAGES["open/leave.md"]})
    index = index_in(tmp_path / "home", (minilm,))
    sync(index, docs)
    question = "On which day is pay sent?"
    assert found(index, question, Place.internal())[0] == "a.md"
    write(docs, {"a.md": "---\naudience: group:hr\n---\n" + PAGES["open/pay.md"]})
    sync(index, docs)
    assert found(index, question, Place.internal()) == ["b.md"]
    assert found(index, question, Place.internal("group:hr"))[0] == "a.md"
    assert index.has_restricted()
    close(index)


def test_the_same_passage_in_several_documents_counts_once(tmp_path: Path):
    boilerplate = {f"{n}.md": f"# Page {n}\n\n## Help\n\nAsk in the help channel.\n" for n in range(20)}
    index = index_in(tmp_path / "home", (WordEmbedder(),))
    sync(
        index,
        write(tmp_path / "docs", {**boilerplate, "other.md": "# Help desk\n\nThe desk helps on Mondays.\n"}),
    )
    assert found(index, "help channel", Place.internal())[1:] == ["other.md"]
    close(index)


def test_a_question_without_words_finds_what_is_near_and_raises_nothing(index: Index):
    for question in ("", "?", "🙂", "the of and", "x" * 5000):
        assert all(math.isfinite(hit.score) for hit in search(index, question, Place.internal()))


def test_an_empty_index_finds_nothing(tmp_path: Path, minilm: MiniLM):
    index = index_in(tmp_path / "home", (minilm,))
    assert search(index, "anything?", Place.internal()) == []
    assert find_documents(index, Place.internal(), "anything", 5) == []
    assert not index.has_restricted()
    close(index)


def test_where_a_remote_embedder_fails_words_are_searched(tmp_path: Path, minilm: MiniLM):
    remote = WordEmbedder("remote", 32, reads=False)
    index = index_in(tmp_path / "home", (remote,), minilm)
    sync(index, write(tmp_path / "docs", PAGES))
    question = "How many days of leave a year?"
    told: list[str] = []
    assert found(index, question, Place.internal())[0] == "open/leave.md"
    search(index, question, Place.internal(), limited=told.append)
    assert told == []
    remote.fail_after = 0
    assert found(index, question, Place.internal()) == ["open/leave.md", "open/pay.md"]
    search(index, question, Place.internal(), limited=told.append)
    assert told == ["remote did not embed"]
    close(index)


def test_where_no_embedder_of_the_vectors_is_set_up_words_are_searched(tmp_path: Path, minilm: MiniLM):
    index = index_in(tmp_path / "home", (WordEmbedder("remote", 32, reads=False),), minilm)
    sync(index, write(tmp_path / "docs", PAGES))
    told: list[str] = []
    other = Index(index.engine, index.chroma, (minilm,), minilm)
    hits = search(other, "How many days of leave a year?", Place.internal(), limited=told.append)
    assert paths([hit.stored for hit in hits])[0] == "open/leave.md"
    assert "set up" in told[0]
    close(index)


def test_passages_are_read_by_the_local_model_whoever_made_their_vectors(tmp_path: Path, minilm: MiniLM):
    index = index_in(tmp_path / "home", (WordEmbedder("remote", 32, reads=False),), minilm)
    sync(index, write(tmp_path / "docs", PAGES))
    hit = search(index, "How many days of leave a year?", Place.internal())[0]
    assert hit.late > 0.5
    assert_each_unit_is_judged(hit)
    close(index)


def test_each_unit_of_a_passage_is_judged(index: Index):
    hits = search(index, "pay and the pager", Place.internal("group:hr", "user:U1"))
    for hit in hits:
        assert_each_unit_is_judged(hit)
    on_call = next(hit for hit in hits if hit.stored.document.path == "open/oncall.md")
    assert on_call.similarities.shape[1] > 0


def assert_each_unit_is_judged(hit: Hit) -> None:
    units = hit.stored.chunk.units
    assert len(hit.units_late) == len(hit.units_cosine) == len(units)
    assert len(hit.similarities) == len(hit.question.encoded.tokens)
    assert np.isfinite(hit.units_late).all()
    assert np.isfinite(hit.units_cosine).all()


def test_rare_words_weigh_more_than_stop_words(index: Index):
    read = search(index, "the pager of the lead", Place.internal())[0].question
    weight = dict(zip((read.text[a:b] for a, b in read.encoded.spans), map(float, read.weights), strict=True))
    assert weight["page" if "page" in weight else "pager"] > weight["the"]


def test_it_is_a_langchain_retriever(index: Index):
    documents = Retriever(index=index, place=Place.internal(), limit=2).invoke("days of leave")
    assert documents[0].metadata["path"] == "open/leave.md"
    assert len(documents) == 2
    assert documents[0].page_content == "Everybody has thirty days of leave a year."
    assert documents[0].metadata["hit"].score == documents[0].metadata["score"]
