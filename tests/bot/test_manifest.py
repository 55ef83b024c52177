"""The manifest asks for exactly what the code uses: scopes, events and commands."""

from __future__ import annotations

import re
from pathlib import Path

from bot import words
from tests.support.manifest import EVENTS, MANIFEST, SCOPES

BOT = Path(__file__).parents[2] / "bot"
# The playground is Slack's side.
FILES = [file for file in BOT.rglob("*.py") if "playground" not in file.parts]
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in FILES)

# What each method of the Web API needs, in the kinds of conversations in which we call it.
METHODS: dict[str, set[str]] = {
    "api_test": set(),
    "auth_test": set(),
    "assistant_threads_setStatus": {"assistant:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "chat_appendStream": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "chat_update": {"chat:write"},
    # Is it shared with another company? Not asked of direct messages.
    "conversations_info": {"channels:read", "groups:read", "mpim:read"},
    # Of group DMs alone.
    "conversations_members": {"mpim:read"},
    # Has a reply been posted already? After a crash or a lost answer.
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "usergroups_list": {"usergroups:read"},
    # `types` are public and private channels.
    "users_conversations": {"channels:read", "groups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
}
EVENT_SCOPES: dict[str, set[str]] = {
    "app_context_changed": {"assistant:write"},
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
}


def test_the_methods_used_are_those_whose_scopes_are_known() -> None:
    used = set(re.findall(r"client\.([a-z]+_\w+)\(", SOURCE)) - {"issue_new_wss_url", "is_connected"}
    # With the app-level token, which has scopes of its own.
    used -= {"apps_connections_open"}
    assert used == set(METHODS)


def test_the_scopes_are_exactly_those_that_methods_events_and_commands_need() -> None:
    needed = set().union({"commands"}, *METHODS.values(), *EVENT_SCOPES.values())
    assert needed == SCOPES


def test_the_events_are_exactly_those_listened_to() -> None:
    listened = set(re.findall(r"app\.event\(\"(\w+)\"\)", SOURCE))
    assert listened == {event.split(".")[0] for event in EVENTS}
    assert set(EVENT_SCOPES) == EVENTS


def test_the_commands_are_exactly_those_listened_to_and_described_in_one_way() -> None:
    described = {
        command["command"]: (command["usage_hint"], command["description"])
        for command in MANIFEST["features"]["slash_commands"]
    }
    assert described == words.COMMANDS
    assert set(re.findall(r"app\.command\(\"(/\w+)\"\)", SOURCE)) == set(described)
    # Mentions and channels in a command's text come as ids, as in messages.
    assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])


def test_the_app_is_a_new_one_that_needs_no_address() -> None:
    assert "agent_view" in MANIFEST["features"]
    assert "assistant_view" not in MANIFEST["features"]
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(MANIFEST)


def test_the_suggested_prompts_are_those_of_the_app() -> None:
    prompts = MANIFEST["features"]["agent_view"]["suggested_prompts"]
    assert tuple(prompt["message"] for prompt in prompts) == words.EXAMPLES


def test_the_texts_keep_slacks_limits() -> None:
    information = MANIFEST["display_information"]
    assert len(information["name"]) <= 35
    assert len(information["description"]) <= 140
    assert 174 <= len(information["long_description"]) <= 4_000
    assert all(len(command["description"]) <= 2_000 for command in MANIFEST["features"]["slash_commands"])
