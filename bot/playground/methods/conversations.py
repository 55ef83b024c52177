"""conversations.* and users.conversations: channels, who is in them, what was said there."""

from __future__ import annotations

from typing import Any

from bot.playground.cast import Channel
from bot.playground.errors import SlackError
from bot.playground.methods.base import Arguments, Kind, Method, joined_channel, page_of, visible_channel
from bot.playground.shapes import message_as_slack
from bot.playground.workspace import Message, Workspace

_PAGES: dict[str, Kind] = {"cursor": "text", "limit": "number"}
_WINDOW: dict[str, Kind] = {
    **_PAGES,
    "oldest": "text",
    "latest": "text",
    "inclusive": "flag",
    "include_all_metadata": "flag",
}
_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def _info(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = visible_channel(workspace, arguments["channel"])
    shown = channel.as_slack(workspace.cast.team, workspace.bot.user.id)
    if not arguments.get("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def _members(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = visible_channel(workspace, arguments["channel"])
    members, cursor = page_of(channel.members, arguments)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


def _history(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    messages = [
        message
        for message in reversed(workspace.messages(channel.id))
        if _is_root(message) or message.get("subtype") == "thread_broadcast"
    ]
    return _window(workspace, channel, messages, arguments)


def _replies(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    asked = workspace.message(channel.id, arguments["ts"])
    root = asked.get("thread_ts", arguments["ts"]) if asked else arguments["ts"]
    thread = [message for message in workspace.thread(channel.id, root) if not message["ephemeral_to"]]
    if not thread:
        raise SlackError("thread_not_found")
    if thread[0]["ts"] != root:
        thread.insert(0, _tombstone(channel.id, root))
    return _window(workspace, channel, thread, arguments)


def _window(
    workspace: Workspace, channel: Channel, messages: list[Message], arguments: Arguments
) -> dict[str, Any]:
    """The messages between `oldest` and `latest`, a page of them; a thread's first always counts."""
    inclusive = arguments.get("inclusive", False)
    oldest, latest = _bound(arguments, "oldest", "0"), _bound(arguments, "latest", "inf")
    within = [
        message
        for message in messages
        if not message["ephemeral_to"]
        and (
            oldest < float(message["ts"]) < latest
            or (inclusive and float(message["ts"]) in (oldest, latest))
            or message["ts"] == arguments.get("ts")
        )
    ]
    page, cursor = page_of(within, arguments)
    with_metadata = arguments.get("include_all_metadata", False)
    return {
        "messages": [
            message_as_slack(message, with_metadata) | _thread_facts(workspace, channel.id, message)
            for message in page
        ],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _bound(arguments: Arguments, name: str, default: str) -> float:
    try:
        return float(arguments.get(name, default))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _thread_facts(workspace: Workspace, channel: str, message: Message) -> dict[str, Any]:
    """What Slack adds to a message that has replies."""
    if not _is_root(message):
        return {}
    replies = [
        reply
        for reply in workspace.thread(channel, message["ts"])
        if reply["ts"] != message["ts"] and not reply["ephemeral_to"]
    ]
    if not replies:
        return {}
    users = list(dict.fromkeys(reply["user"] for reply in replies))
    return {
        "thread_ts": message["ts"],
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1]["ts"],
    }


def _is_root(message: Message) -> bool:
    return message.get("thread_ts", message["ts"]) == message["ts"]


def _tombstone(channel: str, ts: str) -> Message:
    """What is left of a thread's first message once it is deleted."""
    return {
        "type": "message",
        "subtype": "tombstone",
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "hidden": True,
        "channel": channel,
        "ts": ts,
        "thread_ts": ts,
        "markdown": "",
        "streaming": False,
        "ephemeral_to": None,
    }


def _open(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    if "channel" in arguments:
        channel = visible_channel(workspace, arguments["channel"])
    else:
        users = arguments.get("users", "").split(",")
        if len(users) != 1 or workspace.user(users[0]) is None:
            raise SlackError("user_not_found")
        direct = workspace.direct_channel(users[0])
        if direct is None:
            raise SlackError("cannot_dm_bot")
        channel = direct
    whole = channel.as_slack(workspace.cast.team, workspace.bot.user.id)
    return {"channel": whole if arguments.get("return_im") else {"id": channel.id}, "already_open": True}


def _list(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    bot = workspace.bot.user.id
    seen = [c for c in workspace.channels() if c.kind == "public" or bot in c.members]
    return _channel_page(workspace, seen, arguments)


def _users_conversations(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    bot = workspace.bot.user.id
    user = arguments.get("user", bot)
    if workspace.user(user) is None:
        raise SlackError("user_not_found")
    theirs = [
        channel
        for channel in workspace.channels()
        if user in channel.members and (channel.kind == "public" or bot in channel.members)
    ]
    return _channel_page(workspace, theirs, arguments)


def _channel_page(workspace: Workspace, channels: list[Channel], arguments: Arguments) -> dict[str, Any]:
    types = [each.strip() for each in arguments.get("types", "public_channel").split(",")]
    if not set(types) <= set(_TYPES):
        raise SlackError("invalid_types")
    kinds = {_TYPES[each] for each in types}
    page, cursor = page_of([channel for channel in channels if channel.kind in kinds], arguments)
    return {
        "channels": [c.as_slack(workspace.cast.team, workspace.bot.user.id) for c in page],
        "response_metadata": {"next_cursor": cursor},
    }


_LISTING: dict[str, Kind] = {
    **_PAGES,
    "types": "text",
    "exclude_archived": "flag",
}
METHODS = {
    "conversations.info": Method(
        _info,
        {"channel": "text"},
        {"include_locale": "flag", "include_num_members": "flag"},
        scope="*:read",
    ),
    "conversations.members": Method(_members, {"channel": "text"}, _PAGES, scope="*:read"),
    "conversations.history": Method(_history, {"channel": "text"}, _WINDOW, scope="*:history"),
    "conversations.replies": Method(_replies, {"channel": "text", "ts": "text"}, _WINDOW, scope="*:history"),
    "conversations.open": Method(
        _open,
        optional={"channel": "text", "users": "text", "return_im": "flag"},
        scope="im:write",
    ),
    "conversations.list": Method(_list, optional=_LISTING, scope="*:read"),
    "users.conversations": Method(
        _users_conversations, optional={**_LISTING, "user": "text"}, scope="*:read"
    ),
}
