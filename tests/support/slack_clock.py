"""A Slack that can only be asked what time it is, and says another time than this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk import WebClient

from bot.client import slack_client


@dataclass
class SlackClock:
    """How far this machine's clock is `ahead` of Slack's; None: Slack does not say what time it is."""

    client: WebClient
    ahead: timedelta | None


@contextmanager
def slack_clock(ahead: timedelta | None) -> Iterator[SlackClock]:
    """Served until the context ends; what it says may be changed meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = b'{"ok": true}'
            self.send_response_only(200)
            if clock.ahead is not None:
                self.send_header("Date", format_datetime(datetime.now(UTC) - clock.ahead, usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    clock = SlackClock(slack_client(None, f"http://127.0.0.1:{server.server_address[1]}/api/"), ahead)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield clock
    finally:
        server.shutdown()
        server.server_close()
