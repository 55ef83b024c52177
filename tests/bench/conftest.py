"""The embedder, set up once for these tests."""

from __future__ import annotations

import pytest

from knowledge.embeddings.minilm import MiniLM


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> MiniLM:
    return MiniLM(tmp_path_factory.mktemp("models"))
