"""What a person does in the workspace: write, edit, delete, run a command, press a button, fill a form.

Each function changes the workspace and lets Slack's delivery tell the app. What Slack's own client
would refuse raises `NotPossible`, whose message is for the person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from bot.playground.cast import Channel
from bot.playground.elements import (
    Chosen,
    Entered,
    UnknownChoice,
    chosen_state,
    interactive_elements,
    missing_inputs,
    state_values,
)
from bot.playground.shapes import message_as_slack, view_as_slack
from bot.playground.workspace import Message, View, Workspace

MAX_TYPED = 12_000

_REFERENCE = re.compile(r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|![a-z]+(?:\^[A-Z0-9]+)?)(?:\|[^<>]*)?>")
_ADDRESS = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]'\"]")


class NotPossible(Exception):
    """What Slack's client refuses; the message says why, and is for the person."""


def post_as_user(
    workspace: Workspace,
    user: str,
    channel: str,
    text: str,
    thread_ts: str | None = None,
    broadcast: bool = False,
) -> Message:
    """Writes a message; `<@U…>` in the text mentions someone. `broadcast`: also send to channel."""
    _member(workspace, user, channel)
    if thread_ts and not workspace.thread(channel, thread_ts):
        raise NotPossible("This thread is gone. Write a new message instead.")
    return workspace.add_message(
        channel,
        user=user,
        text=_as_typed(text),
        thread_ts=thread_ts,
        client_msg_id=workspace.next_ts().replace(".", "-"),
        subtype="thread_broadcast" if broadcast and thread_ts else None,
    )


def edit_as_user(workspace: Workspace, user: str, channel: str, ts: str, text: str) -> Message:
    """Changes the text of one's own message."""
    _own_message(workspace, user, channel, ts)
    edited = {"user": user, "ts": workspace.next_ts()}
    return workspace.change_message(channel, ts, text=_as_typed(text), edited=edited)


def delete_as_user(workspace: Workspace, user: str, channel: str, ts: str) -> None:
    """Deletes one's own message."""
    _own_message(workspace, user, channel, ts)
    workspace.remove_message(channel, ts)


def run_command(workspace: Workspace, user: str, channel: str, command: str, text: str = "") -> None:
    """Runs a slash command, `command` with its slash."""
    place = _member(workspace, user, channel)
    person = workspace.user(user)
    names = {"im": "directmessage", "private": "privategroup", "mpim": "privategroup"}
    workspace.emit(
        {
            "type": "request",
            "to": "commands",
            "user": user,
            "payload": {
                "team_id": workspace.cast.team,
                "team_domain": workspace.cast.team_domain,
                "channel_id": channel,
                "channel_name": names.get(place.kind, place.name),
                "user_id": user,
                "user_name": person.name if person else user,
                "command": command,
                "text": text.strip(),
                "api_app_id": workspace.bot.app_id,
                "is_enterprise_install": "false",
                "response_url": workspace.public_url + workspace.grants.new_response_url(channel, user),
                "trigger_id": workspace.grants.new_trigger(user),
            },
        }
    )


def press_in_message(
    workspace: Workspace,
    user: str,
    channel: str,
    ts: str,
    block_id: str,
    action_id: str,
    chosen: Chosen = None,
    entered: Entered | None = None,
) -> None:
    """Uses an element of a message; `entered` is what stands in the message's other elements."""
    place = _member(workspace, user, channel)
    message = workspace.message(channel, ts)
    if message is None:
        raise NotPossible("This message is gone.")
    blocks = message.get("blocks", [])
    private = bool(message["ephemeral_to"])
    thread_ts = message.get("thread_ts")
    response_url = workspace.grants.new_response_url(channel, user, ts, thread_ts)
    container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": private}
    name = {"im": "directmessage", "private": "privategroup"}.get(place.kind, place.name)
    _interact(
        workspace,
        user,
        "block_actions",
        {
            "container": container | ({"thread_ts": thread_ts} if thread_ts else {}),
            "channel": {"id": channel, "name": name},
            # Slack does not show the app a private message's content again.
            **({} if private else {"message": message_as_slack(message)}),
            "state": {"values": _state(blocks, entered or {})},
            "response_url": workspace.public_url + response_url,
            "actions": [_action(workspace, blocks, block_id, action_id, chosen)],
        },
    )


def press_in_view(
    workspace: Workspace,
    user: str,
    view_id: str,
    block_id: str,
    action_id: str,
    chosen: Chosen = None,
    entered: Entered | None = None,
) -> None:
    """Uses an element of a modal or the home tab."""
    view = _own_view(workspace, user, view_id)
    action = _action(workspace, view["blocks"], block_id, action_id, chosen)
    view = workspace.set_view_state(view_id, _state(view["blocks"], entered or {}))
    _interact(
        workspace,
        user,
        "block_actions",
        {
            "container": {"type": "view", "view_id": view_id},
            "view": view_as_slack(view),
            "actions": [action],
        },
    )


def submit_view(workspace: Workspace, user: str, view_id: str, entered: Entered) -> Mapping[str, str]:
    """Submits a modal. Returns what is missing (block_id: message); nothing was sent then."""
    view = _own_view(workspace, user, view_id)
    values = _state(view["blocks"], entered)
    missing = missing_inputs(view["blocks"], values)
    if not missing:
        view = workspace.set_view_state(view_id, values)
        _interact(workspace, user, "view_submission", {"view": view_as_slack(view), "response_urls": []})
    return missing


def close_view(workspace: Workspace, user: str, view_id: str, whole_stack: bool = False) -> None:
    """Closes a modal without submitting it."""
    _own_view(workspace, user, view_id)
    for view in workspace.close_view(view_id, whole_stack):
        if view["notify_on_close"]:
            payload = {"view": view_as_slack(view), "is_cleared": whole_stack}
            _interact(workspace, user, "view_closed", payload)


def open_app(workspace: Workspace, user: str, tab: Literal["home", "messages"]) -> None:
    """Opens the app's home tab or its conversation."""
    channel = workspace.direct_channel(user)
    if channel is None:
        raise NotPossible("You have no conversation with this app.")
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel.id,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    }
    if tab == "home" and (home := workspace.home(user)):
        event["view"] = view_as_slack(home)
    workspace.emit({"type": "request", "to": "events", "user": user, "payload": event})


def look_at(workspace: Workspace, user: str, channel: str) -> None:
    """Turns to another channel while the app's conversation is open."""
    _member(workspace, user, channel)
    direct = workspace.direct_channel(user)
    entity = {"type": "slack#/entities/channel", "value": channel, "team_id": workspace.cast.team}
    event = {
        "type": "app_context_changed",
        "user": user,
        "channel": direct.id if direct else "",
        "context": {"entities": [entity]},
        "event_ts": workspace.next_ts(),
    }
    workspace.emit({"type": "request", "to": "events", "user": user, "payload": event})


def _interact(workspace: Workspace, user: str, kind: str, payload: dict[str, Any]) -> None:
    person = workspace.user(user)
    name = person.name if person else user
    team = workspace.cast.team
    workspace.emit(
        {
            "type": "request",
            "to": "interactivity",
            "user": user,
            "payload": {
                "type": kind,
                "user": {"id": user, "username": name, "name": name, "team_id": team},
                "api_app_id": workspace.bot.app_id,
                "team": {"id": team, "domain": workspace.cast.team_domain},
                "enterprise": None,
                "is_enterprise_install": False,
                # Slack gives none when a view is closed.
                **({} if kind == "view_closed" else {"trigger_id": workspace.grants.new_trigger(user)}),
                **payload,
            },
        }
    )


def _action(
    workspace: Workspace, blocks: list[dict[str, Any]], block_id: str, action_id: str, chosen: Chosen
) -> dict[str, Any]:
    for block, element in interactive_elements(blocks):
        if block["block_id"] == block_id and element["action_id"] == action_id:
            try:
                state = chosen_state(element, chosen)
            except UnknownChoice:
                raise NotPossible("That choice is not offered here.") from None
            ids = {"block_id": block_id, "action_id": action_id, "action_ts": workspace.next_ts()}
            return state | ids
    raise NotPossible("That button is not there any more.")


def _state(blocks: list[dict[str, Any]], entered: Entered) -> dict[str, dict[str, Any]]:
    try:
        return state_values(blocks, entered)
    except UnknownChoice:
        raise NotPossible("That choice is not offered here.") from None


def _member(workspace: Workspace, user: str, channel: str) -> Channel:
    place = workspace.channel(channel)
    if place is None or user not in place.members:
        raise NotPossible("You are not in this channel.")
    return place


def _own_message(workspace: Workspace, user: str, channel: str, ts: str) -> None:
    message = workspace.message(channel, ts)
    if message is None:
        raise NotPossible("This message is gone.")
    if message.get("user") != user:
        raise NotPossible("You can change only your own messages.")


def _own_view(workspace: Workspace, user: str, view_id: str) -> View:
    view = workspace.view(view_id)
    if view is None or view["opened_by"] != user:
        raise NotPossible("This window is closed.")
    return view


def _as_typed(text: str) -> str:
    """What Slack makes of typed text: escapes, and angle brackets around references and addresses."""
    if not text.strip():
        raise NotPossible("Write something first.")
    if len(text) > MAX_TYPED:
        raise NotPossible(f"This message is too long: {len(text):,} of at most {MAX_TYPED:,} characters.")
    pieces, end = [], 0
    for found in re.finditer(f"{_REFERENCE.pattern}|{_ADDRESS.pattern}", text):
        pieces.append(_escaped(text[end : found.start()]))
        token = found.group()
        pieces.append(token if token.startswith("<") else f"<{_escaped(token)}>")
        end = found.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
