"""The state of the invented workspace: channels, messages, statuses, and what one person sees of it.

Messages and views are dictionaries in Slack's shape, with keys of our own on each message: `channel`,
`streaming` (a stream is open), `markdown` (its text so far, or a message's Markdown text),
`ephemeral_to` (the only person who sees it, or None), and on streams `tasks`, `plan_title`,
`task_display_mode`, `recipient`. Everything handed out is a copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from bot.playground.cast import Cast, Channel, User, playground_cast
from bot.playground.grants import Grants
from bot.playground.observed import Change
from bot.playground.surfaces import Surfaces, View

__all__ = ["Change", "Message", "View", "Workspace"]

Message = dict[str, Any]
Thread = tuple[str, str]


class Workspace(Surfaces):
    """One workspace. Safe to use from several threads."""

    def __init__(self, cast: Cast | None = None, clock: Callable[[], float] = time.time) -> None:
        self.cast = cast or playground_cast()
        super().__init__(self.cast.team, self.cast.bot, clock)
        self.public_url = "http://127.0.0.1:3000"
        self.grants = Grants(clock)
        self._users = {user.id: user for user in self.cast.users}
        self._channels = {channel.id: channel for channel in self.cast.channels}
        self._messages: dict[str, dict[str, Message]] = {channel: {} for channel in self._channels}
        self._statuses: dict[Thread, Change] = {}
        self._titles: dict[Thread, str] = {}
        self._prompts: dict[Thread, Change] = {}

    # Reading

    def snapshot(self, viewer: str) -> dict[str, Any]:
        """All that `viewer` can see, in plain JSON: team, bot, you, users, channels, messages, views…"""
        with self.lock:
            channels = [channel for channel in self._channels.values() if viewer in channel.members]
            mine = {channel.id for channel in channels}
            return deepcopy(
                {
                    "team": {"id": self.cast.team, "name": self.cast.team_name},
                    "you": viewer,
                    "bot": {
                        "user": self.bot.user.id,
                        "bot_id": self.bot.bot_id,
                        "app_id": self.bot.app_id,
                    },
                    "users": [user.as_slack(self.cast.team) for user in self._users.values()],
                    "channels": [
                        {**channel.as_slack(self.cast.team, viewer), "members": channel.members}
                        for channel in channels
                    ],
                    "groups": [
                        {"id": group.id, "handle": group.handle, "name": group.name}
                        for group in self.cast.groups
                    ],
                    "messages": {
                        channel: [
                            message
                            for message in self._messages[channel].values()
                            if self._sees_message(viewer, message)
                        ]
                        for channel in mine
                    },
                    "views": [view for view in self._views.values() if view["opened_by"] == viewer],
                    "home": self._homes.get(viewer),
                    "statuses": [s for (channel, _), s in self._statuses.items() if channel in mine],
                    "titles": [
                        {"channel": channel, "thread_ts": thread_ts, "title": title}
                        for (channel, thread_ts), title in self._titles.items()
                        if channel in mine
                    ],
                    "suggested_prompts": [
                        prompts for (channel, _), prompts in self._prompts.items() if channel in mine
                    ],
                }
            )

    def visible(self, change: Change, viewer: str) -> bool:
        """Whether `viewer` may be shown this change (never deliveries' payloads)."""
        if change["type"] == "request":
            return False
        if "user" in change and change["type"] != "reaction":
            return change["user"] == viewer
        message = change.get("message")
        channel = self.channel(message["channel"] if message else change["channel"])
        if channel is None or viewer not in channel.members:
            return False
        return message is None or self._sees_message(viewer, message)

    def _sees_message(self, viewer: str, message: Message) -> bool:
        """Private replies and open streams in a channel are for one person."""
        if message["ephemeral_to"]:
            return message["ephemeral_to"] == viewer
        return not message["streaming"] or message.get("recipient", viewer) == viewer

    def user(self, user_id: str) -> User | None:
        """The user with this id."""
        return self._users.get(user_id)

    def channel(self, channel_id: str) -> Channel | None:
        """The channel with this id."""
        with self.lock:
            return self._channels.get(channel_id)

    def channels(self) -> list[Channel]:
        """Every channel, in the order of creation."""
        with self.lock:
            return list(self._channels.values())

    def direct_channel(self, user_id: str) -> Channel | None:
        """The conversation of this user with the bot."""
        with self.lock:
            return next((c for c in self._channels.values() if c.kind == "im" and user_id in c.members), None)

    def add_channel(self, channel: Channel) -> Channel:
        """Adds a channel (tests, group DMs)."""
        with self.lock:
            self._channels[channel.id] = channel
            self._messages.setdefault(channel.id, {})
        return channel

    def message(self, channel: str, ts: str) -> Message | None:
        """One message, or None."""
        with self.lock:
            return deepcopy(self._messages.get(channel, {}).get(ts))

    def messages(self, channel: str) -> list[Message]:
        """A channel's messages, replies and private ones among them, oldest first."""
        with self.lock:
            return deepcopy(list(self._messages.get(channel, {}).values()))

    def thread(self, channel: str, thread_ts: str) -> list[Message]:
        """The thread's first message (where it still exists) and its replies, oldest first."""
        with self.lock:
            return deepcopy(
                [
                    message
                    for message in self._messages.get(channel, {}).values()
                    if thread_ts in (message["ts"], message.get("thread_ts"))
                ]
            )

    # Writing

    def add_message(self, channel: str, **fields: Any) -> Message:
        """Stores a new message; `fields` are Slack's (`user`, `text`, `blocks`, `thread_ts`…)."""
        with self.lock:
            message: Message = {
                "type": "message",
                "channel": channel,
                "ts": self.next_ts(),
                "team": self.cast.team,
                "text": "",
                "streaming": False,
                "markdown": "",
                "ephemeral_to": None,
                **{name: value for name, value in fields.items() if value is not None},
            }
            self._messages[channel][message["ts"]] = message
            if message.get("bot_id") == self.bot.bot_id and not message["ephemeral_to"]:
                # Slack takes the status away as soon as the app has replied.
                self.set_status(channel, message.get("thread_ts", ""), "")
            self.emit({"type": "message", "message": message})
            return deepcopy(message)

    def change_message(self, channel: str, ts: str, **fields: Any) -> Message:
        """Changes fields of a message (None takes a field away).

        Raises:
            KeyError: there is no such message.
        """
        with self.lock:
            message = self._messages[channel][ts]
            previous = deepcopy(message)
            for name, value in fields.items():
                if value is None and name != "ephemeral_to":
                    message.pop(name, None)
                else:
                    message[name] = value
            self.emit({"type": "message_changed", "message": message, "previous": previous})
            return deepcopy(message)

    def remove_message(self, channel: str, ts: str) -> Message:
        """Deletes a message; replies in its thread stay.

        Raises:
            KeyError: there is no such message.
        """
        with self.lock:
            message = self._messages[channel].pop(ts)
            self.emit({"type": "message_deleted", "message": message})
            return message

    def add_reaction(self, channel: str, ts: str, name: str, user: str) -> bool:
        """Adds a reaction; False where this user already had it there.

        Raises:
            KeyError: there is no such message.
        """
        with self.lock:
            message = self._messages[channel][ts]
            reactions: list[dict[str, Any]] = message.setdefault("reactions", [])
            if all(reaction["name"] != name for reaction in reactions):
                reactions.append({"name": name, "users": [], "count": 0})
            reaction = next(reaction for reaction in reactions if reaction["name"] == name)
            if user in reaction["users"]:
                return False
            reaction["users"].append(user)
            reaction["count"] += 1
            self.emit(
                {
                    "type": "reaction",
                    "channel": channel,
                    "ts": ts,
                    "name": name,
                    "user": user,
                    "message": message,
                }
            )
            return True

    def set_status(
        self, channel: str, thread_ts: str, status: str, loading_messages: list[str] | None = None
    ) -> None:
        """Shows what the app is doing in a thread; an empty status takes it away."""
        with self.lock:
            change = {
                "type": "status",
                "channel": channel,
                "thread_ts": thread_ts,
                "status": status,
                "loading_messages": loading_messages or [],
            }
            if status:
                self._statuses[channel, thread_ts] = change
            elif self._statuses.pop((channel, thread_ts), None) is None:
                return
            self.emit(change)

    def set_title(self, channel: str, thread_ts: str, title: str) -> None:
        """Names a thread of the app's DM."""
        with self.lock:
            self._titles[channel, thread_ts] = title
            self.emit({"type": "title", "channel": channel, "thread_ts": thread_ts, "title": title})

    def set_suggested_prompts(
        self, channel: str, thread_ts: str, title: str, prompts: list[dict[str, str]]
    ) -> None:
        """Offers prompts (`title`, `message`) in the app's DM."""
        with self.lock:
            change = {
                "type": "suggested_prompts",
                "channel": channel,
                "thread_ts": thread_ts,
                "title": title,
                "prompts": prompts,
            }
            self._prompts[channel, thread_ts] = change
            self.emit(change)
