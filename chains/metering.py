"""What calls of chat models cost: each is told of as it ends; none is made where that is not to be."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.tracers.context import register_configure_hook

from chains.failures import ModelFailed, Reason

# What a token is long, about, where the server does not count them.
CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens: read, read from the provider's cache, written."""

    read: float
    cached: float
    written: float


@dataclass(frozen=True, slots=True)
class Spent:
    """One call. `estimated` says that the tokens are guessed; `dollars` is None without a known price."""

    model: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    dollars: float | None


Listener = Callable[[Spent], object]
_listening: ContextVar[_Meter | _Gate | None] = ContextVar("ragtime_meter", default=None)


@contextmanager
def metered(tell: Listener, prices: Mapping[str, Price] | None = None) -> Iterator[None]:
    """Tells of every call that is begun within the context, when it ends: that may be after it.

    `tell` is called from the thread that called the model. `prices` count beside, and before, those
    that are known here. A call that fails before a word came is not told of: nobody charges for it.
    """
    with _listened(_Meter(tell, {**known_prices(), **(prices or {})})):
        yield


@contextmanager
def refused(reason: Reason) -> Iterator[None]:
    """Lets no call be made within the context: each fails for this reason, before anything is sent."""
    with _listened(_Gate(reason)):
        yield


@contextmanager
def _listened(listener: _Meter | _Gate) -> Iterator[None]:
    token = _listening.set(listener)
    try:
        yield
    finally:
        _listening.reset(token)


@cache
def known_prices() -> Mapping[str, Price]:
    """The prices in `prices.toml`, by the model's name."""
    table = tomllib.loads(resources.files("chains").joinpath("prices.toml").read_text(encoding="utf-8"))
    return {name: Price(**price) for name, price in table.items()}


class _Gate(BaseCallbackHandler):
    """Stands before every call."""

    # Else LangChain would only log what is raised here.
    raise_error = True

    def __init__(self, reason: Reason) -> None:
        self._reason: Reason = reason

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        """A call is about to be made."""
        raise ModelFailed(self._reason)


class _Meter(BaseCallbackHandler):
    """Hears of every call by LangChain's callbacks."""

    def __init__(self, tell: Listener, prices: Mapping[str, Price]) -> None:
        self._tell = tell
        self._prices = prices
        self._lock = threading.Lock()
        # The model's name and how many characters were sent, for each call that runs.
        self._running: dict[UUID, tuple[str, int]] = {}

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002  (LangChain's signature)
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        metadata: dict[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A call begins."""
        sent = sum(len(str(message.text)) for batch in messages for message in batch)
        with self._lock:
            self._running[run_id] = ((metadata or {}).get("ls_model_name") or "unknown", sent)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """A call came to its end."""
        self._ended(run_id, _message(response))

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **named: Any) -> None:  # noqa: ARG002
        """A call failed, or nobody wanted to hear the rest of it."""
        message = _message(named.get("response"))
        # The error itself stands in the answer's place where none began.
        self._ended(run_id, message if message and message.text else None)

    def _ended(self, run_id: UUID, message: AIMessage | None) -> None:
        with self._lock:
            model, sent = self._running.pop(run_id)
        if message is None:
            return
        if usage := message.usage_metadata:
            read, written = usage["input_tokens"], usage["output_tokens"]
            cached = usage.get("input_token_details", {}).get("cache_read", 0)
        else:
            read, written, cached = _tokens(sent), _tokens(len(str(message.text))), 0
        dollars = None
        if price := self._prices.get(model):
            paid = (read - cached) * price.read + cached * price.cached + written * price.written
            dollars = paid / 1e6
        self._tell(Spent(model, read, written, usage is None, dollars))


def _message(response: LLMResult | None) -> AIMessage | None:
    for generation in (each for batch in (response.generations if response else ()) for each in batch):
        if isinstance(generation, ChatGeneration) and isinstance(generation.message, AIMessage):
            return generation.message
    return None


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)


register_configure_hook(_listening, inheritable=True)
