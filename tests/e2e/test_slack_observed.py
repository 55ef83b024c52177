"""Traces and metrics of the real bot, as a collector gets them: ids, kinds and numbers, and no words."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.telemetry.observing import BadObserving, observed
from tests.support.command import ROOT, environment
from tests.support.knowledge import home_with_model, write
from tests.support.manifest import EVENTS, SCOPES
from tests.support.openai_server import Body, OpenAIServer, Say
from tests.support.otlp import Received, attributes, otlp_receiver, otlp_receiver_by_grpc
from tests.support.ports import free_port
from tests.support.slack import LocalSlack

PATIENCE = 90.0
ASKED = ("when does the pager ring?", "who feeds the zebrafish?")
ANSWER = "The pager rings for every SEV-1. [1]"
# What a process has to say of one question, without Slack and the rest.
A_QUESTION = """
import os
from bot.inbox import Incoming
from bot.telemetry import measures
from bot.telemetry.observing import observed
from bot.telemetry.traces import about_event, span

with observed(os.environ):
    with about_event("take in", Incoming("Ev1", "message", "C1", "channel", "U1", "T1", "zebrafish?")):
        with span("answer", refused=True):
            measures.REFUSALS.add(1, {"kind": "message"})
"""
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Received:
    """What a bot sent that was asked two questions in Slack, and ended in order."""
    folder = tmp_path_factory.mktemp("observed")
    docs = write(folder / "docs", {"oncall.md": "# On call\n\nThe pager rings for every SEV-1.\n"})
    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS, patience=PATIENCE) as slack,
        OpenAIServer(_written) as model,
        otlp_receiver() as (address, received),
    ):
        slack.use_sockets()
        settings = environment(
            home_with_model(folder / "home", model_folder),
            docs,
            PORT=str(free_port()),
            SLACK_BOT_TOKEN=slack.secrets.bot_token,
            SLACK_APP_TOKEN=slack.secrets.app_token,
            SLACK_API_URL=slack.api_url,
            OPENAI_API_KEY="sk-fake",
            OPENAI_BASE_URL=model.base_url,
            OTEL_EXPORTER_OTLP_ENDPOINT=address,
        )
        process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=settings, cwd=folder)
        try:
            slack.wait_until(lambda: slack.standin.sockets.connected, PATIENCE, 0.1)
            for text in ASKED:
                question = slack.say(f"@Ragtime {text}", "C0GENERAL")
                slack.wait_until(lambda q=question: slack.replies_to("C0GENERAL", q["ts"]), PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    return received


def _written(body: Body) -> Say:
    """What the model answers: the second question it declines."""
    return Say("NOT_IN_DOCUMENTS" if "zebrafish" in str(body["messages"][-1]) else ANSWER)


def test_what_is_done_about_an_event_is_one_trace(received: Received) -> None:
    assert received.services == {"ragtime"}
    answered, refused = (
        {span.name for span in received.spans if span.trace_id == handled.trace_id}
        for handled in sorted(_spans(received, "handle"), key=lambda span: span.start_time_unix_nano)
    )
    steps = {"take in", "handle", "route", "answer", "retrieve", "model", "post"}
    assert (answered, refused) == (steps, steps)
    for span in _spans(received, "handle"):
        assert attributes(span)["ragtime.outcome"] == "answered"
        assert attributes(span)["ragtime.kind"] == "message"
        assert attributes(span)["ragtime.event"].startswith("Ev")
    assert sorted(attributes(span)["ragtime.refused"] for span in _spans(received, "answer")) == [False, True]
    # The message comes as a mention and as a message of the channel: it is taken in once.
    assert sorted(attributes(span)["ragtime.new"] for span in _spans(received, "take in")).count(True) == 2
    assert all(attributes(span)["ragtime.passages"] for span in _spans(received, "retrieve"))


def test_acks_answers_refusals_the_queue_and_models_are_measured(received: Received) -> None:
    acks = received.metrics["ragtime.ack.duration"].histogram.data_points
    assert {attributes(point)["status"] for point in acks} == {200}
    (answers,) = received.metrics["ragtime.answer.duration"].histogram.data_points
    assert (answers.count, attributes(answers)) == (2, {"kind": "message", "outcome": "answered"})
    (refusals,) = received.metrics["ragtime.refusals"].sum.data_points
    assert refusals.as_int == 1
    depth = received.metrics["ragtime.queue.depth"].gauge.data_points
    assert {attributes(point)["state"]: point.as_int for point in depth} == {"accepted": 0, "answering": 0}
    tokens = received.metrics["ragtime.model.tokens"].sum.data_points
    assert {attributes(point)["direction"] for point in tokens} == {"in", "out"}
    (spend,) = received.metrics["ragtime.model.spend"].sum.data_points
    assert spend.as_double > 0


def test_nothing_that_was_said_leaves_with_them(received: Received) -> None:
    for words in (*ASKED, ANSWER, "pager", "zebrafish", "sk-fake", "xoxb-"):
        assert words.encode() not in received.raw


def test_by_grpc_it_is_the_same() -> None:
    with otlp_receiver_by_grpc() as (address, received):
        where = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
        subprocess.run([sys.executable, "-c", A_QUESTION], env=where, cwd=ROOT, check=True)
    assert received.services == {"ragtime"}
    assert [span.name for span in received.spans] == ["answer", "take in"]
    assert len({span.trace_id for span in received.spans}) == 1
    (refusals,) = received.metrics["ragtime.refusals"].sum.data_points
    assert refusals.as_int == 1
    assert b"zebrafish" not in received.raw


def test_a_collector_that_never_answers_keeps_no_process_from_ending() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
            "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "3600",
        }
        subprocess.run([sys.executable, "-c", A_QUESTION], env=where, cwd=ROOT, check=True, timeout=30)


def _spans(received: Received, name: str) -> list[Span]:
    return [span for span in received.spans if span.name == name]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is “zipkin”: write otlp or none"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is “http/json”: write http/protobuf or grpc",
        ),
    ],
)
def test_what_cannot_be_sent_is_said_at_the_start(variables: dict[str, str], said: str) -> None:
    with pytest.raises(BadObserving, match=said), observed(variables):
        pass


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "none",
        },
    ],
)
def test_nothing_is_recorded_where_nobody_asks_for_it(variables: dict[str, str]) -> None:
    with observed(variables):
        assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
