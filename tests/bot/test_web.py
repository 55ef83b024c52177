"""Signed requests: what is not Slack's, too old, or too large never reaches the app."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message

from bot import inbox
from bot.assembly import assemble
from bot.client import slack_client
from bot.playground.transports import signature
from bot.tables import metadata
from bot.web import MAX_BODY, slack_events
from tests.support.answerer import FakeAnswerer
from tests.support.bot_database import bot_database

SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
HANDSHAKE = json.dumps({"type": "url_verification", "challenge": "well"}).encode()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    engine = bot_database(tmp_path)
    bot = assemble(slack_client("xoxb-fake", "http://127.0.0.1:9/"), engine, FakeAnswerer(), SECRET)
    with TestClient(Starlette(routes=[slack_events(lambda: bot.app)])) as client:
        yield client
    engine.dispose()


def post(
    client: TestClient,
    body: bytes,
    *,
    age: float = 0,
    secret: str = SECRET,
    signed: dict[str, str] | None = None,
    kind: str = "application/json",
) -> int:
    sent = str(int(time.time() - age))
    signed = signed or {"X-Slack-Request-Timestamp": sent, "X-Slack-Signature": signature(secret, sent, body)}
    return client.post("/slack/events", content=body, headers={"Content-Type": kind, **signed}).status_code


def test_a_request_that_slack_signed_is_taken(client: TestClient) -> None:
    assert post(client, HANDSHAKE) == 200
    assert post(client, HANDSHAKE, age=290) == 200


@pytest.mark.parametrize("age", [310, -310, 86_400])
def test_a_request_that_was_recorded_and_is_played_again_is_refused(client: TestClient, age: float) -> None:
    assert post(client, HANDSHAKE, age=age) == 401


def test_a_request_with_another_secret_or_a_changed_body_is_refused(client: TestClient) -> None:
    assert post(client, HANDSHAKE, secret="another") == 401
    now = str(int(time.time()))
    forged = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature(SECRET, now, b"other")}
    assert post(client, HANDSHAKE, signed=forged) == 401
    assert client.post("/slack/events", content=HANDSHAKE).status_code == 401


@pytest.mark.parametrize(
    ("body", "sent", "signature"),
    [
        (HANDSHAKE, b"soon", b"v0=" + b"0" * 64),
        (HANDSHAKE, b"9" * 5000, b"v0=" + b"0" * 64),
        (HANDSHAKE, b"1800000000", "v0=é".encode()),
        (b"\xff\xfe", b"1800000000", b"v0=" + b"0" * 64),
    ],
)
def test_what_has_not_even_the_form_of_a_signed_request_is_refused(
    client: TestClient, body: bytes, sent: bytes, signature: bytes
) -> None:
    headers = [(b"x-slack-request-timestamp", sent), (b"x-slack-signature", signature)]
    assert client.post("/slack/events", content=body, headers=headers).status_code == 401


NO_EVENT = [b'{"type": "event_callback", "event": %s}' % event for event in (b"null", b'"x"', b"[]")]
NO_SHAPE = [b"[]", b"null", b"hello", b"[" * 100_000, b'{"event": 1', b""]


@pytest.mark.parametrize("body", [*NO_SHAPE, b"payload=x"])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_what_slack_did_not_sign_is_refused_before_anything_reads_it(
    client: TestClient, body: bytes, kind: str
) -> None:
    now = str(int(time.time()))
    for sent in (now, "0"):
        headers = {"X-Slack-Request-Timestamp": sent, "X-Slack-Signature": f"v0={'0' * 64}"}
        answer = client.post("/slack/events", content=body, headers={**headers, "Content-Type": kind})
        assert (answer.status_code, answer.text) == (401, "not signed by Slack")


@pytest.mark.parametrize("body", [*NO_SHAPE[:-1], b'{"team": 1}', *NO_EVENT])
def test_what_slack_signs_but_never_sends_is_no_error_of_ours(
    client: TestClient, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    assert post(client, body) == 400
    assert caplog.messages == []


@pytest.mark.parametrize("payload", ["x", "[]", "7"])
def test_nor_is_a_form_that_holds_none_of_its_payloads(client: TestClient, payload: str) -> None:
    assert post(client, f"payload={payload}".encode(), kind="application/x-www-form-urlencoded") == 400


@pytest.mark.parametrize(
    ("age", "said"), [(4000, "ago by this machine's clock"), (-4000, "from now by this")]
)
def test_a_clock_that_makes_us_deaf_is_told_once(
    client: TestClient, caplog: pytest.LogCaptureFixture, age: float, said: str
) -> None:
    post(client, HANDSHAKE, age=age, secret="another")
    post(client, HANDSHAKE, secret="another")
    assert caplog.messages == []
    for _ in range(3):
        assert post(client, HANDSHAKE, age=age) == 401
    (line,) = caplog.messages
    assert said in line
    assert "`ragtime doctor`" in line


def test_slacks_look_at_the_certificate_is_answered(client: TestClient) -> None:
    assert post(client, b"ssl_check=1&token=old", kind="application/x-www-form-urlencoded") == 200


def test_a_body_without_end_is_refused_unread(client: TestClient) -> None:
    assert post(client, b"x" * (MAX_BODY + 1)) == 413


def test_half_a_request_is_no_error_of_ours(client: TestClient) -> None:
    """Neither where its sender is gone, nor where the server ends meanwhile and cancels it."""
    sent: list[Message] = []

    async def half(then: Callable[[], Message]) -> None:
        coming = iter([lambda: {"type": "http.request", "body": b"{", "more_body": True}, then])

        async def receive() -> Message:
            return next(coming)()

        async def send(message: Message) -> None:
            sent.append(message)

        await client.app(scope, receive, send)

    def cancelled() -> Message:
        raise asyncio.CancelledError

    scope = {"type": "http", "method": "POST", "path": "/slack/events", "query_string": b"", "headers": []}
    asyncio.run(half(lambda: {"type": "http.disconnect"}))
    asyncio.run(half(cancelled))
    assert [message["status"] for message in sent if "status" in message] == [503, 503]


def test_what_looks_like_sql_is_text(tmp_path: Path) -> None:
    engine = bot_database(tmp_path)
    assemble(slack_client("xoxb-fake", "http://127.0.0.1:9/"), engine, FakeAnswerer(), SECRET)
    evil = "'); DROP TABLE inbox; --"
    incoming = inbox.Incoming(evil, "message", evil[:32], "channel", evil, evil, evil, ts="1", thread_ts=evil)
    assert inbox.accept(engine, incoming)
    assert inbox.follows(engine, evil[:32], evil)
    item = inbox.take(engine)
    assert item
    assert item.incoming == incoming
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
