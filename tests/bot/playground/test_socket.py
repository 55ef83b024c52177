"""Socket Mode with slack_sdk's own client: envelopes, acks, retries, reconnects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.playground import people
from bot.playground.cast import YOU
from tests.support.slack import LocalSlack

Answer = Callable[[SocketModeRequest], dict[str, Any] | None]


def nothing(_: SocketModeRequest) -> None:
    return None


def pong(request: SocketModeRequest) -> dict[str, Any] | None:
    return {"text": "pong"} if request.type == "slash_commands" else None


@contextmanager
def connected(
    slack: LocalSlack, answer: Answer = nothing, ack: bool = True
) -> Iterator[list[SocketModeRequest]]:
    """slack_sdk's client on a socket; yields what it receives."""
    received: list[SocketModeRequest] = []

    def take(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        received.append(request)
        if ack:
            response = SocketModeResponse(request.envelope_id, answer(request))
            client.send_socket_mode_response(response)

    slack.use_sockets()
    client = SocketModeClient(
        slack.secrets.app_token, web_client=WebClient(base_url=slack.api_url), ping_interval=1
    )
    client.socket_mode_request_listeners.append(take)
    try:
        client.connect()
        slack.wait_for_socket()
        yield received
    finally:
        # It joins threads that sleep for seconds; nothing here waits for them.
        threading.Thread(target=client.close, daemon=True).start()


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[LocalSlack, list[SocketModeRequest]]]:
    """One connection for the tests that need no other; closing a client takes its seconds."""
    with LocalSlack() as slack, connected(slack, pong) as received:
        yield slack, received


def test_a_mention_comes_in_two_envelopes_that_are_acked(
    shared: tuple[LocalSlack, list[SocketModeRequest]],
):
    slack, received = shared
    slack.say("@Ragtime hello", "C0GENERAL")
    slack.wait_until(lambda: len(received) >= 2, poll=0.02)
    slack.wait_for_quiet()
    assert {request.type for request in received} == {"events_api"}
    assert sorted(request.payload["event"]["type"] for request in received) == ["app_mention", "message"]
    assert {request.retry_attempt for request in received} == {0}
    assert all(attempt.ack.ok for attempt in slack.attempts())


def test_a_command_is_answered_in_its_ack(shared: tuple[LocalSlack, list[SocketModeRequest]]):
    slack, received = shared
    people.run_command(slack.workspace, YOU.id, "C0GENERAL", "/ping")
    (private,) = slack.wait_for_private()
    assert private["text"] == "pong"
    assert received[-1].accepts_response_payload


def test_after_a_refresh_events_come_over_the_new_socket(
    shared: tuple[LocalSlack, list[SocketModeRequest]],
):
    slack, received = shared
    slack.refresh_sockets()
    slack.wait_for_socket()
    before = len(received)
    slack.say("still there?", "C0ONCALL")
    slack.wait_until(lambda: len(received) > before, poll=0.02)
    slack.wait_for_quiet()
    assert received[-1].payload["event"]["text"] == "still there?"


def test_an_envelope_that_is_not_acked_comes_again_with_the_same_event_id():
    with LocalSlack(patience=0.1) as slack, connected(slack, ack=False) as received:
        slack.say("hello")
        slack.wait_until(lambda: len(received) == 4, poll=0.02)
        slack.wait_for_quiet()
        assert [request.retry_attempt for request in received] == [0, 1, 2, 3]
        assert {request.retry_reason for request in received[1:]} == {"timeout"}
        assert len({request.payload["event_id"] for request in received}) == 1
        assert len({request.envelope_id for request in received}) == 4


def test_without_a_socket_an_event_waits_for_its_retry():
    with LocalSlack(retry_delays=(0.1,) * 300) as slack:
        slack.use_sockets()
        slack.say("nobody home")
        slack.wait_until(lambda: len(slack.attempts("message")) >= 3)
        with connected(slack) as received:
            slack.wait_until(lambda: received, poll=0.02)
            assert received[0].retry_attempt
            assert received[0].retry_reason == "connection_failed"
            slack.wait_for_quiet()


def test_a_socket_address_is_good_once_and_cannot_be_guessed():
    with LocalSlack() as slack:
        ticket = slack.standin.sockets.new_ticket()
        client = TestClient(Starlette(routes=slack.standin.routes()))
        with client.websocket_connect(f"/socket/{ticket}") as websocket:
            assert websocket.receive_json()["type"] == "hello"
        for bad in (ticket, "guessed"):
            with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"/socket/{bad}"):
                pass
