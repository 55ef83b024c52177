"""Response URLs: answers to a command or an action, for half an hour, five times."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.playground.errors import SlackError
from bot.playground.grants import ResponseUrl
from bot.playground.methods.base import Kind, Method, read_arguments
from bot.playground.methods.chat import as_bot, live_thread, read_content
from bot.playground.workspace import Workspace

_FIELDS: dict[str, Kind] = {
    "text": "text",
    "blocks": "json",
    "attachments": "json",
    "metadata": "json",
    "response_type": "text",
    "replace_original": "flag",
    "delete_original": "flag",
    "thread_ts": "text",
    "mrkdwn": "flag",
    "link_names": "flag",
    "parse": "text",
    "unfurl_links": "flag",
    "unfurl_media": "flag",
}
_METHOD = Method(lambda *_: {}, optional=_FIELDS)


async def handle(request: Request, workspace: Workspace) -> Response:
    """`/response/{ticket}`: 200 `ok`, or 404 with Slack's reason."""
    try:
        granted = workspace.grants.use_response_url(request.url.path)
    except SlackError as error:
        return PlainTextResponse(error.code, 404)
    try:
        given = json.loads(await request.body())
        if not isinstance(given, dict):
            raise SlackError("invalid_payload")
        respond(workspace, granted, given)
    except (SlackError, ValueError) as error:
        return PlainTextResponse(str(error) or "invalid_payload", 400)
    return PlainTextResponse("ok")


def respond(workspace: Workspace, granted: ResponseUrl, given: dict[str, Any]) -> None:
    """Posts, replaces or deletes as `given` says; privately unless `response_type` is `in_channel`.

    Raises:
        SlackError: the content is not valid.
    """
    arguments = read_arguments(_METHOD, given)
    original = workspace.message(granted.channel, granted.ts) if granted.ts else None
    if arguments.get("delete_original"):
        if original:
            workspace.remove_message(granted.channel, original["ts"])
        return
    content = read_content(arguments)
    if arguments.get("replace_original") and original:
        replaced = {"blocks": None, "attachments": None, "text": "", "markdown": "", "tasks": None, **content}
        workspace.change_message(granted.channel, original["ts"], **replaced)
        return
    public = arguments.get("response_type") == "in_channel"
    workspace.add_message(
        granted.channel,
        **as_bot(workspace),
        **content,
        thread_ts=live_thread(workspace, granted.channel, arguments.get("thread_ts")),
        ephemeral_to=None if public else granted.user,
    )
