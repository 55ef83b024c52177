"""Mentions and messages: those for us go to the inbox."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from bot import inbox
from bot.listeners.relevance import deleted_message, relevant
from bot.services import Services


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
        )
        if incoming and inbox.accept(engine, incoming):
            services.wake()

    app.event("app_mention")(receive)
    app.event("message")(receive)
