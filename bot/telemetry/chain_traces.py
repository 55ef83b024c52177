"""Spans of what the chains do, heard by LangChain's callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.tracers.context import register_configure_hook
from opentelemetry.trace import Span

from bot.telemetry.tracer import TRACER, failed


@contextmanager
def listened() -> Iterator[None]:
    """Has each search and each call of a model within the context be a step of its own."""
    token = _listening.set(_Steps())
    try:
        yield
    finally:
        _listening.reset(token)


class _Steps(BaseCallbackHandler):
    """Hears of searches and calls by LangChain's callbacks."""

    def __init__(self) -> None:
        self._running: dict[UUID, Span] = {}

    def on_retriever_start(self, *_: Any, run_id: UUID, **__: Any) -> None:
        """A search begins."""
        self._running[run_id] = TRACER.start_span("retrieve")

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **_: Any) -> None:
        """It found passages."""
        self._end(run_id, passages=len(documents))

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed."""
        self._end(run_id, error)

    def on_chat_model_start(
        self, *_: Any, run_id: UUID, metadata: dict[str, Any] | None = None, **__: Any
    ) -> None:
        """A model is called."""
        name = (metadata or {}).get("ls_model_name") or "unknown"
        self._running[run_id] = TRACER.start_span("model", attributes={"ragtime.model": name})

    def on_llm_end(self, *_: Any, run_id: UUID, **__: Any) -> None:
        """It came to its end."""
        self._end(run_id)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """It failed, or was broken off."""
        self._end(run_id, error)

    def _end(self, run_id: UUID, error: BaseException | None = None, **numbers: int) -> None:
        if step := self._running.pop(run_id, None):
            for name, number in numbers.items():
                step.set_attribute(f"ragtime.{name}", number)
            if error:
                failed(step, error)
            step.end()


_listening: ContextVar[_Steps | None] = ContextVar("traced", default=None)
register_configure_hook(_listening, inheritable=True)
