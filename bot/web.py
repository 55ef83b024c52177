"""The HTTP side: Slack's signed requests at /slack/events, /healthz and /readyz."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.readiness import OK, Readiness

# Slack's own payloads stay far below this.
MAX_BODY = 1_000_000
# The form of what Slack signs. Bolt would take anything else for an error of ours.
SIGNED = {"x-slack-request-timestamp": r"\d{1,12}", "x-slack-signature": r"v0=[0-9a-f]{64}"}


def slack_events(app: Callable[[], App]) -> Route:
    """`POST /slack/events`: Bolt checks the signature, then its listeners run, off the event loop."""

    async def receive(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                return PlainTextResponse("too large", 413)
        if not _may_be_signed(request.headers, body):
            return PlainTextResponse("not signed by Slack", 401)
        answered = await run_in_threadpool(app().dispatch, to_bolt_request(request, body))
        return to_starlette_response(answered)

    return Route("/slack/events", receive, methods=["POST"])


def _may_be_signed(headers: Mapping[str, str], body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return all(re.fullmatch(form, headers.get(name, ""), re.ASCII) for name, form in SIGNED.items())


def healthz(ready: Callable[[], bool]) -> Route:
    """`GET /healthz`: 200 as soon as events can be taken, 503 before and after."""

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok") if ready() else PlainTextResponse("starting", 503)

    return Route("/healthz", health)


def readyz(readiness: Readiness) -> Route:
    """`GET /readyz`: 200 while all parts can be reached, else 503; either way which are and which are not."""

    async def ready(_: Request) -> Response:
        parts = await run_in_threadpool(readiness.look)
        return JSONResponse(parts, 200 if set(parts.values()) == {OK} else 503)

    return Route("/readyz", ready)
