"""The real bot for tests: Bolt app, inbox and workers, connected to a local Slack."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from slack_bolt.adapter.socket_mode import SocketModeHandler
from starlette.applications import Starlette

from bot.answerer import Answerer
from bot.assembly import Assembly, assemble
from bot.channels import Channels
from bot.client import slack_client
from bot.web import healthz, slack_events
from tests.support.bot_database import bot_database
from tests.support.slack import LocalSlack


@contextmanager
def running_bot(
    slack: LocalSlack, folder: Path, answerer: Answerer, *, by_sockets: bool = False, channels: str = ""
) -> Iterator[Assembly]:
    """A bot with its database in `folder`, which Slack reaches by signed HTTP or by Socket Mode.

    `channels` is what its file of settings by channel says.
    """
    bot = build_bot(slack, folder, answerer, channels)
    with reached_by_sockets(slack, bot) if by_sockets else reached_by_http(slack, bot):
        bot.start()
        try:
            yield bot
        finally:
            bot.stop(within=1.0)


def build_bot(slack: LocalSlack, folder: Path, answerer: Answerer, channels: str = "") -> Assembly:
    """The parts, not yet started."""
    rules = folder / "channels.toml"
    rules.write_text(channels)
    client = slack_client(slack.secrets.bot_token, slack.api_url)
    return assemble(client, bot_database(folder), answerer, slack.secrets.signing_secret, Channels(rules))


@contextmanager
def reached_by_sockets(slack: LocalSlack, bot: Assembly) -> Iterator[None]:
    """Socket Mode, by Bolt's own handler."""
    slack.use_sockets()
    handler = SocketModeHandler(bot.app, slack.secrets.app_token)
    handler.connect()
    slack.wait_for_socket()
    try:
        yield
    finally:
        # The client waits for up to three seconds for something to come in, unless the other side hangs up.
        closing = threading.Thread(target=handler.close)
        closing.start()
        slack.drop_sockets()
        closing.join()


@contextmanager
def reached_by_http(slack: LocalSlack, bot: Assembly) -> Iterator[None]:
    """The real routes on a free port."""
    app = Starlette(routes=[slack_events(lambda: bot.app), healthz(lambda: True)])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    slack.deliver_to(f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
