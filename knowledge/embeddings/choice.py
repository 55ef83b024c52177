"""Which embedder makes the index, from plain settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from knowledge.embeddings.base import Embedder
from knowledge.embeddings.minilm import MiniLM
from knowledge.errors import AdminError
from knowledge.home import unusable

LOCAL = "local"
OPENAI = "openai"


class BadEmbedder(AdminError):
    """An embedder that cannot be set up; the message is one line for the admin, with what to do."""


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """`choice` is `local` or `openai[:model]`; None takes OpenAI's where there is a key for OpenAI itself."""

    choice: str | None = None
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None


def check(settings: EmbedderSettings) -> tuple[str, str]:
    """The embedder that these settings name: its kind, and its model where they name one.

    Raises:
        BadEmbedder: the name is unknown, or a key is missing.
    """
    default = OPENAI if settings.api_key and not settings.base_url else LOCAL
    kind, _, model = (settings.choice or default).partition(":")
    if kind not in (LOCAL, OPENAI) or (kind == LOCAL and model):
        raise BadEmbedder(
            f"RAGTIME_EMBEDDINGS is “{settings.choice}”: write local, openai, or openai:<model>"
        )
    if kind == OPENAI and not (settings.api_key or settings.base_url):
        raise BadEmbedder(
            "RAGTIME_EMBEDDINGS asks for OpenAI's embeddings: set OPENAI_API_KEY, or write local"
        )
    return kind, model


def choose(settings: EmbedderSettings, local: MiniLM) -> Embedder:
    """The embedder that these settings name.

    Raises:
        BadEmbedder: the name is unknown, or a key is missing.
    """
    kind, model = check(settings)
    return local if kind == LOCAL else _openai(settings, model)


def at_hand(settings: EmbedderSettings, local: MiniLM, in_service: str | None) -> tuple[Embedder, ...]:
    """The chosen embedder first, then those that can serve vectors made before another was chosen."""
    chosen = choose(settings, local)
    others: list[Embedder] = [local]
    kind, _, model = (in_service or "").partition(":")
    if kind == OPENAI and settings.api_key:
        others.append(_openai(settings, model))
    return (chosen, *(other for other in others if other.name != chosen.name))


def _openai(settings: EmbedderSettings, model: str) -> Embedder:
    from knowledge.embeddings.openai import DEFAULT_MODEL, OpenAIEmbedder

    # A compatible server may want no key, but its client wants one to send.
    return OpenAIEmbedder(settings.api_key or "none", model or DEFAULT_MODEL, settings.base_url)


def local_embedder(home: Path, threads: int = 0) -> MiniLM:
    """The embedder that needs nothing but this machine; its graph is kept in `home`.

    `threads` is as many as there are cores unless it is set; one is best for single short texts.

    Raises:
        UntrustedModel: its files are missing or were changed.
        HomeUnusable: the graph cannot be written there.
    """
    try:
        return MiniLM(home / "models", threads)
    except OSError as error:
        raise unusable(home, error) from error
