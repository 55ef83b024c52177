"""Which chat model, from plain settings, and how long a call to it may take."""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from chains.failures import ModelFailed, first_line
from knowledge.errors import AdminError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")

DEFAULT_MODEL = "gpt-6-luna"
OPTIONAL_PARAMETERS = ("reasoning_effort", "temperature")


class BadModel(AdminError):
    """A model that cannot be set up; the message is one line for the admin, with what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call may take, in seconds: to connect, to the first words, and in all."""

    connect: float = 5.0
    first: float = 15.0
    whole: float = 60.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model to call. `model` is a name, or `provider:name` for any LangChain provider.

    With `base_url`, a server that speaks OpenAI's protocol is called instead of OpenAI. With none of
    the three there is no model.
    """

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    model: str | None = None
    reasoning_effort: str = "none"
    limits: Limits = LIMITS


def connect(settings: ModelSettings) -> BaseChatModel | None:
    """The chat model that these settings name, or None where they name none. Calls nothing yet.

    Raises:
        BadModel: the provider is unknown, its package is missing, or it lacks a key.
    """
    name = settings.model or DEFAULT_MODEL
    provider, colon, rest = name.partition(":")
    if colon and not (provider and rest):
        raise BadModel(f"RAGTIME_MODEL={name} is half a name: write provider:name, or a name alone")
    if colon and provider == "openai":
        name, colon = rest, ""
    speaks_openai = bool(settings.api_key or settings.base_url)
    # Servers name models as they like ("llama3.2:3b"); OpenAI itself only those that were tuned.
    may_be_a_name = bool(settings.base_url) or (speaks_openai and provider == "ft")
    if colon and (model := _from_provider(name, provider, may_be_a_name=may_be_a_name)):
        return model
    if speaks_openai:
        return _openai(settings, name)
    if settings.model:
        raise BadModel(f"RAGTIME_MODEL={settings.model} needs OPENAI_API_KEY or OPENAI_BASE_URL")
    return None


def _openai(settings: ModelSettings, name: str) -> BaseChatModel:
    import openai
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    limits = settings.limits
    own = settings.base_url is not None
    return ChatOpenAI(
        model=name,
        # Local servers want no key, but the client insists on one.
        api_key=SecretStr(settings.api_key or "none"),
        base_url=settings.base_url,
        timeout=openai.Timeout(limits.whole, connect=limits.connect, read=limits.first),
        max_retries=0,
        # Chat Completions without `stream_options` is what every compatible server understands; OpenAI's own
        # also counts the tokens.
        use_responses_api=False,
        stream_usage=not own,
        reasoning_effort=None if own else settings.reasoning_effort,
        temperature=0 if own else None,
    )


def _from_provider(name: str, provider: str, *, may_be_a_name: bool) -> BaseChatModel | None:
    """The model of a LangChain provider; None where the colon belongs to the name ("llama3.2:3b")."""
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name.removeprefix(f"{provider}:"), model_provider=provider)
    except ImportError as error:
        package = getattr(error.__cause__, "name", None) or f"langchain-{provider}"
        package = package.partition(".")[0].replace("_", "-")
        raise BadModel(
            f"RAGTIME_MODEL={name} needs the package {package}: install it with "
            f"`uv pip install {package}` (or pip) into .venv"
        ) from error
    except Exception as error:
        # Providers report a missing key or a bad value each in their own way.
        if isinstance(error, ValueError) and "Unsupported provider" in str(error):
            if may_be_a_name:
                return None
            raise BadModel(
                f"RAGTIME_MODEL={name}: “{provider}” is no LangChain provider; write for example "
                "anthropic:…, google_genai:…, mistralai:…, ollama:…"
            ) from error
        raise BadModel(f"RAGTIME_MODEL={name}: {first_line(error)}") from error


def drop_refused_parameter(model: BaseChatModel, error: BaseException) -> bool:
    """Whether the server refused one of our optional parameters; the model then goes on without it.

    Servers and models differ in what they take. The model is changed in place, so that only the
    first question pays for finding out.
    """
    if getattr(error, "status_code", None) not in (400, 422):
        return False
    for name in OPTIONAL_PARAMETERS:
        if name in str(error) and getattr(model, name, None) is not None:
            setattr(model, name, None)
            return True
    return False


def within(limits: Limits, start: Callable[[], Generator[T]]) -> Iterator[T]:
    """Yields what `start()` yields, but never waits longer than the limits allow.

    The call runs in a thread of its own: a client's time-outs count from byte to byte, so that a
    server which keeps a silent stream alive would hold them off for ever.

    Raises:
        ModelFailed: "timeout" when a limit passed; otherwise whatever `start()` raises.
    """
    items: queue.Queue[tuple[str, T | BaseException | None]] = queue.Queue()
    stopped = threading.Event()

    def produce() -> None:
        try:
            # Closed here: an abandoned stream must not be finalised in another thread's context.
            with contextlib.closing(start()) as stream:
                for item in stream:
                    items.put(("item", item))
                    if stopped.is_set():
                        return
            items.put(("end", None))
        except BaseException as error:
            items.put(("error", error))

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(produce,), name="model-call", daemon=True).start()
    begun = time.monotonic()
    deadline = begun + min(limits.first, limits.whole)
    try:
        while True:
            try:
                kind, item = items.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise ModelFailed("timeout", f"after {time.monotonic() - begun:.1f} s") from None
            if kind == "end":
                return
            if isinstance(item, BaseException):
                raise item
            yield item  # pyright: ignore[reportReturnType]  (an "item" is a T)
            deadline = begun + limits.whole
    finally:
        stopped.set()
