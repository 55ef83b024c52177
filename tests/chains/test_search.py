"""Passages are found in the question's language and in the documents'."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from chains.llm import ModelSettings, connect
from chains.search import Found, find
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.chains.conftest import PAGES
from tests.support.knowledge import opened, sync, write
from tests.support.openai_server import OpenAIServer, Say

INSIDE = Place.internal()
GERMAN = {"parken.md": "# Parken\n\nDas Parken in der Garage kostet vier Euro und ist am Wochenende frei.\n"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("mixed")
    with opened(folder / "home", minilm) as index:
        sync(index, write(folder / "docs", PAGES | GERMAN))
        yield index


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def model_at(server: OpenAIServer) -> BaseChatModel:
    model = connect(ModelSettings(base_url=server.base_url))
    assert model is not None
    return model


def documents(found: Found) -> list[str]:
    return list(dict.fromkeys(hit.stored.document.path for hit in found.hits))


def test_what_is_in_the_questions_language_is_kept_beside_what_its_translation_finds(
    mixed: Index, server: OpenAIServer
) -> None:
    server.script(Say("How many days of leave does everybody have a year?"))
    found = find(mixed, INSIDE, "Wie viele Tage Urlaub haben alle im Jahr?", model_at(server))
    assert documents(found)[0] == "leave.md"
    assert "parken.md" in documents(found)[:2]
    assert len({hit.stored.id for hit in found.hits}) == len(found.hits)
    assert found.notice == ""


def test_a_question_in_the_documents_language_asks_no_model(mixed: Index, server: OpenAIServer) -> None:
    found = find(mixed, INSIDE, "How many days of leave does everybody have?", model_at(server))
    assert documents(found)[0] == "leave.md"
    assert server.chats == []
