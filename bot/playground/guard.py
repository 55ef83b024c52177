"""Keeps the playground to this machine: other sites' pages can neither read it nor act in it.

A browser can be made to send requests here by any page that it shows. So the Host header must name
this machine (a foreign name that resolves to 127.0.0.1 is refused), and what changes something or
listens must come from a page of our own.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_READING = ("GET", "HEAD")
_POLICY_VIOLATION = 1008

_NOT_HERE = "The playground answers on this machine only. Open it at http://127.0.0.1 with its port."
_NOT_YOURS = "This request came from another page. Open the playground itself and try there."


def content_security_policy(host: str, scripts: bool) -> str:
    """What a page may load: our own files, nothing from elsewhere; WebSockets to `host`."""
    rules = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    if scripts:
        rules |= {
            "script-src": "'self'",
            # Some browsers do not count WebSockets as 'self'.
            "connect-src": f"'self' ws://{host}",
            "require-trusted-types-for": "'script'",
            "trusted-types": "ragtime",
        }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class LoopbackOnly:
    """ASGI middleware: refuses foreign hosts and origins, and adds the security headers."""

    def __init__(self, app: ASGIApp, scripts: bool = True) -> None:
        self.app = app
        self.scripts = scripts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what comes from this machine and, where it matters, from our own page."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        acts = scope["type"] == "websocket" or scope["method"] not in _READING
        if _hostname(host) not in LOOPBACK:
            refusal = PlainTextResponse(_NOT_HERE, 421)
        elif acts and headers.get("origin") != f"http://{host}":
            refusal = PlainTextResponse(_NOT_YOURS, 403)
        else:
            await self.app(scope, receive, self._with_headers(send, host))
            return
        answer = WebSocketClose(_POLICY_VIOLATION) if scope["type"] == "websocket" else refusal
        await answer(scope, receive, send)

    def _with_headers(self, send: Send, host: str) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = content_security_policy(host, self.scripts)
                headers["cross-origin-opener-policy"] = "same-origin"
                headers["cross-origin-resource-policy"] = "same-origin"
                headers["referrer-policy"] = "no-referrer"
                headers["x-content-type-options"] = "nosniff"
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        return send_with_headers


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
