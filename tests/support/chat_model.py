"""A chat model that speaks to a local OpenAI-compatible server."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from chains.llm import ModelSettings, connect
from tests.support.openai_server import OpenAIServer


def model_of(server: OpenAIServer) -> BaseChatModel:
    """The model that this server plays."""
    model = connect(ModelSettings(base_url=server.base_url, model="small"))
    assert model
    return model
