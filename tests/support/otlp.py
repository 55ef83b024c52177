"""Receivers of traces and metrics by OTLP, over HTTP and over gRPC, which keep what they were sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Received:
    """What came: `raw` is all of it as bytes, `services` the names under which it came."""

    def __init__(self) -> None:
        self.raw = b""
        self.spans: list[Span] = []
        self.services: set[str] = set()
        # The last report of each.
        self.metrics: dict[str, Metric] = {}

    def take(self, path: str, body: bytes) -> None:
        """Keeps a request."""
        self.raw += body
        if path == "/v1/traces":
            for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.services.add(attributes(sent.resource)["service.name"])
                self.spans += [span for scope in sent.scope_spans for span in scope.spans]
        elif path == "/v1/metrics":
            for sent in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for scope in sent.scope_metrics:
                    self.metrics |= {metric.name: metric for metric in scope.metrics}


def attributes(item: Any) -> dict[str, Any]:
    """The attributes of a span, a resource or a data point, as plain values."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in item.attributes}


@contextmanager
def otlp_receiver() -> Iterator[tuple[str, Received]]:
    """Its address, for OTEL_EXPORTER_OTLP_ENDPOINT, and what it was sent."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.take(self.path, gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", received
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def otlp_receiver_by_grpc() -> Iterator[tuple[str, Received]]:
    """The same, by gRPC without TLS."""
    received = Received()

    class Traces(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request: ExportTraceServiceRequest, context: object) -> ExportTraceServiceResponse:
            received.take("/v1/traces", request.SerializeToString())
            return ExportTraceServiceResponse()

    class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
        def Export(
            self, request: ExportMetricsServiceRequest, context: object
        ) -> ExportMetricsServiceResponse:
            received.take("/v1/metrics", request.SerializeToString())
            return ExportMetricsServiceResponse()

    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"http://127.0.0.1:{port}", received
    finally:
        server.stop(None).wait()
