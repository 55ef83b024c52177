"""The vectors in Chroma."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from chromadb.api import ClientAPI

from knowledge.vectors import AT_ONCE, VectorsUnavailable, check_server, connect, drop_vectors, open_vectors

# What satisfies a client that looks for its tenant and database.
ANSWERS = {
    "/api/v2/heartbeat": {"nanosecond heartbeat": 1},
    "/api/v2/auth/identity": {"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]},
    "/api/v2/tenants/default_tenant": {"name": "default_tenant"},
    "/api/v2/tenants/default_tenant/databases/default_database": {
        "id": "00000000-0000-0000-0000-000000000000",
        "name": "default_database",
        "tenant": "default_tenant",
    },
}


@pytest.fixture
def client(tmp_path: Path) -> ClientAPI:
    return connect(tmp_path / "chroma", None)


def unit(count: int, dimensions: int = 16, seed: int = 1) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_the_nearest_come_first_with_their_cosines(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(50)
    vectors.add(range(50), made, ["everyone"] * 50)
    cosines = made @ made[7]
    found = vectors.search(made[7], ["everyone"], 5)
    assert [i for i, _ in found] == np.argsort(-cosines)[:5].tolist()
    assert [score for _, score in found] == pytest.approx(np.sort(cosines)[::-1][:5].tolist(), abs=1e-5)


def test_an_empty_index_finds_nothing(client: ClientAPI):
    vectors = open_vectors(client, "words")
    assert vectors.search(unit(1)[0], ["everyone", "group:hr"], 5) == []
    assert vectors.similarities(unit(1)[0], [1, 2]) == {}
    assert vectors.ids() == set()


def test_a_restricted_vector_is_found_for_its_audience_alone(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(40)
    audiences = (
        ["group:hr"] * 10 + ["channel:C1|group:hr"] * 10 + ["everyone"] * 10 + ["everyone|external"] * 10
    )
    vectors.add(range(40), made, audiences)
    for row, audience in enumerate(audiences):
        assert vectors.search(made[row], [audience], 1)[0][0] == row
        others = set(audiences) - {audience}
        found = {i for i, _ in vectors.search(made[row], others, 40)}
        assert found == {i for i in range(40) if audiences[i] in others}
    assert vectors.search(made[0], [], 5) == []


def test_everyone_s_and_restricted_vectors_are_ranked_together(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(20)
    vectors.add(range(20), made, ["everyone", "group:hr"] * 10)
    found = vectors.search(made[3], ["everyone", "group:hr"], 6)
    assert [i for i, _ in found] == np.argsort(-(made @ made[3]))[:6].tolist()


def test_similarities_of_certain_vectors_are_exact(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(20)
    vectors.add(range(20), made, ["everyone", "group:hr"] * 10)
    found = vectors.similarities(made[0], [0, 1, 5, 99])
    assert found == pytest.approx({i: float(made[i] @ made[0]) for i in (0, 1, 5)}, abs=1e-5)


def test_removed_vectors_are_gone_and_unknown_ones_are_passed_over(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(4)
    vectors.add(range(4), made, ["everyone", "group:hr"] * 2)
    vectors.remove([0, 1, 99])
    vectors.remove([])
    assert vectors.ids() == {2, 3}
    assert {i for i, _ in vectors.search(made[0], ["everyone", "group:hr"], 4)} == {2, 3}


def test_a_vector_added_again_replaces_the_old_one(client: ClientAPI):
    vectors, made = open_vectors(client, "words"), unit(2)
    vectors.add([1], made[:1], ["everyone"])
    vectors.add([1], made[1:], ["everyone"])
    assert vectors.search(made[1], ["everyone"], 2) == [(1, pytest.approx(1.0, abs=1e-5))]


def test_more_vectors_are_added_and_removed_than_chroma_takes_in_one_call(client: ClientAPI):
    count = max(AT_ONCE, client.get_max_batch_size()) + 10
    assert client.get_max_batch_size() >= AT_ONCE
    vectors, made = open_vectors(client, "words"), unit(count, 4)
    vectors.add(range(count), made, ["everyone"] * count)
    assert vectors.ids() == set(range(count))
    vectors.remove(range(1, count))
    assert vectors.ids() == {0}


def test_two_embedders_never_share_a_collection(client: ClientAPI):
    one, other = open_vectors(client, "openai:text-embedding-3-small"), open_vectors(client, "words@1")
    one.add([1], unit(1, 16), ["everyone"])
    other.add([2], unit(1, 8), ["everyone"])
    assert (one.ids(), other.ids()) == ({1}, {2})
    drop_vectors(client, "openai:text-embedding-3-small")
    drop_vectors(client, "never made")
    assert other.ids() == {2}
    assert open_vectors(client, "openai:text-embedding-3-small").ids() == set()


def test_vectors_are_there_after_the_store_is_opened_again(tmp_path: Path):
    made = unit(10)
    open_vectors(connect(tmp_path / "chroma", None), "words").add(range(10), made, ["everyone"] * 10)
    assert (
        open_vectors(connect(tmp_path / "chroma", None), "words").search(made[4], ["everyone"], 1)[0][0] == 4
    )


def test_a_server_that_is_not_there_is_said_in_words(tmp_path: Path):
    with pytest.raises(VectorsUnavailable, match=r"Chroma at http://127\.0\.0\.1:9 cannot be used"):
        connect(tmp_path, "http://127.0.0.1:9")


@pytest.fixture
def guarded() -> Iterator[tuple[str, list[str | None]]]:
    """A server in front of which a proxy wants a name and a password; and what came with each call."""
    seen: list[str | None] = []

    class Guard(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            found = json.dumps(ANSWERS.get(self.path)).encode()
            self.send_response(200 if seen[-1] else 401)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Guard) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", seen
        server.shutdown()


def test_a_name_and_a_password_in_the_address_go_with_every_call(
    tmp_path: Path, guarded: tuple[str, list[str | None]]
) -> None:
    host, seen = guarded
    connect(tmp_path, f"http://some%20one:pass@{host}").heartbeat()
    assert len(seen) > 2
    assert set(seen) == {"Basic c29tZSBvbmU6cGFzcw=="}


def test_a_refusal_does_not_repeat_what_is_secret_in_the_address(
    tmp_path: Path, guarded: tuple[str, list[str | None]]
) -> None:
    address = f"http://{guarded[0]}/?token=fake-password"
    with pytest.raises(VectorsUnavailable, match="401") as caught:
        connect(tmp_path, address)
    assert "fake-password" not in str(caught.value)
    with pytest.raises(VectorsUnavailable, match="401") as caught:
        check_server(address)
    assert "fake-password" not in str(caught.value)


def test_what_chroma_refuses_is_told_from_failures_of_ours(client: ClientAPI):
    vectors = open_vectors(client, "words")
    vectors.add([1], unit(1), ["everyone"])
    drop_vectors(client, "words")
    with pytest.raises(VectorsUnavailable, match="Chroma does not answer"):
        vectors.search(unit(1)[0], ["everyone"], 5)
    with pytest.raises(VectorsUnavailable, match="Chroma does not answer"):
        vectors.similarities(unit(1)[0], [1])
    with pytest.raises(ValueError, match="to be a int"):
        vectors.search(None, ["everyone"], "five")  # pyright: ignore[reportArgumentType]
