"""What Slack wraps around an event, and the events that a change of the workspace makes. Pure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.shapes import message_as_slack
from bot.playground.workspace import Change, Message, Workspace

Kind = Literal["events", "commands", "interactivity"]

CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_SUBSCRIPTIONS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to deliver: an event's outer payload, a command's form fields, or an interaction."""

    kind: Kind
    payload: dict[str, Any]
    user: str = ""

    @property
    def event_id(self) -> str:
        """The event's id; empty for commands and interactions."""
        return self.payload.get("event_id", "")

    @property
    def what(self) -> str:
        """What it is, for people: the command, or the type."""
        if self.kind == "events":
            return self.payload["event"]["type"]
        return self.payload.get("command") or self.payload["type"]


def subscription(event: dict[str, Any]) -> str:
    """The name under which an app subscribes to this event."""
    if event["type"] != "message":
        return event["type"]
    return f"message.{_SUBSCRIPTIONS[event['channel_type']]}"


def event_callback(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    """The outer payload of an event, with a new event_id."""
    channel = workspace.channel(str(event.get("channel")))
    return {
        "token": "verification-tokens-are-deprecated",
        "team_id": workspace.cast.team,
        "context_team_id": workspace.cast.team,
        "context_enterprise_id": None,
        "api_app_id": workspace.bot.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(workspace.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.cast.team,
                "user_id": workspace.bot.user.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and channel.shared),
        "event_context": f"4-{secrets.token_hex(12)}",
    }


def events_of(workspace: Workspace, change: Change) -> list[dict[str, Any]]:
    """The events that Slack sends an app for a change, in their order; none for what it cannot see."""
    if change["type"] == "request":
        return [change["payload"]] if change["to"] == "events" else []
    message = change.get("message")
    if message is None:
        return []
    channel = workspace.channel(message["channel"])
    if channel is None or workspace.bot.user.id not in channel.members or message["ephemeral_to"]:
        return []
    mention = _mention(workspace, change)
    where = {"channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
    if change["type"] == "message":
        own = {**message_as_slack(message), **where, "event_ts": message["ts"]}
        return [*mention, own]
    if change["type"] == "message_changed":
        if message["streaming"]:
            # Text that is still growing is no event.
            return []
        changed = _about(workspace, where, "message_changed") | {
            "message": message_as_slack(message),
            "previous_message": message_as_slack(change["previous"]),
        }
        return [*mention, changed]
    if change["type"] == "message_deleted":
        deleted = _about(workspace, where, "message_deleted") | {
            "previous_message": message_as_slack(message),
            "deleted_ts": message["ts"],
        }
        return [deleted]
    if change["type"] == "reaction":
        item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
        return [
            {
                "type": "reaction_added",
                "user": change["user"],
                "reaction": change["name"],
                "item": item,
                "item_user": message.get("user"),
                "event_ts": workspace.next_ts(),
            }
        ]
    return []


def _mention(workspace: Workspace, change: Change) -> list[dict[str, Any]]:
    """`app_mention`, where a message came or was edited to mention the app; never in its own DM."""
    message: Message = change["message"]
    channel = workspace.channel(message["channel"])
    written = change["type"] in ("message", "message_changed")
    if not written or channel is None or channel.kind == "im" or message.get("bot_id"):
        return []
    mark = f"<@{workspace.bot.user.id}>"
    if mark not in message["text"] or mark in change.get("previous", {}).get("text", ""):
        return []
    shown = message_as_slack(message)
    kept = (
        *("user", "ts", "client_msg_id", "text", "team", "thread_ts", "blocks", "edited"),
        *("files", "attachments"),
    )
    return [
        {
            "type": "app_mention",
            **{name: shown[name] for name in kept if name in shown},
            "channel": message["channel"],
            "event_ts": message["ts"],
        }
    ]


def _about(workspace: Workspace, where: dict[str, Any], subtype: str) -> dict[str, Any]:
    ts = workspace.next_ts()
    return {"type": "message", "subtype": subtype, **where, "hidden": True, "ts": ts, "event_ts": ts}
