"""reactions.add."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.errors import SlackError
from bot.playground.methods.base import Arguments, Method, existing_message, joined_channel
from bot.playground.workspace import Workspace


def _add(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    channel = joined_channel(workspace, arguments["channel"])
    message = existing_message(workspace, channel.id, arguments["timestamp"])
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", arguments["name"]):
        raise SlackError("invalid_name")
    bot = workspace.bot.user.id
    if not workspace.add_reaction(channel.id, message["ts"], arguments["name"], bot):
        raise SlackError("already_reacted")
    return {}


METHODS = {
    "reactions.add": Method(
        _add, {"channel": "text", "name": "text", "timestamp": "text"}, scope="reactions:write"
    )
}
