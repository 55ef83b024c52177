"""views.open, views.push, views.update and views.publish."""

from __future__ import annotations

from typing import Any

from bot.playground.errors import SlackError
from bot.playground.limits import check_view, completed
from bot.playground.methods.base import Arguments, Method
from bot.playground.shapes import view_as_slack
from bot.playground.workspace import View, Workspace

MAX_STACK = 3


def _read(arguments: Arguments, kind: str) -> View:
    view = arguments["view"]
    check_view(view)
    if view["type"] != kind:
        raise SlackError("invalid_arguments", [f"expected a view of type {kind} [json-pointer:/view/type]"])
    return {**view, "blocks": completed(view["blocks"])}


def _open(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    view = _read(arguments, "modal")
    user = workspace.grants.use_trigger(arguments["trigger_id"])
    return {"view": view_as_slack(workspace.open_view(user, view))}


def _push(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    view = _read(arguments, "modal")
    user = workspace.grants.use_trigger(arguments["trigger_id"])
    return {"view": view_as_slack(push_view(workspace, user, view))}


def push_view(workspace: Workspace, user: str, view: View) -> View:
    """Opens a view on top of the user's topmost one.

    Raises:
        SlackError: push_limit_reached.
    """
    stack = workspace.open_views(user)
    if len(stack) >= MAX_STACK:
        raise SlackError("push_limit_reached")
    return workspace.open_view(user, view, stack[-1]["id"] if stack else None)


def _update(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    view = _read(arguments, "modal")
    if "view_id" in arguments:
        old = workspace.view(arguments["view_id"])
    elif "external_id" in arguments:
        old = workspace.view_by_external_id(arguments["external_id"])
    else:
        raise SlackError("invalid_arguments", ["missing required field: view_id"])
    if old is None or old["type"] != "modal":
        raise SlackError("not_found")
    if arguments.get("hash", old["hash"]) != old["hash"]:
        raise SlackError("hash_conflict")
    return {"view": view_as_slack(workspace.update_view(old["id"], view))}


def _publish(workspace: Workspace, arguments: Arguments) -> dict[str, Any]:
    user, view = arguments["user_id"], _read(arguments, "home")
    if workspace.user(user) is None:
        raise SlackError("user_not_found")
    old = workspace.home(user)
    if old and arguments.get("hash", old["hash"]) != old["hash"]:
        raise SlackError("hash_conflict")
    return {"view": view_as_slack(workspace.publish_home(user, view))}


METHODS = {
    "views.open": Method(_open, {"trigger_id": "text", "view": "json"}),
    "views.push": Method(_push, {"trigger_id": "text", "view": "json"}),
    "views.update": Method(
        _update, {"view": "json"}, {"view_id": "text", "external_id": "text", "hash": "text"}
    ),
    "views.publish": Method(_publish, {"user_id": "text", "view": "json"}, {"hash": "text"}),
}
