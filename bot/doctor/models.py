"""The models: the local embedder's files, OpenAI's embeddings, and the chat model with its end of life."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, files
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.doctor.finding import SERVER_SECONDS, Finding, first_line
from bot.model_settings import embedder_settings, model_settings
from knowledge.embeddings.choice import BadEmbedder, choose, local_embedder
from knowledge.embeddings.minilm import PACKAGE, SHA256
from knowledge.errors import AdminError
from knowledge.home import HomeUnusable

if TYPE_CHECKING:
    import openai

SOON = timedelta(days=120)

LOCAL = "Local embedder"
EMBEDDER = "Embeddings"
MODEL = "Model"
REINSTALL = "Run `make clean`, then `make run`: it installs the published files again"


def embedder(settings: Settings) -> Iterator[Finding]:
    """The local embedder, which is always needed, and OpenAI's where it is the one chosen."""
    wrong = wrong_files()
    if wrong:
        yield Finding(LOCAL, "failed", f"not the published files: {', '.join(wrong)}", REINSTALL)
        return
    try:
        local = local_embedder(settings.ragtime_home)
        local.embed_query("ragtime")
    except HomeUnusable as error:
        yield Finding(LOCAL, "failed", first_line(error), "See the home's line above")
        return
    except AdminError as error:
        yield Finding(LOCAL, "failed", first_line(error), REINSTALL)
        return
    yield Finding(LOCAL, "ok", f"{local.name}: files as published, loads and embeds")
    try:
        chosen = choose(embedder_settings(settings), local)
    except BadEmbedder as error:
        yield Finding(EMBEDDER, "failed", first_line(error), "Correct RAGTIME_EMBEDDINGS or OPENAI_API_KEY")
        return
    if chosen is local:
        yield Finding(EMBEDDER, "ok", "local: no text leaves this machine for them")
    else:
        yield _openai_embeddings(settings, chosen.name.partition(":")[2])


def wrong_files() -> list[str]:
    """The local embedder's files that are missing, or whose content is not what was published."""
    try:
        installed = {file.name: file.locate() for file in files(PACKAGE) or ()}
    except PackageNotFoundError:
        installed = {}
    wrong: list[str] = []
    for name, expected in SHA256.items():
        try:
            with open(str(installed[name]), "rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != expected:
                    wrong.append(name)
        except (KeyError, OSError):
            wrong.append(name)
    return wrong


def _openai_embeddings(settings: Settings, model: str) -> Finding:
    import openai

    try:
        with _client(settings) as client:
            response = client.embeddings.create(model=model, input=["ragtime"], encoding_format="float")
            dimensions = len(response.data[0].embedding)
    except (openai.OpenAIError, IndexError, TypeError) as error:
        advice = (
            "Until it works, documents are found by their words alone, and replies say so; "
            "RAGTIME_EMBEDDINGS=local needs no server"
        )
        return Finding(EMBEDDER, "failed", f"{model} at {where(settings)}: {reason(error)}", advice)
    return Finding(EMBEDDER, "ok", f"{model} at {where(settings)}, {dimensions} dimensions")


def chat_model(settings: Settings) -> Iterator[Finding]:
    """The model that writes the answers: whether it is there, and for how long."""
    from chains.llm import BadModel, connect

    try:
        model = connect(model_settings(settings))
    except BadModel as error:
        yield Finding(MODEL, "failed", first_line(error), "Correct RAGTIME_MODEL, or unset it")
        return
    if model is None:
        yield Finding(
            MODEL,
            "skipped",
            "none: answers are quoted from the documents",
            "To have a model write them, set OPENAI_API_KEY, OPENAI_BASE_URL or RAGTIME_MODEL",
        )
        return
    from langchain_openai import ChatOpenAI

    if isinstance(model, ChatOpenAI):
        yield _listed(settings, model.model_name)
    else:
        yield Finding(
            MODEL,
            "ok",
            f"{settings.ragtime_model} is set up; it was not called",
            'Try it with `ragtime ask "…"`',
        )


def _listed(settings: Settings, name: str) -> Finding:
    """Whether the server knows our key and lists the model."""
    import openai

    try:
        with _client(settings) as client:
            ends = {each.id: getattr(each, "shutdown_date", None) for each in client.models.list()}
    except openai.NotFoundError:
        found = f"{name}: {where(settings)} does not list its models"
        return Finding(MODEL, "warning", found, 'Try it with `ragtime ask "…"`')
    except (openai.OpenAIError, AttributeError, TypeError) as error:
        advice = (
            "Check OPENAI_API_KEY"
            if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError)
            else _look_after(settings)
        )
        advice += "; until it works, answers are quoted from the documents"
        return Finding(MODEL, "failed", f"{name} at {where(settings)}: {reason(error)}", advice)
    # Ollama lists names with their tag, and takes them without.
    if name not in ends and f"{name}:latest" not in ends:
        few = ", ".join(sorted(ends)[:5]) or "none"
        advice = f"Set RAGTIME_MODEL to one that is there, for example: {few}"
        return Finding(MODEL, "failed", f"{where(settings)} has no model {name}", advice)
    return retirement(f"{name} at {where(settings)}", ends.get(name), date.today())


def retirement(model: str, shutdown: object, today: date) -> Finding:
    """What a model's `shutdown_date` means today; None where it has none."""
    try:
        end = date.fromisoformat(str(shutdown)[:10])
    except ValueError:
        return Finding(MODEL, "ok", f"{model}: the key is accepted, the model is there")
    advice = "Set RAGTIME_MODEL to a model that stays"
    if end <= today:
        return Finding(MODEL, "failed", f"{model} was shut down on {end}", advice)
    if end - today <= SOON:
        return Finding(
            MODEL, "warning", f"{model} is shut down on {end}, in {(end - today).days} days", advice
        )
    return Finding(MODEL, "ok", f"{model}: the key is accepted, the model stays until {end}")


def where(settings: Settings) -> str:
    """The server that is called, in short."""
    return settings.openai_base_url or "OpenAI"


def _look_after(settings: Settings) -> str:
    """What may keep the server from answering."""
    if settings.openai_base_url:
        return "Check this machine's network, HTTPS_PROXY and OPENAI_BASE_URL"
    return "Check this machine's network and HTTPS_PROXY"


def reason(error: BaseException) -> str:
    """Why a call failed, without the address or the key that some errors repeat."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return f"no answer within {SERVER_SECONDS:g} s"
    if isinstance(error, openai.APIConnectionError):
        return f"cannot be reached ({first_line(error.__cause__ or error)})"
    if isinstance(error, openai.AuthenticationError):
        return "the key is not accepted"
    if isinstance(error, openai.APIStatusError):
        return f"HTTP status {error.status_code} ({error.code or type(error).__name__})"
    return f"the answer cannot be understood ({type(error).__name__})"


def _client(settings: Settings) -> openai.OpenAI:
    import openai

    server = model_settings(settings)
    return openai.OpenAI(
        # A local server may want no key, but the client insists on one.
        api_key=server.api_key or "none",
        base_url=server.base_url,
        timeout=SERVER_SECONDS,
        max_retries=0,
    )
