"""Spans of what is done about an event. They hold ids, kinds and numbers, and nothing that was said.

Where nobody asked for traces (`bot.telemetry.observing`), all of this does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.trace import Span

from bot.inbox import Incoming
from bot.telemetry.tracer import TRACER, failed

# By the event's id, traces that begin within a context get theirs.
event_of_trace: ContextVar[str] = ContextVar("event_of_trace", default="")


@contextmanager
def span(name: str, **attributes: str | int | bool) -> Iterator[Span]:
    """A step. What is raised within marks it as failed."""
    with TRACER.start_as_current_span(
        name,
        attributes={f"ragtime.{key}": value for key, value in attributes.items()},
        record_exception=False,
        set_status_on_exception=False,
    ) as step:
        try:
            yield step
        except Exception as error:
            failed(step, error)
            raise


@contextmanager
def about_event(name: str, incoming: Incoming) -> Iterator[Span]:
    """A step that begins what is done about an event, here or in another process, now or again later."""
    token = event_of_trace.set(incoming.event_id)
    try:
        with span(
            name,
            event=incoming.event_id,
            kind=incoming.kind,
            channel=incoming.channel,
            channel_type=incoming.channel_type,
        ) as step:
            yield step
    finally:
        event_of_trace.reset(token)


@contextmanager
def chain_traced() -> Iterator[None]:
    """Steps for what the chains do within the context: each search, and each call of a model."""
    if not trace.get_current_span().is_recording():
        yield
        return
    from bot.telemetry.chain_traces import listened

    with listened():
        yield
