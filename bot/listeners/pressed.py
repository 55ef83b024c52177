"""Pressed buttons: the press as an event for the inbox, and a word to whoever pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import inbox, words
from bot.blocks.render import plain_message
from bot.inbox import ChannelType, Incoming, Kind
from bot.replies.respond import respond
from bot.services import Services


def pressed(
    body: Mapping[str, Any],
    event_id: str,
    kind: Kind,
    *,
    text: str = "",
    action: Mapping[str, Any] | None = None,
) -> Incoming:
    """The press as an event; under a private message its reply is private, too, else in the thread."""
    container = body["container"]
    private = bool(container.get("is_ephemeral"))
    return Incoming(
        event_id=event_id,
        kind=kind,
        channel=body["channel"]["id"],
        channel_type=channel_type(body["channel"]["id"], body["channel"].get("name", "")),
        user=body["user"]["id"],
        team=body["team"]["id"],
        text=text,
        thread_ts=None if private else container.get("thread_ts") or container["message_ts"],
        response_url=body["response_url"],
        action={**(action or {}), "private": private, "message_ts": container["message_ts"]},
    )


def channel_type(channel: str, name: str = "") -> ChannelType:
    """The kind of conversation, which a press does not say."""
    if channel.startswith("D"):
        return "im"
    return "mpim" if name.startswith("mpdm-") else "channel"


def say_shared_before(services: Services, body: Mapping[str, Any], event_id: str) -> None:
    """Says what became of something whose Share was pressed before; nothing while it is on its way."""
    shared = inbox.reply_to(services.engine, event_id)
    if shared is not None:
        say_privately(services, body, words.SHARED_BEFORE if shared else words.NOT_SHARED_BEFORE)


def say_privately(services: Services, body: Mapping[str, Any], markdown: str) -> None:
    """Tells the person who pressed, and nobody else, where they pressed."""
    thread_ts = body["container"].get("thread_ts")
    respond(services.client, body["response_url"], plain_message(markdown), thread_ts)
