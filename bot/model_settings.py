"""The part of the settings that names the models, in the terms of those who set them up."""

from __future__ import annotations

from bot.config import Settings
from chains.llm import ModelSettings
from knowledge.embeddings.choice import EmbedderSettings


def model_settings(settings: Settings) -> ModelSettings:
    """What names the chat model."""
    return ModelSettings(_key(settings), settings.openai_base_url, settings.ragtime_model)


def embedder_settings(settings: Settings) -> EmbedderSettings:
    """What names the embedder."""
    return EmbedderSettings(settings.ragtime_embeddings, _key(settings), settings.openai_base_url)


def _key(settings: Settings) -> str | None:
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
