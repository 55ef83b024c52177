"""users.info, usergroups.list and usergroups.users.list."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import SlackError
from bot.playground.methods.base import Arguments, Method
from bot.playground.workspace import Workspace


def _users_info(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    user = workspace.user(arguments["user"])
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user.as_slack(workspace.cast.team)}


def _groups(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    return {
        "usergroups": [
            {
                "id": group.id,
                "team_id": workspace.cast.team,
                "is_usergroup": True,
                "name": group.name,
                "handle": group.handle,
                "date_delete": 0,
                **({"users": list(group.users)} if arguments.get("include_users") else {}),
                **({"user_count": len(group.users)} if arguments.get("include_count") else {}),
            }
            for group in workspace.cast.groups
        ]
    }


def _group_users(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    for group in workspace.cast.groups:
        if group.id == arguments["usergroup"]:
            return {"users": list(group.users)}
    raise SlackError("no_such_subteam")


METHODS = {
    "users.info": Method(_users_info, {"user": "text"}, {"include_locale": "flag"}, scope="users:read"),
    "usergroups.list": Method(
        _groups,
        optional={
            "include_users": "flag",
            "include_count": "flag",
            "include_disabled": "flag",
        },
        scope="usergroups:read",
    ),
    "usergroups.users.list": Method(
        _group_users,
        {"usergroup": "text"},
        {"include_disabled": "flag"},
        scope="usergroups:read",
    ),
}
