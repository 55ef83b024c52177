"""assistant.threads.*: the status while the app works, a thread's title, prompts to begin with."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import SlackError
from bot.playground.limits import check_prompts
from bot.playground.methods.base import Arguments, Method, joined_channel
from bot.playground.workspace import Workspace

MAX_LOADING_MESSAGES = 10


def _set_status(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel_id"])
    loading = arguments.get("loading_messages", [])
    if not isinstance(loading, list) or len(loading) > MAX_LOADING_MESSAGES:
        raise SlackError(
            "invalid_arguments", ["no more than 10 items allowed [json-pointer:/loading_messages]"]
        )
    if not workspace.thread(channel.id, arguments["thread_ts"]):
        raise SlackError("invalid_thread_ts")
    workspace.set_status(channel.id, arguments["thread_ts"], arguments["status"], loading)
    return {}


def _set_title(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel_id"])
    if not workspace.thread(channel.id, arguments["thread_ts"]):
        raise SlackError("invalid_thread_ts")
    workspace.set_title(channel.id, arguments["thread_ts"], arguments["title"])
    return {}


def _set_prompts(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel_id"])
    check_prompts(arguments["prompts"])
    workspace.set_suggested_prompts(
        channel.id,
        arguments.get("thread_ts", ""),
        arguments.get("title", ""),
        arguments["prompts"],
    )
    return {}


METHODS = {
    "assistant.threads.setStatus": Method(
        _set_status,
        {"channel_id": "text", "thread_ts": "text", "status": "text"},
        {"loading_messages": "json", "icon_emoji": "text", "icon_url": "text", "username": "text"},
        scope="assistant:write",
    ),
    "assistant.threads.setTitle": Method(
        _set_title,
        {"channel_id": "text", "thread_ts": "text", "title": "text"},
        scope="assistant:write",
    ),
    "assistant.threads.setSuggestedPrompts": Method(
        _set_prompts,
        {"channel_id": "text", "prompts": "json"},
        {"thread_ts": "text", "title": "text"},
        scope="assistant:write",
    ),
}
