"""What an embedder is: a LangChain one that has a name and can encode many texts at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.errors import AdminError


class EmbeddingFailed(AdminError):
    """The embedder could not embed; the message says why, in one line for the admin."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as an embedding model sees it.

    `vector` (d,) is of unit length. `tokens` (n, d) are the token vectors, of unit length each, `spans`
    (n, 2) where each token stands in the text, in characters, without the marks at both ends; both are
    empty (0, d) and (0, 2) where the model does not give them.
    """

    vector: np.ndarray
    tokens: np.ndarray
    spans: np.ndarray


class Embedder(Embeddings):
    """Turns texts into vectors. Vectors of embedders with different names are never mixed.

    `remote` says that texts leave this machine.
    """

    name: str
    remote: bool = False

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """The texts' vectors, in their order.

        Raises:
            EmbeddingFailed: a remote model did not answer.
        """

    def cost(self) -> str:
        """What was used since it was made, and what it cost, in a line; empty where it costs nothing."""
        return ""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of unit length, in the texts' order."""
        return [encoded.vector.tolist() for encoded in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self.embed_documents([text])[0]


class TokenReader(Protocol):
    """A model that gives token vectors; it ranks passages and chooses sentences."""

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As an embedder's."""
        ...

    def spans(self, text: str) -> np.ndarray:
        """Where `encode` puts each token in the text: (n, 2), in characters."""
        ...
