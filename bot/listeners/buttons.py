"""Buttons under replies: feedback, share, more, show the passage; something else was meant; forget me."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot import inbox, words
from bot.blocks import actions
from bot.blocks.render import cut_markdown
from bot.blocks.views import passage_view
from bot.listeners.pressed import pressed, say_privately, say_shared_before
from bot.records import conversations
from bot.replies.sharing import Sharer, answer_shared
from bot.services import Services, later
from bot.taking_in import take_in_again


def register(app: App, services: Services) -> None:
    """Listens to each button of `bot.blocks.actions` but those of a guide."""

    def feedback(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        rating, _, event_id = action["value"].partition(":")
        helpful = rating == actions.HELPFUL
        conversations.rate(services.engine, event_id, body["user"]["id"], helpful=helpful)
        ack()
        later(services, say_privately, services, body, words.THANKS[helpful])

    def share(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        exchange = conversations.find(services.engine, action["value"])
        channel = body["channel"]["id"]
        if exchange:
            by = Sharer(body["user"]["id"], body["team"]["id"], channel, body["response_url"])
            shared = answer_shared(exchange, by)
            if not take_in_again(services, shared):
                later(services, say_shared_before, services, body, shared.event_id)
        ack()
        if not exchange:
            later(services, say_privately, services, body, words.GONE)

    def switch(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        of, to = action["value"], action["action_id"].removeprefix(actions.SWITCH)
        meant = inbox.find(services.engine, of)
        if meant and meant.text:
            what = {"of": of, "to": to}
            take_in_again(
                services, pressed(body, f"switch:{of}:{to}", "switch", text=meant.text, action=what)
            )
        ack()
        if not (meant and meant.text):
            later(services, say_privately, services, body, words.GONE)

    def forget(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        asked = inbox.find(services.engine, action["value"])
        theirs = asked is not None and asked.user == body["user"]["id"]
        if theirs:
            take_in_again(services, pressed(body, f"forget:{action['value']}", "forget"))
        ack()
        if not theirs:
            later(services, say_privately, services, body, words.NOT_YOURS)

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
    app.action(re.compile(rf"^{actions.SWITCH}(answer|guide)$"))(switch)
    app.action(actions.FORGET)(forget)


def _show_rest(services: Services, body: dict[str, Any], event_id: str) -> None:
    exchange = conversations.find(services.engine, event_id)
    if not exchange:
        say_privately(services, body, words.GONE)
        return
    for markdown in cut_markdown(exchange.rest):
        say_privately(services, body, markdown)


def _show_passage(services: Services, body: dict[str, Any], event_id: str, number: int) -> None:
    exchange = conversations.find(services.engine, event_id)
    source = next((each for each in exchange.sources if each.number == number), None) if exchange else None
    if source:
        services.client.views_open(trigger_id=body["trigger_id"], view=passage_view(source))
    else:
        say_privately(services, body, words.GONE)
