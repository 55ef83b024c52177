"""Buttons under replies: feedback, share, more, show the passage."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot import actions, conversations, inbox, words
from bot.inbox import Incoming
from bot.render import cut_markdown, plain_message
from bot.respond import respond
from bot.services import Services, later
from bot.views import passage_view


def register(app: App, services: Services) -> None:
    """Listens to each button of `bot.actions`."""

    def feedback(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        rating, _, event_id = action["value"].partition(":")
        helpful = rating == actions.HELPFUL
        conversations.rate(services.engine, event_id, body["user"]["id"], helpful=helpful)
        ack()
        later(services, _say, body, words.THANKS[helpful])

    def share(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        exchange = conversations.find(services.engine, action["value"])
        channel = body["channel"]["id"]
        if exchange:
            incoming = Incoming(
                # An answer is shared once, however often the button is pressed.
                event_id=f"share:{exchange.event_id}",
                kind="share",
                channel=channel,
                channel_type="im" if channel.startswith("D") else "channel",
                user=body["user"]["id"],
                team=body["team"]["id"],
                text=exchange.question,
                response_url=body["response_url"],
            )
            if inbox.accept(services.engine, incoming) or inbox.accept_again(services.engine, incoming):
                services.wake()
        ack()
        if not exchange:
            later(services, _say, body, words.GONE)

    def more(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        later(services, _show_rest, services, body, action["value"])

    def passage(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        number = int(action["action_id"].removeprefix(actions.PASSAGE))
        later(services, _show_passage, services, body, action["value"], number)

    app.action(actions.FEEDBACK)(feedback)
    app.action(actions.SHARE)(share)
    app.action(actions.MORE)(more)
    app.action(re.compile(rf"^{actions.PASSAGE}\d+$"))(passage)


def _show_rest(services: Services, body: dict[str, Any], event_id: str) -> None:
    exchange = conversations.find(services.engine, event_id)
    if not exchange:
        _say(body, words.GONE)
        return
    for markdown in cut_markdown(exchange.rest):
        _say(body, markdown)


def _show_passage(services: Services, body: dict[str, Any], event_id: str, number: int) -> None:
    exchange = conversations.find(services.engine, event_id)
    source = next((each for each in exchange.sources if each.number == number), None) if exchange else None
    if source:
        services.client.views_open(trigger_id=body["trigger_id"], view=passage_view(source))
    else:
        _say(body, words.GONE)


def _say(body: dict[str, Any], markdown: str) -> None:
    """Tells the person who pressed, privately, where they pressed."""
    respond(body["response_url"], plain_message(markdown), body["container"].get("thread_ts"))
