"""chat.startStream, chat.appendStream and chat.stopStream: a message that grows while it is written."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from bot.playground.errors import SlackError
from bot.playground.limits import (
    MAX_MARKDOWN,
    STREAM_LIFETIME,
    check_blocks,
    check_chunks,
    check_metadata,
    check_text,
    completed,
)
from bot.playground.methods.base import Arguments, Method, joined_channel
from bot.playground.methods.chat import as_bot, live_thread, own_message
from bot.playground.shapes import markdown_as_text
from bot.playground.workspace import Message, Workspace


def close_stream(workspace: Workspace, channel: str, ts: str, **fields: Any) -> Message:
    """Ends a stream, by the app's stop or because its time is over; running tasks count as failed."""
    message = workspace.message(channel, ts) or {}
    tasks = [
        {**task, "status": "error"} if task["status"] in ("pending", "in_progress") else task
        for task in fields.pop("tasks", message.get("tasks")) or []
    ]
    return workspace.change_message(
        channel, ts, streaming=False, streaming_state="completed", tasks=tasks or None, **fields
    )


def _start(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    if channel.kind != "im":
        for name in ("recipient_user_id", "recipient_team_id"):
            if name not in arguments:
                raise SlackError(f"missing_{name}")
        if arguments["recipient_user_id"] not in channel.members:
            raise SlackError("user_not_in_channel")
    if arguments.get("task_display_mode", "timeline") not in ("timeline", "plan"):
        raise SlackError("invalid_arguments", ["task_display_mode must be timeline or plan"])
    content = _grown({"markdown": ""}, arguments)
    message = workspace.add_message(
        channel.id,
        **as_bot(workspace),
        **content,
        thread_ts=live_thread(workspace, channel.id, arguments["thread_ts"]),
        streaming=True,
        streaming_state="in_progress",
        opened_at=workspace.clock(),
        recipient=None if channel.kind == "im" else arguments["recipient_user_id"],
        task_display_mode=arguments.get("task_display_mode"),
    )
    return {"channel": channel.id, "ts": message["ts"]}


def _append(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _open_stream(workspace, arguments)
    if not arguments.get("markdown_text") and not arguments.get("chunks"):
        raise SlackError("no_text")
    workspace.change_message(message["channel"], message["ts"], **_grown(message, arguments))
    return {"channel": message["channel"], "ts": message["ts"]}


def _stop(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    message = _open_stream(workspace, arguments)
    fields = _grown(message, arguments)
    if "blocks" in arguments:
        check_blocks(arguments["blocks"])
        fields["blocks"] = [*(fields["blocks"] or []), *completed(arguments["blocks"])]
    if "metadata" in arguments:
        check_metadata(arguments["metadata"])
        fields["metadata"] = arguments["metadata"]
    close_stream(workspace, message["channel"], message["ts"], **fields)
    return {"channel": message["channel"], "ts": message["ts"]}


def _open_stream(workspace: Workspace, arguments: Arguments) -> Message:
    channel = joined_channel(workspace, arguments["channel"])
    message = own_message(workspace, channel.id, arguments["ts"], "message_not_owned_by_app")
    if message["streaming"] and workspace.clock() - message["opened_at"] > STREAM_LIFETIME:
        message = close_stream(workspace, channel.id, message["ts"])
    if not message["streaming"]:
        raise SlackError("message_not_in_streaming_state")
    return message


def _grown(message: Message, arguments: Arguments) -> dict[str, Any]:
    """The message's fields once this call's text and chunks are in it.

    A stream that began with `markdown_text` takes no chunks, and the other way round.
    """
    markdown_text, chunks = arguments.get("markdown_text"), arguments.get("chunks") or []
    if markdown_text and chunks:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    mode = "markdown_text" if markdown_text else "chunks" if chunks else None
    if mode and message.get("stream_mode", mode) != mode:
        raise SlackError("streaming_mode_mismatch")
    check_text(markdown_text or "", MAX_MARKDOWN)
    check_chunks(chunks)
    fields: dict[str, Any] = {
        "stream_mode": mode or message.get("stream_mode"),
        "markdown": message["markdown"] + (markdown_text or ""),
        "tasks": deepcopy(message.get("tasks", [])),
        "plan_title": message.get("plan_title"),
        "blocks": list(message.get("blocks", [])),
    }
    for chunk in chunks:
        if chunk["type"] == "markdown_text":
            fields["markdown"] += chunk["text"]
        elif chunk["type"] == "plan_update":
            fields["plan_title"] = chunk["title"]
        elif chunk["type"] == "blocks":
            fields["blocks"] += completed(chunk["blocks"])
        else:
            _update_task(fields["tasks"], chunk)
    fields["text"] = markdown_as_text(fields["markdown"])
    return {name: value or None for name, value in fields.items()} | {
        name: fields[name] for name in ("text", "markdown")
    }


def _update_task(tasks: list[dict[str, Any]], chunk: dict[str, Any]) -> None:
    """Title, status and sources replace what the task had; details and output are added to it."""
    task = next((task for task in tasks if task["id"] == chunk["id"]), None)
    if task is None:
        tasks.append(task := {"id": chunk["id"]})
    for name in ("title", "status", "sources"):
        if name in chunk:
            task[name] = chunk[name]
    for name in ("details", "output"):
        if name in chunk:
            task[name] = task.get(name, "") + chunk[name]


METHODS = {
    "chat.startStream": Method(
        _start,
        {"channel": "text", "thread_ts": "text"},
        {
            "markdown_text": "text",
            "chunks": "json",
            "recipient_team_id": "text",
            "recipient_user_id": "text",
            "task_display_mode": "text",
            "icon_emoji": "text",
            "icon_url": "text",
            "username": "text",
        },
        scope="chat:write",
    ),
    "chat.appendStream": Method(
        _append,
        {"channel": "text", "ts": "text"},
        {"markdown_text": "text", "chunks": "json"},
        scope="chat:write",
    ),
    "chat.stopStream": Method(
        _stop,
        {"channel": "text", "ts": "text"},
        {
            "markdown_text": "text",
            "chunks": "json",
            "blocks": "json",
            "metadata": "json",
            "session_status": "text",
        },
        scope="chat:write",
    ),
}
