"""Private replies go to Slack's own hosts, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.blocks.render import plain_message
from bot.client import is_transient, slack_client
from bot.replies.respond import NotDelivered, respond

MESSAGE = plain_message("Only you can see this.")


class Receiver:
    """A server that notes which paths were asked for, and answers with a status and headers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.location = ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked.append(self.path)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Nothing on the terminal."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    threading.Thread(target=receiver.server.serve_forever, daemon=True).start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/metadata",
        "http://127.0.0.1:{port}/?https://hooks.slack.com/",
        "http://hooks.slack.com@127.0.0.1:{port}/",
        "http://hooks.slack.com:x@127.0.0.1:{port}/",
        "http://hooks.slack.com.127.0.0.1.nip.io:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://hooks.slack.com/",
        "https://hooks.slack.com.evil.example/",
        "https://evil.example/hooks.slack.com",
        "https://hooks.slack.com\\@127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://hooks.slack.com/",
        "https://",
        "",
    ],
)
def test_an_address_that_is_not_slacks_is_not_called(receiver: Receiver, address: str) -> None:
    client = slack_client("xoxb-fake", "https://slack.com/api/")
    with pytest.raises(NotDelivered):
        respond(client, address.format(port=receiver.port), MESSAGE)
    assert receiver.asked == []


def test_without_an_address_nothing_is_sent() -> None:
    with pytest.raises(NotDelivered):
        respond(slack_client("xoxb-fake", "https://slack.com/api/"), None, MESSAGE)


def test_the_host_of_the_api_is_slacks_too(receiver: Receiver) -> None:
    client = slack_client("xoxb-fake", f"http://127.0.0.1:{receiver.port}/api/")
    for host in ("127.0.0.1", "localhost"):
        respond(client, f"http://{host}:{receiver.port}/response/1", MESSAGE)
    assert receiver.asked == ["/response/1"] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    client = slack_client("xoxb-fake", f"http://127.0.0.1:{receiver.port}/api/")
    receiver.status, receiver.location = status, f"http://127.0.0.1:{receiver.port}/inside"
    with pytest.raises(NotDelivered, match=str(status)):
        respond(client, f"http://127.0.0.1:{receiver.port}/response/1", MESSAGE)
    assert receiver.asked == ["/response/1"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_slack_does_not_take_now_is_tried_again_later(receiver: Receiver, status: int) -> None:
    client = slack_client("xoxb-fake", f"http://127.0.0.1:{receiver.port}/api/")
    receiver.status = status
    with pytest.raises(ConnectionError) as raised:
        respond(client, f"http://127.0.0.1:{receiver.port}/response/1", MESSAGE)
    assert is_transient(raised.value)
