"""How a delivery reaches the app: by signed HTTP, or over its sockets. Says whether it was acked."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx

from bot.playground.envelope import Outgoing
from bot.playground.socket import NoAck, Sockets


@dataclass(frozen=True, slots=True)
class Retry:
    """Which repetition this is (0: none), and why."""

    number: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """What came back. `reason` is Slack's word for the failure; empty where it was acked."""

    reason: str = ""
    status: int = 0
    body: Any = None
    final: bool = False

    @property
    def ok(self) -> bool:
        """Whether the app took it."""
        return not self.reason


class Transport(Protocol):
    """A way to the app."""

    async def send(self, outgoing: Outgoing, retry: Retry) -> Ack:
        """Delivers once and waits for the ack, no longer than Slack does. Never raises."""
        ...


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts to the app's request URL."""

    def __init__(self, url: Callable[[], str], signing_secret: str, patience: float) -> None:
        self._url = url
        self._secret = signing_secret
        self._patience = patience

    async def send(self, outgoing: Outgoing, retry: Retry) -> Ack:
        """See `Transport`."""
        kind, body = _body(outgoing)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if retry.number:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        try:
            # The app is on this machine: no proxy, and no certificates to load for each request.
            async with httpx.AsyncClient(trust_env=False, verify=False, timeout=self._patience) as client:
                response = await client.post(self._url(), content=body, headers=headers)
        except httpx.TimeoutException:
            return Ack("http_timeout")
        except httpx.HTTPError:
            return Ack("connection_failed")
        if not response.is_success:
            final = response.headers.get("x-slack-no-retry") == "1"
            return Ack("http_error", response.status_code, final=final)
        return Ack(status=response.status_code, body=_answer(response))


class SocketTransport:
    """Sends envelopes to one of the app's sockets."""

    def __init__(self, sockets: Sockets, patience: float) -> None:
        self._sockets = sockets
        self._patience = patience

    async def send(self, outgoing: Outgoing, retry: Retry) -> Ack:
        """See `Transport`."""
        names = {"events": "events_api", "commands": "slash_commands", "interactivity": "interactive"}
        envelope = {
            "payload": outgoing.payload,
            "type": names[outgoing.kind],
            "accepts_response_payload": outgoing.kind != "events",
            **({"retry_attempt": retry.number, "retry_reason": retry.reason} if outgoing.event_id else {}),
        }
        try:
            return Ack(body=await self._sockets.send(envelope, self._patience))
        except NoAck as error:
            return Ack(error.reason)


def _body(outgoing: Outgoing) -> tuple[str, bytes]:
    if outgoing.kind == "events":
        return "application/json", json.dumps(outgoing.payload).encode()
    if outgoing.kind == "commands":
        return "application/x-www-form-urlencoded", urlencode(outgoing.payload).encode()
    form = urlencode({"payload": json.dumps(outgoing.payload)})
    return "application/x-www-form-urlencoded", form.encode()


def _answer(response: httpx.Response) -> Any:
    """JSON where it is JSON; a text stands for itself."""
    if "json" in response.headers.get("content-type", "") and response.content:
        try:
            return response.json()
        except ValueError:
            return None
    return {"text": response.text} if response.text.strip() else None
