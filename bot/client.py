"""The client of Slack's Web API: how it is made, and which of its errors pass by themselves."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, cast
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web import SlackResponse

TIMEOUT_SECONDS = 15
RATE_LIMIT_RETRIES = 3

# What breaks between here and Slack. (Not every OSError: a file missing here is no trouble of Slack's.)
NETWORK_ERRORS = (URLError, ConnectionError, TimeoutError, ssl.SSLError, HTTPException)
# All that a call of the Web API may raise.
SLACK_ERRORS = (SlackClientError, *NETWORK_ERRORS)

_TRANSIENT = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
}


def slack_client(token: str | None, base_url: str) -> WebClient:
    """A client that waits when Slack says so, and never repeats a call that may have worked.

    (Slack's own default is to send a call again when the connection broke, which may post twice.)
    """
    client = WebClient(
        token=token,
        base_url=base_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)],
    )
    client.proxy = proxy_for(base_url)
    return client


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in Slack."""

    user: str
    bot: str
    team: str
    enterprise: str | None
    url: str
    name: str = ""
    workspace: str = ""

    def __str__(self) -> str:
        """As people know us."""
        return f"@{self.name or self.user} of {self.workspace or self.team} ({self.url})"


def said(response: object) -> dict[str, Any]:
    """What a call of the Web API answered, as the plain dictionary that it is."""
    return cast(SlackResponse, response).data  # pyright: ignore[reportReturnType]  (bytes only for exports)


def header(response: object, name: str) -> str:
    """A header of what a call of the Web API answered; empty where there is none of that name."""
    values = {key.lower(): value for key, value in cast(SlackResponse, response).headers.items()}
    value = values.get(name.lower(), "")
    return value if isinstance(value, str) else ",".join(value)


def identify(client: WebClient) -> Callable[[], Identity]:
    """Who we are, asked of Slack when it is first needed. Errors of that call pass through."""
    known: list[Identity] = []

    def identity() -> Identity:
        if not known:
            us = said(client.auth_test())
            known.append(
                Identity(
                    user=us["user_id"],
                    bot=us.get("bot_id", ""),
                    team=us["team_id"],
                    enterprise=us.get("enterprise_id"),
                    url=us.get("url", ""),
                    name=us.get("user", ""),
                    workspace=us.get("team", ""),
                )
            )
        return known[0]

    return identity


def proxy_for(url: str) -> str | None:
    """The proxy for an address by HTTPS_PROXY, HTTP_PROXY and NO_PROXY; none on this machine.

    (Slack's package reads the first two, but not NO_PROXY.)
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "127.0.0.1", "::1") or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get("https" if parts.scheme in ("https", "wss") else "http")


def error_code(error: BaseException) -> str:
    """Slack's code for what went wrong; empty where there was no answer by Slack."""
    return str(error.response.get("error", "")) if isinstance(error, SlackApiError) else ""


def is_transient(error: BaseException) -> bool:
    """Whether a call of the Web API failed in a way that passes: it may even have worked."""
    if isinstance(error, SlackApiError):
        status = error.response.status_code
        return status == 429 or status >= 500 or error_code(error) in _TRANSIENT
    return isinstance(error, NETWORK_ERRORS)
