"""chat.postMessage, chat.update, chat.delete, chat.postEphemeral and chat.getPermalink."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import SlackError
from bot.playground.limits import (
    MAX_MARKDOWN,
    MAX_UPDATE_TEXT,
    check_attachments,
    check_blocks,
    check_metadata,
    check_text,
    completed,
)
from bot.playground.methods.base import (
    Arguments,
    Kind,
    Method,
    existing_message,
    joined_channel,
    visible_channel,
)
from bot.playground.shapes import markdown_as_text, message_as_slack
from bot.playground.workspace import Message, Workspace

_CONTENT: dict[str, Kind] = {
    "text": "text",
    "blocks": "json",
    "attachments": "json",
    "markdown_text": "text",
    "as_user": "flag",
    "link_names": "flag",
    "parse": "text",
}
_LOOKS: dict[str, Kind] = {"icon_emoji": "text", "icon_url": "text", "username": "text"}


def read_content(arguments: Arguments, longest_text: int | None = None) -> dict[str, Any]:
    """A message's checked content as fields of the message; only what was given.

    Raises:
        SlackError: it is too long, of the wrong shape, in two forms at once (markdown_text_conflict),
            or there is none (no_text).
    """
    fields: dict[str, Any] = {}
    if "markdown_text" in arguments:
        if arguments.get("text") or arguments.get("blocks"):
            raise SlackError("markdown_text_conflict")
        check_text(arguments["markdown_text"], MAX_MARKDOWN)
        fields["markdown"] = arguments["markdown_text"]
        fields["text"] = markdown_as_text(arguments["markdown_text"])
    elif "text" in arguments:
        check_text(arguments["text"], *([longest_text] if longest_text else []))
        fields["text"] = arguments["text"]
    if "blocks" in arguments:
        check_blocks(arguments["blocks"])
        fields["blocks"] = completed(arguments["blocks"])
    if "attachments" in arguments:
        check_attachments(arguments["attachments"])
        fields["attachments"] = arguments["attachments"]
    if "metadata" in arguments:
        check_metadata(arguments["metadata"])
        fields["metadata"] = arguments["metadata"]
    if not any(fields.get(name) for name in ("text", "markdown", "blocks", "attachments")):
        raise SlackError("no_text")
    return fields


def as_bot(workspace: Workspace) -> dict[str, Any]:
    """The fields that say that a message is the app's."""
    bot = workspace.bot
    return {
        "user": bot.user.id,
        "bot_id": bot.bot_id,
        "app_id": bot.app_id,
        "bot_profile": {
            "id": bot.bot_id,
            "app_id": bot.app_id,
            "user_id": bot.user.id,
            "name": bot.user.real_name,
            "icons": {},
            "deleted": False,
            "updated": 0,
            "team_id": workspace.cast.team,
        },
    }


def live_thread(workspace: Workspace, channel: str, thread_ts: str | None) -> str | None:
    """The thread to reply in; None where it is gone: Slack then posts at the channel's root."""
    if not thread_ts or not workspace.thread(channel, thread_ts):
        return None
    # A reply's own ts stands for its thread.
    message = workspace.message(channel, thread_ts)
    return message.get("thread_ts", thread_ts) if message else thread_ts


def own_message(workspace: Workspace, channel: str, ts: str, error: str) -> Message:
    """A message of the app's.

    Raises:
        SlackError: message_not_found, or `error` where it is someone else's.
    """
    message = existing_message(workspace, channel, ts)
    if message.get("bot_id") != workspace.bot.bot_id:
        raise SlackError(error)
    return message


def _post_message(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    thread_ts = live_thread(workspace, channel.id, arguments.get("thread_ts"))
    broadcast = thread_ts and arguments.get("reply_broadcast")
    message = workspace.add_message(
        channel.id,
        **as_bot(workspace),
        **read_content(arguments),
        thread_ts=thread_ts,
        subtype="thread_broadcast" if broadcast else None,
    )
    return {"channel": channel.id, "ts": message["ts"], "message": message_as_slack(message)}


def _update(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    message = own_message(workspace, channel.id, arguments["ts"], "cant_update_message")
    if message["streaming"]:
        raise SlackError("streaming_state_conflict")
    fields = read_content(arguments, MAX_UPDATE_TEXT)
    if "blocks" in fields or "markdown" in fields:
        # Streamed text and tasks are blocks to Slack: new content takes their place.
        fields = {"markdown": "", "tasks": None, "plan_title": None, **fields}
        fields.setdefault("blocks", None)
    else:
        fields["edited"] = {"user": workspace.bot.user.id, "ts": workspace.next_ts()}
    changed = workspace.change_message(channel.id, arguments["ts"], **fields)
    return {
        "channel": channel.id,
        "ts": changed["ts"],
        "text": changed["text"],
        "message": message_as_slack(changed),
    }


def _delete(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    message = own_message(workspace, channel.id, arguments["ts"], "cant_delete_message")
    if message["streaming"]:
        raise SlackError("cant_delete_message")
    workspace.remove_message(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def _post_ephemeral(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    if arguments["user"] not in channel.members:
        raise SlackError("user_not_in_channel")
    message = workspace.add_message(
        channel.id,
        **as_bot(workspace),
        **read_content(arguments),
        thread_ts=live_thread(workspace, channel.id, arguments.get("thread_ts")),
        ephemeral_to=arguments["user"],
    )
    return {"message_ts": message["ts"]}


def _permalink(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = visible_channel(workspace, arguments["channel"])
    message = existing_message(workspace, channel.id, arguments["message_ts"])
    link = f"{workspace.public_url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    thread_ts = message.get("thread_ts")
    within = f"?thread_ts={thread_ts}&cid={channel.id}" if thread_ts else ""
    return {"channel": channel.id, "permalink": link + within}


METHODS = {
    "chat.postMessage": Method(
        _post_message,
        {"channel": "text"},
        {
            **_CONTENT,
            **_LOOKS,
            "thread_ts": "text",
            "reply_broadcast": "flag",
            "unfurl_links": "flag",
            "unfurl_media": "flag",
            "mrkdwn": "flag",
            "metadata": "json",
        },
        scope="chat:write",
    ),
    "chat.update": Method(
        _update,
        {"channel": "text", "ts": "text"},
        {**_CONTENT, "reply_broadcast": "flag", "metadata": "json"},
        scope="chat:write",
    ),
    "chat.delete": Method(
        _delete, {"channel": "text", "ts": "text"}, {"as_user": "flag"}, scope="chat:write"
    ),
    "chat.postEphemeral": Method(
        _post_ephemeral,
        {"channel": "text", "user": "text"},
        {**_CONTENT, **_LOOKS, "thread_ts": "text"},
        scope="chat:write",
    ),
    "chat.getPermalink": Method(_permalink, {"channel": "text", "message_ts": "text"}),
}
