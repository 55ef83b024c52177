"""Slash commands go to the inbox; their private replies come by `response_url`."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot import pressure, words
from bot.blocks.mrkdwn import read_message
from bot.inbox import Incoming, Kind
from bot.replies.spoken import may_be_a_question
from bot.services import Services
from bot.taking_in import take_in


def register(app: App, services: Services) -> None:
    """Listens to the commands of the manifest."""

    def accept(kind: Kind, body: dict[str, Any], text: str) -> str:
        """Writes it down; returns what is said at once, empty where it does not take long."""
        incoming = Incoming(
            event_id=body["trigger_id"],
            kind=kind,
            channel=body["channel_id"],
            channel_type="im" if body["channel_id"].startswith("D") else "channel",
            user=body["user_id"],
            team=body["team_id"],
            text=text,
            response_url=body["response_url"],
        )
        if not take_in(services, incoming):
            return ""
        seconds = pressure.seconds_to_wait(services.engine, services.queue.hands(), incoming.event_id)
        return words.busy(seconds) if seconds else ""

    def ask(ack: Ack, body: dict[str, Any]) -> None:
        question = _typed(body, services)
        if not may_be_a_question(question):
            ack(words.ASK_USAGE)
            return
        ack(accept("ask", body, question))

    def docs(ack: Ack, body: dict[str, Any]) -> None:
        ack(accept("docs", body, _typed(body, services)))

    def guide(ack: Ack, body: dict[str, Any]) -> None:
        ack(accept("guide", body, _typed(body, services)))

    app.command("/ask")(ask)
    app.command("/docs")(docs)
    app.command("/guide")(guide)


def _typed(body: dict[str, Any], services: Services) -> str:
    return read_message(body.get("text") or "", services.identity().user)
