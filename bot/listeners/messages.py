"""Mentions and messages: those for us go to the inbox."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot import inbox, pressure, words
from bot.inbox import Incoming
from bot.relevance import deleted_message, relevant
from bot.services import Services, later
from bot.taking_in import take_in


def register(app: App, services: Services) -> None:
    """Listens to `app_mention` and to `message` of every subtype."""

    def receive(body: dict[str, Any], event: dict[str, Any]) -> None:
        engine = services.engine
        if gone := deleted_message(event):
            inbox.withdraw(engine, *gone)
            return
        incoming = relevant(
            body["event_id"],
            event,
            team=body["team_id"],
            bot_user=services.identity().user,
            follows=lambda channel, thread_ts: inbox.follows(engine, channel, thread_ts),
            unasked=lambda channel: not services.channels.of(channel).mention,
        )
        if incoming is None:
            return
        if services.channels.of(incoming.channel).quiet:
            if event["type"] == "app_mention":
                later(services, _say_quiet, services, incoming)
        elif take_in(services, incoming):
            pressure.tell(services, incoming)

    app.event("app_mention")(receive)
    app.event("message")(receive)


def _say_quiet(services: Services, incoming: Incoming) -> None:
    services.client.chat_postEphemeral(
        channel=incoming.channel, user=incoming.user, text=words.QUIET, thread_ts=incoming.thread_ts
    )
