"""A tiny app for tests of the stand-in itself: takes signed requests, answers as it is told."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.playground.standin import StandIn


@dataclass
class RecordingApp:
    """Keeps every request whose signature slack_sdk accepts; `answers` are given first come, first served."""

    received: list[dict[str, Any]] = field(default_factory=list)
    retries: list[tuple[str, str]] = field(default_factory=list)
    answers: deque[Response] = field(default_factory=deque)
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self, standin: StandIn) -> list[BaseRoute]:
        """Its request URL, where the stand-in looks for it."""
        verifier = SignatureVerifier(standin.secrets.signing_secret)

        async def take(request: Request) -> Response:
            body = await request.body()
            if not verifier.is_valid_request(body, dict(request.headers)):
                self.refused += 1
                return Response(status_code=401)
            retry = (
                request.headers.get("x-slack-retry-num", ""),
                request.headers.get("x-slack-retry-reason", ""),
            )
            with self._lock:
                self.received.append(_payload(request.headers["content-type"], body))
                self.retries.append(retry)
                return self.answers.popleft() if self.answers else Response()

        return [Route("/slack/events", take, methods=["POST"])]

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The inner events received, of this type."""
        inner = [payload["event"] for payload in self.received if "event" in payload]
        return [event for event in inner if kind in (None, event["type"])]

    def answer_next(self, body: Any = None, status: int = 200) -> None:
        """The next request gets this answer."""
        self.answers.append(Response(status_code=status) if body is None else JSONResponse(body, status))


def _payload(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        return json.loads(body)
    form = dict(parse_qsl(body.decode()))
    return json.loads(form["payload"]) if "payload" in form else form
