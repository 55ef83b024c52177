"""Sends traces and metrics by OTLP where the usual variables ask for it; otherwise nothing is recorded."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from bot.ending import REPORT_SECONDS
from bot.telemetry.traces import event_of_trace
from knowledge.errors import AdminError

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

Signal = Literal["TRACES", "METRICS"]
HTTP, GRPC = "http/protobuf", "grpc"

# Sends what is left, and ends.
End = Callable[[], None]


class BadObserving(AdminError):
    """The variables ask for what there is not; the message names the variable."""


@contextmanager
def observed(environment: Mapping[str, str]) -> Iterator[None]:
    """Records and sends while the context lasts, and what is left at its end, within seconds. Once a process.

    `environment` is the process's own, which OpenTelemetry reads the rest from: where to send, with which
    headers, how often, which share of the traces.

    Raises:
        BadObserving: another protocol or exporter is asked for than there is.
    """
    traces, metrics = (_protocol(environment, signal) for signal in ("TRACES", "METRICS"))
    ends: list[End] = []
    if traces or metrics:
        resource = _resource(environment)
        if traces:
            ends.append(_send_traces(traces, resource))
        if metrics:
            ends.append(_send_metrics(metrics, resource))
    try:
        yield
    finally:
        _end(ends)


def _end(ends: list[End]) -> None:
    """Ends all at once. By themselves the exporters would try for half a minute."""
    deadline = time.monotonic() + REPORT_SECONDS
    threads = [threading.Thread(target=end, name="last report", daemon=True) for end in ends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _protocol(environment: Mapping[str, str], signal: Signal) -> str | None:
    """By which protocol a signal is to be sent; None where it is not."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    exporter = environment.get(f"OTEL_{signal}_EXPORTER")
    addresses = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    if exporter == "none" or not (exporter or any(map(environment.get, addresses))):
        return None
    if exporter not in (None, "", "otlp"):
        raise BadObserving(f"OTEL_{signal}_EXPORTER is “{exporter}”: write otlp or none")
    name = f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"
    name = name if environment.get(name) else "OTEL_EXPORTER_OTLP_PROTOCOL"
    protocol = environment.get(name) or HTTP
    if protocol not in (HTTP, GRPC):
        raise BadObserving(f"{name} is “{protocol}”: write {HTTP} or {GRPC}")
    return protocol


def _resource(environment: Mapping[str, str]) -> Resource:
    from opentelemetry.sdk.resources import Resource

    named = "OTEL_SERVICE_NAME" in environment or "service.name" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    name = {} if named else {"service.name": "ragtime"}
    return Resource.create({**name, "service.version": version("ragtime")})


def _send_traces(protocol: str, resource: Resource) -> End:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class ByEvent(RandomIdGenerator):
        """All that is done about an event is one trace, whichever processes do it, and however often."""

        def generate_trace_id(self) -> int:
            event = event_of_trace.get()
            if not event:
                return super().generate_trace_id()
            return int.from_bytes(hashlib.sha256(event.encode()).digest()[:16])

    provider = TracerProvider(resource=resource, id_generator=ByEvent(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_span_exporter(protocol)))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def _send_metrics(protocol: str, resource: Resource) -> End:
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(_metric_exporter(protocol))
    provider = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
    metrics.set_meter_provider(provider)
    return provider.shutdown


def _span_exporter(protocol: str) -> SpanExporter:
    if protocol == GRPC:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as ByGrpc

        return ByGrpc()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as ByHttp

    return ByHttp()


def _metric_exporter(protocol: str) -> MetricExporter:
    if protocol == GRPC:
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as ByGrpc

        return ByGrpc()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as ByHttp

    return ByHttp()
