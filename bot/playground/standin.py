"""Puts the stand-in together: one workspace, its Web API, sockets and delivery, as Starlette routes."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.playground import response_urls
from bot.playground.delivery import PATIENCE, RETRY_DELAYS, SUBSCRIPTIONS, Delivery
from bot.playground.socket import Sockets
from bot.playground.transports import HttpTransport, SocketTransport
from bot.playground.web_api import WebApi
from bot.playground.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Secrets:
    """Tokens and signing secret of the app; new ones at each start."""

    bot_token: str
    app_token: str
    signing_secret: str


def new_secrets() -> Secrets:
    """Random ones in Slack's forms."""
    return Secrets(
        bot_token=f"xoxb-{secrets.token_hex(24)}",
        app_token=f"xapp-1-{secrets.token_hex(24)}",
        signing_secret=secrets.token_hex(16),
    )


class StandIn:
    """A local Slack. Serve `routes()` and keep `running()` open meanwhile (a Starlette lifespan)."""

    def __init__(
        self,
        workspace: Workspace,
        url: str,
        *,
        events_path: str = "/slack/events",
        patience: float = PATIENCE,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        subscriptions: frozenset[str] = SUBSCRIPTIONS,
        scopes: frozenset[str] | None = None,
    ) -> None:
        """`url` is where this server is reached (`http://127.0.0.1:3000`, no slash at the end).

        Deliveries go by HTTP to `events_url`, at first `events_path` on the same server; `use_sockets`
        and `use_http` change that.
        """
        self.workspace = workspace
        self.secrets = new_secrets()
        self.url = workspace.public_url = url
        self.events_url = url + events_path
        self.sockets = Sockets(workspace.bot.app_id)
        socket_url = "ws" + url.removeprefix("http")
        self.web_api = WebApi(
            workspace,
            self.secrets.bot_token,
            self.secrets.app_token,
            open_socket=lambda: f"{socket_url}/socket/{self.sockets.new_ticket()}",
            scopes=scopes,
        )
        self._http = HttpTransport(lambda: self.events_url, self.secrets.signing_secret, patience)
        self._over_sockets = SocketTransport(self.sockets, patience)
        self.delivery = Delivery(workspace, self._http, retry_delays, subscriptions)

    @property
    def api_url(self) -> str:
        """The base of the Web API: what SLACK_API_URL is set to."""
        return f"{self.url}/api/"

    def use_sockets(self) -> None:
        """From now on deliveries go over the app's sockets."""
        self.delivery.transport = self._over_sockets

    def use_http(self, events_url: str | None = None) -> None:
        """From now on deliveries go by signed HTTP, to `events_url` where given."""
        self.events_url = events_url or self.events_url
        self.delivery.transport = self._http

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delivers events while the block runs."""
        async with self.delivery.running():
            yield

    def routes(self) -> list[BaseRoute]:
        """The Web API, response URLs and sockets."""

        async def respond(request: Request) -> Response:
            return await response_urls.handle(request, self.workspace)

        return [
            Route("/api/{method}", self.web_api.handle, methods=["GET", "POST"]),
            Route("/response/{ticket}", respond, methods=["POST"]),
            WebSocketRoute("/socket/{ticket}", self.sockets.serve),
        ]


def build_standin(url: str, workspace: Workspace | None = None) -> StandIn:
    """The playground's stand-in, on a new workspace unless one is given."""
    return StandIn(workspace or Workspace(), url)
