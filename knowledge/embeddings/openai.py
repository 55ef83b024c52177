"""OpenAI's embeddings, or those of a compatible server: batched, retried, their tokens counted."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embeddings.base import Embedder, EmbeddingFailed, Encoded

if TYPE_CHECKING:
    from openai import OpenAI

DEFAULT_MODEL = "text-embedding-3-small"
# OpenAI takes 2,048 inputs and 300,000 tokens a request; a character is at most about one token.
BATCH_INPUTS = 256
BATCH_CHARACTERS = 250_000
# An input of more tokens (8,192) is refused; a chunk of text is far below, a dump may not be.
MAX_CHARACTERS = 8_000
RETRIES = 5
TIMEOUT_S = 30.0
CONNECT_S = 5.0
# Somebody waits for a question's vector, and words alone find much: it is soon given up, and after that
# not asked for at all for a while.
QUESTION_TRIES = 2
QUESTION_TIMEOUT_S = 5.0
PAUSE_S = 30.0
PRICES = Path(__file__).with_name("prices.toml")


class OpenAIEmbedder(Embedder):
    """Embeds by the embeddings endpoint. `tokens_used` counts what was sent since it was made."""

    remote = True

    def __init__(self, api_key: str, model: str = DEFAULT_MODEL, base_url: str | None = None) -> None:
        # A second to import, and only needed with a key.
        import openai

        self._model = model
        self._errors = openai.OpenAIError
        self._unreachable = openai.APIConnectionError
        self._base_url = base_url
        self._client = openai.OpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=RETRIES,
            timeout=openai.Timeout(TIMEOUT_S, connect=CONNECT_S),
        )
        self._for_questions = self._client.with_options(max_retries=0, timeout=QUESTION_TIMEOUT_S)
        self._pause_ends = 0.0
        self._why = ""
        self.name = f"openai:{model}"
        self.tokens_used = 0

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """The texts' vectors; a failing request is retried, waiting as long as the server asks for.

        Raises:
            EmbeddingFailed: the server refused, or did not answer in time, again and again.
        """
        return [encoded for batch in _batches(texts) for encoded in self._embed(batch, self._client)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question. It fails soon, and at once for a while after it has failed.

        Raises:
            EmbeddingFailed: the server refused, did not answer in time, or did so a moment ago.
        """
        if time.monotonic() < self._pause_ends:
            raise EmbeddingFailed(self._why)
        batch = next(_batches([text]))
        for _ in range(QUESTION_TRIES):
            try:
                (encoded,) = self._embed(batch, self._for_questions)
            except EmbeddingFailed as error:
                self._why = str(error)
            else:
                return encoded.vector.tolist()
        self._pause_ends = time.monotonic() + PAUSE_S
        raise EmbeddingFailed(self._why)

    def cost(self) -> str:
        """What was used since this embedder was made, and what it cost where the price is known."""
        price = tomllib.loads(PRICES.read_text())["per_million_tokens"].get(self._model)
        used = f"{self.tokens_used:,} tokens embedded with {self._model}"
        return used if price is None else f"{used}, about ${self.tokens_used / 1e6 * price:.4f}"

    def _embed(self, batch: Sequence[str], client: OpenAI) -> Iterator[Encoded]:
        try:
            response = client.embeddings.create(model=self._model, input=list(batch), encoding_format="float")
            rows = sorted(response.data, key=lambda row: row.index)
            vectors = np.array([row.embedding for row in rows], np.float32)
        except self._errors as error:
            reason = " ".join(str(error).split())
            raise EmbeddingFailed(f"{self.name} did not embed: {reason}{self._advice(error)}") from error
        except (AttributeError, TypeError, ValueError) as error:
            raise EmbeddingFailed(f"{self.name} answered with something that is no embedding") from error
        if vectors.ndim != 2 or len(vectors) != len(batch):
            raise EmbeddingFailed(f"{self.name} answered with {len(rows)} vectors for {len(batch)} texts")
        self.tokens_used += response.usage.total_tokens if response.usage else 0
        for vector in vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9):
            yield Encoded(vector, np.zeros((0, len(vector)), np.float32), np.zeros((0, 2), np.int64))

    def _advice(self, error: Exception) -> str:
        """What to do where the server cannot be reached; other errors say themselves what is wrong."""
        if not isinstance(error, self._unreachable):
            return ""
        looked_at = ", HTTPS_PROXY and OPENAI_BASE_URL" if self._base_url else " and HTTPS_PROXY"
        return (
            f" Check this machine's network{looked_at}, or set RAGTIME_EMBEDDINGS=local: it needs no server"
        )


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        # The endpoint refuses empty inputs.
        text = text[:MAX_CHARACTERS] or " "
        if batch and (len(batch) == BATCH_INPUTS or size + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
