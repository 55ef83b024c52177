"""The HTTP side: Slack's signed requests at /slack/events, /healthz and /readyz."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable

from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app import SlackApp
from bot.readiness import OK, Readiness

# Slack's own payloads stay far below this.
MAX_BODY = 1_000_000
NOT_SLACKS = "not what Slack sends"


def slack_events(app: Callable[[], SlackApp]) -> Route:
    """`POST /slack/events`: only what Slack signed is read; then the listeners run, off the event loop."""

    async def receive(request: Request) -> Response:
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_BODY:
                    return PlainTextResponse("too large", 413)
        except (ClientDisconnect, CancelledError):
            # Whoever sends it is gone, or this process is about to be: no error of ours.
            return PlainTextResponse("not read to its end", 503)
        if not app().signatures.good(request.headers, body):
            return PlainTextResponse("not signed by Slack", 401)
        try:
            asked = to_bolt_request(request, body)
        except Exception:
            # Bolt takes the shape for granted: on another one it fails with whichever error comes of it.
            return PlainTextResponse(NOT_SLACKS, 400)
        if not isinstance(asked.body.get("event", {}), dict):
            return PlainTextResponse(NOT_SLACKS, 400)
        return to_starlette_response(await run_in_threadpool(app().dispatch, asked))

    return Route("/slack/events", receive, methods=["POST"])


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
