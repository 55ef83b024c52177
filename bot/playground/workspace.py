"""The state of the invented workspace: messages, views, statuses; tells observers of each change.

Messages and views are dictionaries in Slack's shape, with four keys of our own on each message:
`channel`, `streaming` (a stream is open), `markdown` (its text so far, or a message's Markdown text),
`ephemeral_to` (the only person who sees it, or None). Everything handed out is a copy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Protocol
from uuid import uuid4

from bot.playground.cast import Cast, Channel, User, playground_cast
from bot.playground.grants import Grants

Message = dict[str, Any]
View = dict[str, Any]
Change = dict[str, Any]
Thread = tuple[str, str]


class Observer(Protocol):
    """Called with each change, in order, under the workspace's lock, from any thread: be quick.

    Changes are `{"type": …}` with
    `message`, `message_changed` (also `previous`), `message_deleted`: `message`;
    `status`: `channel`, `thread_ts`, `status` (empty: cleared), `loading_messages`;
    `title`: `channel`, `thread_ts`, `title`;
    `suggested_prompts`: `channel`, `thread_ts` (empty: the whole DM), `title`, `prompts`;
    `reaction`: `channel`, `ts`, `name`, `user`, `message`;
    `view_opened`, `view_updated`, `view_closed`: `user`, `view`; `view_errors`: `user`, `view_id`,
    `errors` (by block_id); `home`: `user`, `view`;
    `request`: `to` (`events`, `commands`, `interactivity`), `payload`, `user`: for Slack's delivery;
    `delivery`: `user`, `what`, `ok`, `error`: how a command or interaction reached the app.
    """

    def __call__(self, change: Change, /) -> None: ...


class Workspace:
    """One workspace. Safe to use from several threads."""

    def __init__(self, cast: Cast | None = None, clock: Callable[[], float] = time.time) -> None:
        self.cast = cast or playground_cast()
        self.bot = self.cast.bot
        self.clock = clock
        self.public_url = "http://127.0.0.1:3000"
        self._users = {user.id: user for user in self.cast.users}
        self._channels = {channel.id: channel for channel in self.cast.channels}
        self._messages: dict[str, dict[str, Message]] = {channel: {} for channel in self._channels}
        self._views: dict[str, View] = {}
        self._homes: dict[str, View] = {}
        self._statuses: dict[Thread, Change] = {}
        self._titles: dict[Thread, str] = {}
        self._prompts: dict[Thread, Change] = {}
        self._observers: list[Observer] = []
        self._last_ts = 0
        self.grants = Grants(clock)
        self.lock = threading.RLock()

    # Observers

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Adds an observer; the returned function takes it away again."""
        with self.lock:
            self._observers.append(observer)

        def unsubscribe() -> None:
            with self.lock:
                if observer in self._observers:
                    self._observers.remove(observer)

        return unsubscribe

    def emit(self, change: Change) -> None:
        """Tells every observer of a change."""
        with self.lock:
            for observer in tuple(self._observers):
                observer(deepcopy(change))

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
        return [
            message
            for message in self.messages(channel)
            if thread_ts in (message["ts"], message.get("thread_ts"))
        ]

    def view(self, view_id: str) -> View | None:
        """One open view, or a home tab's."""
        with self.lock:
            homes = {home["id"]: home for home in self._homes.values()}
            return deepcopy(self._views.get(view_id) or homes.get(view_id))

    def view_by_external_id(self, external_id: str) -> View | None:
        """The open modal to which the app gave this id."""
        with self.lock:
            views = self._views.values()
            return deepcopy(next((v for v in views if v["external_id"] == external_id), None))

    def open_views(self, user: str) -> list[View]:
        """The user's stack of modals, the topmost last."""
        with self.lock:
            return deepcopy([view for view in self._views.values() if view["opened_by"] == user])

    def home(self, user: str) -> View | None:
        """The user's home tab, where the app has published one."""
        with self.lock:
            return deepcopy(self._homes.get(user))

    # Writing

    def next_ts(self) -> str:
        """A timestamp that no other message has, later than all before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

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

    def open_view(self, user: str, view: View, previous: str | None = None) -> View:
        """Opens a modal for a user, on top of `previous` where given."""
        with self.lock:
            below = self._views.get(previous or "")
            opened = self._complete_view(view, user)
            opened["previous_view_id"] = below["id"] if below else None
            opened["root_view_id"] = below["root_view_id"] if below else opened["id"]
            self._views[opened["id"]] = opened
            self.emit({"type": "view_opened", "user": user, "view": opened})
            return deepcopy(opened)

    def update_view(self, view_id: str, view: View) -> View:
        """Replaces an open modal's content (the home tab has `publish_home`).

        Raises:
            KeyError: it is not open.
        """
        with self.lock:
            old = self._views[view_id]
            kept = {key: old[key] for key in ("id", "root_view_id", "previous_view_id", "state")}
            updated = self._complete_view(view, old["opened_by"]) | kept
            self._views[view_id] = updated
            self.emit({"type": "view_updated", "user": old["opened_by"], "view": updated})
            return deepcopy(updated)

    def close_view(self, view_id: str, whole_stack: bool = False) -> list[View]:
        """Closes a modal and what lies on it, or all of its user's; those closed, the topmost first.

        Raises:
            KeyError: it is not open.
        """
        with self.lock:
            user = self._views[view_id]["opened_by"]
            stack = [view["id"] for view in self._views.values() if view["opened_by"] == user]
            leaving = stack if whole_stack else stack[stack.index(view_id) :]
            closed = [self._views.pop(each) for each in reversed(leaving)]
            for view in closed:
                self.emit({"type": "view_closed", "user": user, "view": view})
            return closed

    def set_view_state(self, view_id: str, values: dict[str, dict[str, Any]]) -> View:
        """Stores what the user entered into a view: `values[block_id][action_id]`, Slack's shape.

        Raises:
            KeyError: it is not open.
        """
        with self.lock:
            homes = {home["id"]: home for home in self._homes.values()}
            view = self._views[view_id] if view_id in self._views else homes[view_id]
            view["state"] = {"values": deepcopy(values)}
            return deepcopy(view)

    def publish_home(self, user: str, view: View) -> View:
        """Shows a view on the user's home tab."""
        with self.lock:
            published = self._complete_view(view, user)
            if user in self._homes:
                published["id"] = published["root_view_id"] = self._homes[user]["id"]
            self._homes[user] = published
            self.emit({"type": "home", "user": user, "view": published})
            return deepcopy(published)

    def _complete_view(self, view: View, user: str) -> View:
        """The view with the fields that Slack adds, and ours: `opened_by`."""
        view_id = f"V{uuid4().hex[:10].upper()}"
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **deepcopy(view),
            "id": view_id,
            "team_id": self.cast.team,
            "state": {"values": {}},
            "hash": f"{self.next_ts()}.{uuid4().hex[:8]}",
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self.bot.app_id,
            "app_installed_team_id": self.cast.team,
            "bot_id": self.bot.bot_id,
            "opened_by": user,
        }
