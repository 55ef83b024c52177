"""Socket Mode: keeps a connection to Slack, over which events come and are acked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


class SocketMode:
    """Connects in the background until it succeeds; slack_sdk then renews the connection by itself.

    `told` is called once events can come in.
    """

    def __init__(self, app: App, app_token: str, client: WebClient, told: Callable[[], None]) -> None:
        self._handler = SocketModeHandler(app, app_token, web_client=client)
        # Made with the environment's proxy, which does not count for an address on this machine.
        self._handler.client.proxy = client.proxy
        self._told = told
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="socket-mode", daemon=True)

    def check(self) -> None:
        """Asks Slack for a connection's address, which shows whether the token is good.

        Raises:
            SlackApiError: Slack refuses it.
            OSError: Slack cannot be reached.
        """
        self._handler.client.wss_uri = self._handler.client.issue_new_wss_url()

    @property
    def connected(self) -> bool:
        """Whether events can come in."""
        return self._handler.client.is_connected()

    def start(self) -> None:
        """Begins to connect; returns at once."""
        self._thread.start()

    def stop(self, within: float) -> None:
        """Takes no more events; the client waits until something comes in, but nobody waits longer for it."""
        self._stopping.set()
        closing = threading.Thread(target=self._close, name="socket-mode-close", daemon=True)
        closing.start()
        closing.join(within)

    def _close(self) -> None:
        self._thread.join()
        self._handler.close()

    def _connect(self) -> None:
        while not self._stopping.is_set():
            try:
                self._handler.connect()
                self._told()
                return
            except (SlackClientError, OSError) as error:
                log.warning("no connection by Socket Mode yet, trying again: %s", error)
                # An address is good for one connection.
                self._handler.client.wss_uri = None
                self._stopping.wait(RETRY_SECONDS)
