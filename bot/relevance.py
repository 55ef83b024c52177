"""Which messages are for us, as a pure decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.blocks.mrkdwn import mentions, read_message
from bot.inbox import ATTACHED, UNASKED, ChannelType, Incoming

# Subtypes of `message` that are still a person saying something; all others are something else.
SAID_BY_PEOPLE = (None, "thread_broadcast", "file_share")
CHANNEL_TYPES: tuple[ChannelType, ...] = ("channel", "group", "im", "mpim")
SLACKBOT = "USLACKBOT"


def relevant(
    event_id: str,
    event: Mapping[str, Any],
    *,
    team: str,
    bot_user: str,
    follows: Callable[[str, str], bool],
    unasked: Callable[[str], bool],
) -> Incoming | None:
    """The message as it goes to the inbox; None where it is not for us.

    For us is: what mentions us; everything in a direct message; and in a thread that we are in
    (`follows(channel, thread_ts)`), words that do not turn to someone else; in a channel where we answer
    `unasked`, likewise what begins a thread. `event` is an `app_mention` or a `message`, `team` the
    workspace that it was delivered for.
    """
    user = event.get("user")
    if not user or user in (bot_user, SLACKBOT) or event.get("bot_id"):
        return None
    if event.get("subtype") not in SAID_BY_PEOPLE:
        return None
    text = event.get("text") or ""
    channel_type = _channel_type(event)
    thread_ts = event.get("thread_ts")
    mentioned = mentions(text)
    for_us = (
        event["type"] == "app_mention"
        or channel_type == "im"
        or bot_user in mentioned
        or (bool(thread_ts and text) and not mentioned and follows(event["channel"], str(thread_ts)))
    )
    volunteered = bool(text) and not (for_us or mentioned or thread_ts) and unasked(event["channel"])
    if not for_us and not volunteered:
        return None
    marks = {UNASKED: volunteered, ATTACHED: bool(event.get("files") or event.get("attachments"))}
    return Incoming(
        event_id=event_id,
        kind="message",
        channel=event["channel"],
        channel_type=channel_type,
        user=user,
        team=event.get("user_team") or event.get("team") or team,
        text=read_message(text, bot_user),
        ts=event["ts"],
        thread_ts=thread_ts or event["ts"],
        action={name: True for name, holds in marks.items() if holds} or None,
    )


def deleted_message(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """Channel and ts of the message whose deletion this event tells of.

    The first message of a thread that goes on leaves a tombstone, which comes as a change.
    """
    if event.get("subtype") == "message_deleted" and event.get("deleted_ts"):
        return event["channel"], event["deleted_ts"]
    changed = event.get("message") or {}
    if event.get("subtype") == "message_changed" and changed.get("subtype") == "tombstone":
        return event["channel"], changed["ts"]
    return None


def _channel_type(event: Mapping[str, Any]) -> ChannelType:
    """The kind of conversation; an `app_mention` does not say, but direct messages show by their id."""
    said = event.get("channel_type")
    if said in CHANNEL_TYPES:
        return said
    return "im" if event["channel"].startswith("D") else "channel"
