"""The guide and the router as the settings describe them, without the team's documents.

They need the encoder that ships with the bot and no index, so they work beside a bot that owns the home.
"""

from __future__ import annotations

from bot.config import Settings
from bot.model_settings import model_settings
from chains.guide.dialogue import Guide
from chains.guide.reader import Reader
from chains.llm import connect
from chains.router import Router
from knowledge.embeddings.choice import local_embedder
from knowledge.embeddings.minilm import MiniLM
from knowledge.home import HomeUnusable


def open_guide(settings: Settings) -> Guide:
    """The guide; it reads and words with the model where one is configured.

    Raises:
        BadModel, UntrustedModel, HomeUnusable: a part cannot be set up.
    """
    model = connect(model_settings(settings))
    return Guide(Reader(_encoder(settings), model), model)


def open_router(settings: Settings) -> Router:
    """The router; it asks the model where it is unsure and one is configured.

    Raises:
        BadModel, UntrustedModel, HomeUnusable: a part cannot be set up.
    """
    return Router(_encoder(settings), connect(model_settings(settings)))


def _encoder(settings: Settings) -> MiniLM:
    home = settings.ragtime_home
    try:
        return local_embedder(home, threads=1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HomeUnusable(
            f"{home} cannot be used ({reason}): make it writable, or set RAGTIME_HOME to another folder"
        ) from None
