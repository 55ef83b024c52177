"""What Slack sends, one module a kind: parse, write down, hand over. No module decides what to say."""

from __future__ import annotations

from slack_bolt import App

from bot.listeners import buttons, commands, guide, home, messages
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Adds every listener to the app."""
    for module in (messages, commands, buttons, guide, home):
        module.register(app, services)
