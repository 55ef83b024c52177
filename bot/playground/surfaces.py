"""Modals and home tabs: which are open for whom, what they hold."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import uuid4

from bot.playground.cast import Bot
from bot.playground.observed import Observed

View = dict[str, Any]


class Surfaces(Observed):
    """The views of one app in one team. Views carry Slack's keys and `opened_by`."""

    def __init__(self, team: str, bot: Bot, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.bot = bot
        self._team = team
        self._views: dict[str, View] = {}
        self._homes: dict[str, View] = {}

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
            "team_id": self._team,
            "state": {"values": {}},
            "hash": f"{self.next_ts()}.{uuid4().hex[:8]}",
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self.bot.app_id,
            "app_installed_team_id": self._team,
            "bot_id": self.bot.bot_id,
            "opened_by": user,
        }
