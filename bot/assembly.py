"""Puts the Slack side together: inbox, workers and the Bolt app, around one client and one answerer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.answerer import Answerer
from bot.app import build_app
from bot.audience import Audience
from bot.channels import Channels
from bot.client import identify
from bot.doorbell import Doorbell
from bot.migrations import HISTORY
from bot.services import Services
from bot.worker import Workers
from knowledge.database import migrate

BACKGROUND_THREADS = 4
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Assembly:
    """The Slack side, ready to run."""

    services: Services
    app: App
    workers: Workers

    def start(self) -> None:
        """Begins with what the inbox holds."""
        self.workers.start()

    def stop(self, within: float = STOP_SECONDS) -> None:
        """Finishes what is being answered, or hands it back; call it once nothing new can come in."""
        self.workers.stop(within)
        self.services.background.shutdown(wait=False, cancel_futures=True)


def assemble(
    client: WebClient,
    engine: Engine,
    answerer: Answerer,
    signing_secret: str = "",
    channels: Channels | None = None,
) -> Assembly:
    """Makes the parts. The database is brought to this version's tables; Slack is not called yet.

    Without `channels`, nothing special holds in any channel.
    """
    migrate(engine, HISTORY, "bot")
    bell = Doorbell()
    identity = identify(client)
    services = Services(
        engine=engine,
        client=client,
        identity=identity,
        audience=Audience(client, identity, answerer.has_restricted_documents),
        answerer=answerer,
        channels=channels or Channels(),
        wake=bell.ring,
        background=ThreadPoolExecutor(BACKGROUND_THREADS, thread_name_prefix="background"),
    )
    return Assembly(services, build_app(services, signing_secret), Workers(services, bell))
