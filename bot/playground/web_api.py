"""The stand-in's Web API: reads a call, checks token, scope and arguments, runs the method, answers."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.playground.errors import SlackError
from bot.playground.methods import METHODS
from bot.playground.methods.base import PREFIXES, Method, read_arguments
from bot.playground.rates import RateLimiter
from bot.playground.workspace import Workspace

MAX_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in, and what was answered (`status` 0: never answered)."""

    method: str
    arguments: dict[str, Any]
    token: str
    status: int = 0
    response: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call is to go wrong, for tests.

    `applied`: the method runs all the same, only its answer is lost: replaced by the error or status,
    or (`silent`) the connection stays open without one for that many seconds.
    """

    error: str = ""
    status: int = 200
    retry_after: int | None = None
    applied: bool = False
    silent: float = 0.0


def no_fault(_: Call) -> Fault | None:
    """Every call goes right."""
    return None


class WebApi:
    """Serves the methods for one app's tokens.

    `scopes`: what the bot token may do, None for everything. `fault` decides for each call whether
    and how it fails, `record` hears of each call once it is answered; both may be called from the
    server's loop only.
    """

    def __init__(
        self,
        workspace: Workspace,
        bot_token: str,
        app_token: str,
        open_socket: Callable[[], str],
        scopes: frozenset[str] | None = None,
    ) -> None:
        self.workspace = workspace
        self.scopes = scopes
        self.limiter: RateLimiter | None = None
        self.fault: Callable[[Call], Fault | None] = no_fault
        self.record: Callable[[Call], None] = lambda _: None
        self._tokens = {"bot": bot_token, "app": app_token}
        self._methods = {
            **METHODS,
            "apps.connections.open": Method(lambda *_: {"url": open_socket()}, token="app"),
        }

    async def handle(self, request: Request) -> Response:
        """`/api/{method}`."""
        name = request.path_params["method"]
        try:
            token, arguments = await _read(request)
        except SlackError as error:
            return JSONResponse(error.body())
        call = Call(name, arguments, token)
        fault = self.fault(call)
        if fault and not fault.applied:
            response = _faulty(fault)
        else:
            response = self._answer(name, arguments, token)
            if fault and fault.silent:
                self.record(call)
                await _keep_silent(request, fault.silent)
                return Response(status_code=504)
            response = _faulty(fault) if fault else response
        body = json.loads(bytes(response.body)) if response.body else {}
        self.record(Call(name, arguments, token, response.status_code, body))
        return response

    def _answer(self, name: str, arguments: dict[str, Any], token: str) -> Response:
        try:
            method = self._methods.get(name)
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._authorize(method, arguments, token)
            wait = self.limiter.retry_after(name, str(arguments.get("channel"))) if self.limiter else 0
            if wait:
                return _faulty(Fault("ratelimited", 429, wait))
            result = method.run(self.workspace, read_arguments(method, arguments))
        except SlackError as error:
            return JSONResponse(error.body())
        scopes = ",".join(sorted(self.scopes or _ALL_SCOPES))
        return JSONResponse({"ok": True, **result}, headers={"x-oauth-scopes": scopes})

    def _authorize(self, method: Method, arguments: dict[str, Any], token: str) -> None:
        if method.token == "none":
            return
        if not token:
            raise SlackError("not_authed")
        if not _same(token, self._tokens[method.token]):
            known = any(_same(token, each) for each in self._tokens.values())
            raise SlackError("not_allowed_token_type" if known else "invalid_auth")
        if self.scopes is None or not method.scope:
            return
        channel = self.workspace.channel(str(arguments.get("channel")))
        kinds = [PREFIXES[channel.kind]] if channel else PREFIXES.values()
        needed = [method.scope.replace("*", kind) for kind in kinds]
        if not self.scopes & set(needed):
            raise SlackError("missing_scope", needed=needed[0], provided=",".join(sorted(self.scopes)))


_ALL_SCOPES = frozenset(
    method.scope.replace("*", kind)
    for method in METHODS.values()
    for kind in PREFIXES.values()
    if method.scope
)


async def _keep_silent(request: Request, seconds: float) -> None:
    """Waits so long, or until the other side gives up."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end and not await request.is_disconnected():
        await asyncio.sleep(0.05)


def _same(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.encode(), expected.encode())


def _faulty(fault: Fault) -> Response:
    """What a fault looks like from outside."""
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.error:
        status = 429 if fault.error == "ratelimited" else fault.status
        return JSONResponse({"ok": False, "error": fault.error}, status, headers)
    return Response(status_code=fault.status, headers=headers)


async def _read(request: Request) -> tuple[str, dict[str, Any]]:
    """The token and the arguments, from query, form or JSON."""
    arguments: dict[str, Any] = dict(request.query_params)
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise SlackError("request_too_large")
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    try:
        if kind == "application/json" and body:
            given = json.loads(body)
            if not isinstance(given, dict):
                raise SlackError("json_not_object")
            arguments |= given
        elif kind in ("application/x-www-form-urlencoded", ""):
            arguments |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        elif body:
            raise SlackError("invalid_post_type")
    except UnicodeDecodeError:
        raise SlackError("invalid_charset") from None
    except ValueError:
        raise SlackError("invalid_json") from None
    bearer = request.headers.get("authorization", "")
    token = arguments.pop("token", None) or bearer.removeprefix("Bearer ").strip()
    return str(token), arguments
