"""What a Web API method is: its arguments with their kinds, the scope it needs, what it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.playground.cast import Channel
from bot.playground.errors import SlackError
from bot.playground.workspace import Message, Workspace

Kind = Literal["text", "flag", "number", "json"]
Arguments = dict[str, Any]
Run = Callable[[Workspace, Arguments], dict[str, Any]]

PREFIXES = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}

# slack_sdk sends the team with every call of a client that knows its team, as Bolt's do.
_EVERYWHERE: dict[str, Kind] = {"team_id": "text"}
_FLAGS = {"1": True, "true": True, "True": True, "0": False, "false": False, "False": False}


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `scope` may begin with `*:`, which stands for the kind of the channel."""

    run: Run
    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)
    scope: str = ""
    token: Literal["bot", "app", "none"] = "bot"


def read_arguments(method: Method, given: Mapping[str, Any]) -> Arguments:
    """The arguments in their kinds, whether they came as JSON or as form fields.

    Raises:
        SlackError: invalid_arg_name for one that the method does not have (Slack ignores many of
            these; here it finds mistakes), invalid_arguments where one is missing or malformed.
    """
    known: dict[str, Kind] = {**_EVERYWHERE, **method.required, **method.optional}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise SlackError("invalid_arg_name", [f"unknown argument: {name}" for name in unknown])
    arguments = {
        name: _converted(name, value, known[name]) for name, value in given.items() if value is not None
    }
    missing = [name for name in method.required if arguments.get(name) in (None, "")]
    # An empty status is how a status is taken away.
    missing = [name for name in missing if not (name == "status" and "status" in arguments)]
    if missing:
        raise SlackError("invalid_arguments", [f"missing required field: {name}" for name in missing])
    return arguments


def _converted(name: str, value: Any, kind: Kind) -> Any:
    try:
        if kind == "json":
            return json.loads(value) if isinstance(value, str) else value
        if kind == "flag":
            return value if isinstance(value, bool) else _FLAGS[str(value)]
        if kind == "number":
            return int(value)
    except (ValueError, KeyError, TypeError):
        raise SlackError("invalid_arguments", [f"malformed argument: {name}"]) from None
    if not isinstance(value, str):
        raise SlackError("invalid_arguments", [f"must be a string: {name}"])
    return value


def visible_channel(workspace: Workspace, channel_id: str) -> Channel:
    """The channel, where the app can see it: public, or one that it is in.

    Raises:
        SlackError: channel_not_found.
    """
    channel = workspace.channel(channel_id)
    if channel is None or (channel.kind != "public" and workspace.bot.user.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def joined_channel(workspace: Workspace, channel_id: str) -> Channel:
    """The channel, where the app is in it; a user's id stands for the conversation with them.

    Raises:
        SlackError: channel_not_found or not_in_channel.
    """
    direct = workspace.direct_channel(channel_id) if channel_id.startswith(("U", "W")) else None
    channel = direct or visible_channel(workspace, channel_id)
    if workspace.bot.user.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def existing_message(workspace: Workspace, channel: str, ts: str) -> Message:
    """A message that is not private to someone.

    Raises:
        SlackError: message_not_found.
    """
    message = workspace.message(channel, ts)
    if message is None or message["ephemeral_to"]:
        raise SlackError("message_not_found")
    return message


def page_of(items: Sequence[Any], arguments: Arguments, default: int = 100) -> tuple[list[Any], str]:
    """The page that `cursor` and `limit` ask for, and the next cursor (empty: that was all).

    Raises:
        SlackError: invalid_cursor or invalid_limit.
    """
    cursor = arguments.get("cursor") or "from:0"
    if not cursor.removeprefix("from:").isdigit():
        raise SlackError("invalid_cursor")
    limit = arguments.get("limit", default)
    if not 1 <= limit <= 1000:
        raise SlackError("invalid_limit")
    start = int(cursor.removeprefix("from:"))
    end = start + limit
    return list(items[start:end]), f"from:{end}" if end < len(items) else ""
