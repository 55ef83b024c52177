"""The tracer, and how a step that failed is marked."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode

TRACER = trace.get_tracer("ragtime")


def failed(step: Span, error: BaseException) -> None:
    """Marks a step as failed, by the error's type alone: its words may be somebody's."""
    step.set_attribute("error.type", type(error).__name__)
    step.set_status(Status(StatusCode.ERROR))
