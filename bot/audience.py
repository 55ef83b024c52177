"""Where an answer will be read: from a Slack conversation to the principals that all its readers hold.

When Slack cannot be asked, the place is taken to be narrower than it may be, never wider.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Any, Literal, TypeVar

from slack_sdk import WebClient

from bot.client import SLACK_ERRORS, Identity, said
from bot.inbox import Incoming
from knowledge.access import EVERYONE, EXTERNAL, Place

log = logging.getLogger(__name__)

REMEMBERED_SECONDS = 60.0
PAGE = 200
# By these `users.info` tells guests in several channels, guests in a single one, and people of a company
# with which a channel is shared.
GUESTS = ("is_restricted", "is_ultra_restricted", "is_stranger")

T = TypeVar("T")


class Audience:
    """Looks places up in Slack and remembers them for a minute. Safe to use from several threads.

    `has_restricted` says whether any document is for some only: memberships matter only then.
    """

    def __init__(
        self,
        client: WebClient,
        identity: Callable[[], Identity],
        has_restricted: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._identity = identity
        self._has_restricted = has_restricted
        self._clock = clock
        self._remembered: dict[tuple[str, str], tuple[float, Any]] = {}

    def place(self, incoming: Incoming) -> Place:
        """The place where the reply to an event is read."""
        if incoming.private or incoming.direct:
            return self.person(incoming.user)
        if incoming.channel_type == "mpim":
            return self.group_conversation(incoming.channel)
        return self.channel(incoming.channel, incoming.user)

    def person(self, user: str) -> Place:
        """What one person reads alone: a direct message, a private reply."""
        try:
            outside = self._is_outsider(user)
        except SLACK_ERRORS as error:
            log.warning("users.info failed for %s, so they get only what is external: %s", user, error)
            return Place.shared(f"user:{user}")
        principals = self._principals(user)
        return Place.shared(*principals) if outside else Place.internal(*principals)

    def channel(self, channel: str, asker: str) -> Place:
        """What everyone in a channel reads. Where a guest asks, it is known that guests read there.

        (Who else is a guest, Slack tells only for one member after the other.)
        """
        try:
            shared = self._is_shared(channel) or self._is_guest(asker)
        except SLACK_ERRORS as error:
            log.warning("Slack does not tell who reads %s, taken as shared outside: %s", channel, error)
            shared = True
        return Place.shared(f"channel:{channel}") if shared else Place.internal(f"channel:{channel}")

    def holds(self, user: str, principals: Collection[str]) -> bool:
        """Whether a person holds one of these principals; no where Slack cannot be asked."""
        if f"user:{user}" in principals:
            return True
        kinds = {principal.partition(":")[0] for principal in principals}
        try:
            if EVERYONE in kinds and (EXTERNAL in kinds or not self._is_outsider(user)):
                return True
            held = (self._channels(user) if "channel" in kinds else frozenset[str]()) | (
                self._groups(user) if "group" in kinds else frozenset[str]()
            )
        except SLACK_ERRORS as error:
            log.warning("what %s belongs to is not known, so nothing counts: %s", user, error)
            return False
        return not held.isdisjoint(principals)

    def group_conversation(self, channel: str) -> Place:
        """What all members of a group DM hold."""
        own = f"channel:{channel}"
        try:
            members = self._members(channel)
            outside = self._is_shared(channel) or any(self._is_outsider(member) for member in members)
        except SLACK_ERRORS as error:
            log.warning("the members of %s are not known, so only what is external: %s", channel, error)
            return Place.shared(own)
        held = [self._principals(member) for member in members]
        principals = {own, *(frozenset.intersection(*held) if held else ())}
        return Place.shared(*principals) if outside else Place.internal(*principals)

    def _principals(self, user: str) -> frozenset[str]:
        """What a person holds: themselves, their channels, their user groups."""
        alone = frozenset({f"user:{user}"})
        if not self._has_restricted():
            return alone
        try:
            return alone | self._channels(user) | self._groups(user)
        except SLACK_ERRORS as error:
            log.warning("the channels and groups of %s are not known, so none count: %s", user, error)
            return alone

    def _is_shared(self, channel: str) -> bool:
        def ask() -> bool:
            info = said(self._client.conversations_info(channel=channel))["channel"]
            # Shared within one organization (Enterprise Grid) is still one company.
            among_others = bool(info.get("is_shared")) and not info.get("is_org_shared")
            return among_others or bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared"))

        return self._ask("shared", channel, ask)

    def _is_outsider(self, user: str) -> bool:
        """Whether a person is not of the company: a guest, or of another workspace."""
        return self._standing(user) != "inside"

    def _is_guest(self, user: str) -> bool:
        """Whether Slack itself counts a person as a guest (in several channels or one), or a stranger."""
        return self._standing(user) == "guest"

    def _standing(self, user: str) -> Literal["inside", "outside", "guest"]:
        def ask() -> Literal["inside", "outside", "guest"]:
            info = said(self._client.users_info(user=user))["user"]
            if any(info.get(flag) for flag in GUESTS):
                return "guest"
            home = self._identity()
            theirs = (info.get("enterprise_user") or {}).get("enterprise_id")
            at_home = info.get("team_id") == home.team or (theirs is not None and theirs == home.enterprise)
            return "inside" if at_home else "outside"

        return self._ask("standing", user, ask)

    def _members(self, channel: str) -> frozenset[str]:
        def ask() -> frozenset[str]:
            members = frozenset(
                member
                for page in self._client.conversations_members(channel=channel, limit=PAGE)
                for member in said(page)["members"]
            )
            return members - {self._identity().user}

        return self._ask("members", channel, ask)

    def _channels(self, user: str) -> frozenset[str]:
        def ask() -> frozenset[str]:
            pages = self._client.users_conversations(
                user=user, types="public_channel,private_channel", exclude_archived=True, limit=PAGE
            )
            return frozenset(
                f"channel:{channel['id']}" for page in pages for channel in said(page)["channels"]
            )

        return self._ask("channels", user, ask)

    def _groups(self, user: str) -> frozenset[str]:
        def ask() -> dict[str, frozenset[str]]:
            groups = said(self._client.usergroups_list(include_users=True))["usergroups"]
            return {group["id"]: frozenset(group.get("users") or ()) for group in groups}

        groups = self._ask("groups", "", ask)
        return frozenset(f"group:{group}" for group, users in groups.items() if user in users)

    def _ask(self, what: str, whom: str, ask: Callable[[], T]) -> T:
        """What Slack says, or said within the last minute. Errors are not remembered."""
        known = self._remembered.get((what, whom))
        if known and self._clock() - known[0] < REMEMBERED_SECONDS:
            return known[1]
        answer = ask()
        self._remembered[what, whom] = (self._clock(), answer)
        return answer
