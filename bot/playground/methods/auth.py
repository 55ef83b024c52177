"""auth.test, api.test and bots.info: who the app is."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import SlackError
from bot.playground.methods.base import Arguments, Method
from bot.playground.workspace import Workspace


def _auth_test(workspace: Workspace, _: Arguments) -> dict[str, Any]:
    return {
        "url": f"https://{workspace.cast.team_domain}.slack.com/",
        "team": workspace.cast.team_name,
        "user": workspace.bot.user.name,
        "team_id": workspace.cast.team,
        "user_id": workspace.bot.user.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


def _api_test(_: Workspace, arguments: Arguments) -> dict[str, Any]:
    if "error" in arguments:
        raise SlackError(arguments["error"])
    return {}


def _bots_info(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    if arguments.get("bot", workspace.bot.bot_id) != workspace.bot.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": workspace.bot.bot_id,
            "deleted": False,
            "name": workspace.bot.user.real_name,
            "updated": 0,
            "app_id": workspace.bot.app_id,
            "user_id": workspace.bot.user.id,
            "icons": {},
        }
    }


METHODS = {
    "auth.test": Method(_auth_test),
    "api.test": Method(_api_test, optional={"error": "text"}, token="none"),
    "bots.info": Method(_bots_info, optional={"bot": "text"}, scope="users:read"),
}
