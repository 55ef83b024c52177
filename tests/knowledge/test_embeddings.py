"""Embedders: MiniLM against an independent reading of its weights, OpenAI's against a local server."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from knowledge.embeddings import openai as openai_embeddings
from knowledge.embeddings.base import EmbeddingFailed
from knowledge.embeddings.choice import BadEmbedder, EmbedderSettings, at_hand, choose
from knowledge.embeddings.minilm import MAX_TOKENS, PACKAGE, MiniLM, UntrustedModel
from knowledge.embeddings.openai import (
    BATCH_CHARACTERS,
    BATCH_INPUTS,
    MAX_CHARACTERS,
    RETRIES,
    OpenAIEmbedder,
)
from tests.support.openai_server import Fail, OpenAIServer, Raw, embedding

TEXTS = [
    "Who is on call?",
    "The pager rings for every SEV-1, day and night; the lead decides within 15 minutes.",
    "x",
    "Zoë’s naïve café: 3.14 €",
    "",
    "word " * 60,
]
TOO_LONG = "word " * 600


def package_file(name: str) -> Path:
    return next(Path(str(f.locate())) for f in files(PACKAGE) or () if f.name == name)


def forward(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """BERT by hand: the last layer's token vectors (n, 384) of one text."""

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-12)
        return (x - x.mean(axis=-1, keepdims=True)) / spread * weights[f"{name}.weight"] + weights[
            f"{name}.bias"
        ]

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def gelu(x: np.ndarray) -> np.ndarray:
        return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2

    def heads(x: np.ndarray) -> np.ndarray:
        return x.reshape(len(ids), 12, 32).transpose(1, 0, 2)

    x = (
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0]
    ).astype(np.float64)
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}."
        query, key, value = (heads(dense(x, f"{at}attention.self.{n}")) for n in ("query", "key", "value"))
        scores = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(32))
        mixed = (
            (scores / scores.sum(axis=-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        )
        x = norm(dense(mixed, f"{at}attention.output.dense") + x, f"{at}attention.output.LayerNorm")
        inner = gelu(dense(x, f"{at}intermediate.dense"))
        x = norm(dense(inner, f"{at}output.dense") + x, f"{at}output.LayerNorm")
    return x


def test_vectors_agree_with_the_model_worked_out_by_hand(minilm: MiniLM):
    weights = load_file(package_file("model.safetensors"))
    tokenizer = Tokenizer.from_file(str(package_file("tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = TEXTS[:4]
    for text, encoded in zip(texts, minilm.encode(texts), strict=True):
        expected = forward(weights, tokenizer.encode(text).ids)
        mean = expected.mean(axis=0)
        assert np.abs(encoded.vector - mean / np.linalg.norm(mean)).max() < 1e-4
        inner = expected[1:-1]
        lengths = np.linalg.norm(inner, axis=1, keepdims=True)
        assert np.abs(encoded.tokens - inner / lengths).max() < 1e-4


def test_a_text_s_vector_does_not_depend_on_its_company(minilm: MiniLM):
    together = minilm.encode(TEXTS * 2)
    for position, text in enumerate(TEXTS):
        (alone,) = minilm.encode([text])
        for copy in range(2):
            other = together[position + copy * len(TEXTS)]
            assert np.abs(alone.vector - other.vector).max() < 1e-5
            assert np.allclose(alone.tokens, other.tokens, atol=1e-4)
            assert np.array_equal(alone.spans, other.spans)


def test_vectors_are_of_unit_length_and_spans_point_at_words(minilm: MiniLM):
    texts = [*TEXTS, TOO_LONG]
    for text, encoded in zip(texts, minilm.encode(texts), strict=True):
        assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-5)
        assert len(encoded.tokens) == len(encoded.spans) <= MAX_TOKENS - 2
        assert np.array_equal(minilm.spans(text), encoded.spans)
    spans = minilm.encode(["Page Zoë now"])[0].spans
    assert next("Page Zoë now"[start:end] for start, end in spans) == "Page"


def test_like_meanings_are_closer_than_unlike_ones(minilm: MiniLM):
    question, near, far = (
        np.array(minilm.embed_query(text))
        for text in (
            "How much holiday do I get?",
            "Everybody has thirty days of leave.",
            "The server has a GPU.",
        )
    )
    assert question @ near > question @ far


def test_nothing_to_embed_is_no_error(minilm: MiniLM):
    assert minilm.encode([]) == []


def test_what_runs_the_model_reports_to_nobody(tmp_path: Path):
    """Where onnxruntime reports, it begins by giving this machine an id, in the person's home."""
    subprocess.run(
        [sys.executable, "-c", "import knowledge.embeddings.minilm"],
        env={"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
    )
    assert list(tmp_path.iterdir()) == []


def test_the_graph_is_built_once(model_folder: Path):
    (graph,) = model_folder.iterdir()
    before = graph.stat()
    MiniLM(model_folder)
    assert list(model_folder.iterdir()) == [graph]
    assert (graph.stat().st_mtime_ns, graph.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the model's package that comes first on the path; returns its folder of files."""
    package = tmp_path / "site" / "model"
    package.mkdir(parents=True)
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(package_file(name), package / name)
    about = tmp_path / "site" / f"{PACKAGE.replace('-', '_')}-0.1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 0.1.0\n")
    (about / "RECORD").write_text("model/model.safetensors,,\nmodel/tokenizer.json,,\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return package


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_changed_file_is_refused_and_nothing_is_built_from_it(
    installed: Path, tmp_path: Path, model_folder: Path, name: str
):
    with (installed / name).open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    # With the graph there already, the tokenizer is what is left to trust.
    cache = (
        shutil.copytree(model_folder, tmp_path / "cache") if name == "tokenizer.json" else tmp_path / "cache"
    )
    with pytest.raises(UntrustedModel, match=f"{name} is not the published model: reinstall {PACKAGE}"):
        MiniLM(cache)
    assert name == "tokenizer.json" or list(cache.iterdir()) == []


def test_a_missing_file_is_said_in_words(installed: Path, tmp_path: Path):
    (installed / "model.safetensors").unlink()
    with pytest.raises(UntrustedModel, match="cannot be read"):
        MiniLM(tmp_path / "cache")


# OpenAI's


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def remote(server: OpenAIServer, model: str = "text-embedding-3-small") -> OpenAIEmbedder:
    return OpenAIEmbedder("sk-test", model, server.base_url)


def sent(server: OpenAIServer) -> list[list[str]]:
    return [request["body"]["input"] for request in server.requests]


def test_texts_go_in_batches_and_come_back_in_their_order(server: OpenAIServer):
    texts = [f"text {n}" for n in range(BATCH_INPUTS * 2 + 5)]
    encoded = remote(server).encode(texts)
    assert [len(batch) for batch in sent(server)] == [BATCH_INPUTS, BATCH_INPUTS, 5]
    assert [text for batch in sent(server) for text in batch] == texts
    for text, made in zip(texts, encoded, strict=True):
        assert np.abs(made.vector - embedding(text, 8)).max() < 1e-5
        assert (made.tokens.shape, made.spans.shape) == ((0, 8), (0, 2))


def test_a_request_holds_no_more_than_the_endpoint_takes(server: OpenAIServer):
    remote(server).encode(["x" * MAX_CHARACTERS * 2, ""] * 40)
    assert all(sum(map(len, batch)) <= BATCH_CHARACTERS for batch in sent(server))
    assert {len(text) for batch in sent(server) for text in batch} == {1, MAX_CHARACTERS}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failing_request_is_tried_again(server: OpenAIServer, status: int):
    fault = Fail(status, headers={"retry-after-ms": "1"})
    server.embeddings = [fault, fault, None]
    assert len(remote(server).encode(["a", "b"])) == 2
    assert len(server.requests) == 3


def test_a_server_that_keeps_failing_is_given_up_in_one_line(server: OpenAIServer):
    server.embeddings = [Fail(429, message="Rate limit\nreached", headers={"retry-after-ms": "1"})]
    with pytest.raises(
        EmbeddingFailed, match=r"openai:text-embedding-3-small did not embed: .*429"
    ) as caught:
        remote(server).encode(["a"])
    assert "\n" not in str(caught.value)
    assert len(server.requests) == RETRIES + 1


@pytest.mark.parametrize(
    ("base_url", "looked_at"),
    [(None, "network and HTTPS_PROXY, or"), ("http://127.0.0.1:9/v1", "HTTPS_PROXY and OPENAI_BASE_URL, or")],
)
def test_a_server_that_cannot_be_reached_is_told_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, base_url: str | None, looked_at: str
):
    monkeypatch.setattr("knowledge.embeddings.openai.RETRIES", 0)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(EmbeddingFailed) as caught:
        OpenAIEmbedder("key", base_url=base_url).encode(["a"])
    said = str(caught.value)
    assert said.startswith(
        "openai:text-embedding-3-small did not embed: Connection error. Check this machine"
    )
    assert said.endswith(f"{looked_at} set RAGTIME_EMBEDDINGS=local: it needs no server")
    assert ("OPENAI_BASE_URL" in said) == bool(base_url)


def test_a_wrong_key_is_not_tried_again(server: OpenAIServer):
    server.embeddings = [Fail(401, message="Incorrect API key provided")]
    with pytest.raises(EmbeddingFailed, match="Incorrect API key"):
        remote(server).encode(["a"])
    assert len(server.requests) == 1


def test_a_question_s_vector_is_asked_for_twice_at_most_and_after_that_not_for_a_while(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
):
    now = [1000.0]
    monkeypatch.setattr(openai_embeddings, "time", SimpleNamespace(monotonic=lambda: now[0]))
    embedder = remote(server)
    server.embeddings = [Fail(500), None]
    assert np.abs(np.array(embedder.embed_query("leave")) - embedding("leave", 8)).max() < 1e-5
    server.embeddings = [Fail(503, message="Away", headers={"retry-after": "60"})]
    for _ in range(3):
        with pytest.raises(EmbeddingFailed, match="Away"):
            embedder.embed_query("leave")
    assert len(server.requests) == 4
    server.embeddings = [None]
    now[0] += openai_embeddings.PAUSE_S
    assert embedder.embed_query("leave")


@pytest.mark.parametrize(
    "body",
    [
        '{"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [1.0]}]}',
        '{"object": "list", "model": "m", "data": []}',
        '{"model": "m", "data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": []}]}',
        '{"detail": "Not a list of vectors"}',
        "[]",
    ],
)
def test_an_answer_that_does_not_fit_the_texts_is_an_error(server: OpenAIServer, body: str):
    server.embeddings = [Raw(body, "application/json")]
    with pytest.raises(EmbeddingFailed, match="openai:text-embedding-3-small"):
        remote(server).encode(["a", "b"])


def test_a_proxy_s_page_is_an_error(server: OpenAIServer):
    server.embeddings = [Raw("<html>Log in</html>")]
    with pytest.raises(EmbeddingFailed, match="openai:text-embedding-3-small"):
        remote(server).encode(["a"])


def test_what_was_used_is_counted_and_priced(server: OpenAIServer):
    embedder = remote(server)
    embedder.encode(["word " * 1500] * 100)
    assert embedder.tokens_used == 150_000
    assert embedder.cost() == "150,000 tokens embedded with text-embedding-3-small, about $0.0030"


def test_the_price_of_an_unknown_model_is_not_guessed(server: OpenAIServer):
    embedder = remote(server, "in-house")
    embedder.encode(["one two"])
    assert embedder.cost() == "2 tokens embedded with in-house"


# Which one


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (EmbedderSettings(), "local"),
        (EmbedderSettings("local", "sk-1"), "local"),
        (EmbedderSettings(None, "sk-1"), "openai:text-embedding-3-small"),
        (EmbedderSettings(None, "sk-1", "http://127.0.0.1:1/v1"), "local"),
        (EmbedderSettings("openai", None, "http://127.0.0.1:1/v1"), "openai:text-embedding-3-small"),
        (EmbedderSettings("openai:text-embedding-3-large", "sk-1"), "openai:text-embedding-3-large"),
    ],
)
def test_the_settings_choose_the_embedder(minilm: MiniLM, settings: EmbedderSettings, name: str):
    assert choose(settings, minilm).name == (minilm.name if name == "local" else name)


@pytest.mark.parametrize("choice", ["locale", "local:big", "cohere", ":x"])
def test_an_unknown_choice_is_answered_with_the_known_ones(minilm: MiniLM, choice: str):
    with pytest.raises(BadEmbedder, match="write local, openai, or openai:<model>"):
        choose(EmbedderSettings(choice), minilm)


def test_openai_without_a_key_says_what_to_set(minilm: MiniLM):
    with pytest.raises(BadEmbedder, match="set OPENAI_API_KEY, or write local"):
        choose(EmbedderSettings("openai"), minilm)


def test_the_embedder_that_made_the_index_stays_at_hand(minilm: MiniLM):
    def names(settings: EmbedderSettings, made_by: str | None) -> list[str]:
        return [embedder.name for embedder in at_hand(settings, minilm, made_by)]

    large = "openai:text-embedding-3-large"
    assert names(EmbedderSettings(None, "sk-1"), minilm.name) == [
        "openai:text-embedding-3-small",
        minilm.name,
    ]
    assert large in names(EmbedderSettings("local", "sk-1"), large)
    assert names(EmbedderSettings(), large) == [minilm.name]


def test_a_key_is_never_part_of_what_settings_print():
    assert "sk-secret" not in repr(EmbedderSettings(None, "sk-secret"))
