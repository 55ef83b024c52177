"""Who and what is in the invented workspace: the team, its people, channels and the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["public", "private", "im", "mpim"]


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the bot's own user. A `team` other than ours is another company's.

    `guest` is a guest of our own workspace: in several channels, or in a single one.
    """

    id: str
    name: str
    real_name: str
    team: str
    title: str = ""
    is_bot: bool = False
    guest: Literal["", "multi", "single"] = ""

    def as_slack(self, home_team: str) -> dict[str, Any]:
        """The user as `users.info` gives it."""
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": False,
            "real_name": self.real_name,
            "tz": "Europe/Berlin",
            "tz_offset": 3600,
            "profile": {
                "title": self.title,
                "real_name": self.real_name,
                "display_name": self.real_name.split()[0],
                "team": self.team,
            },
            "is_admin": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": bool(self.guest),
            "is_ultra_restricted": self.guest == "single",
            "is_stranger": self.team != home_team,
            "updated": 0,
        }


@dataclass(frozen=True, slots=True)
class Bot:
    """The app's identity in the workspace."""

    user: User
    bot_id: str
    app_id: str


@dataclass(slots=True)
class Channel:
    """A place for messages. `members` are user ids; `shared` says that another company is in it."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    topic: str = ""
    shared: bool = False

    def as_slack(self, team: str, viewer: str) -> dict[str, Any]:
        """The channel as `conversations.info` gives it to `viewer`."""
        if self.kind == "im":
            return {
                "id": self.id,
                "created": 1,
                "is_im": True,
                "is_org_shared": False,
                "user": next((member for member in self.members if member != viewer), viewer),
                "is_archived": False,
                "context_team_id": team,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "public",
            "created": 1,
            "is_archived": False,
            "is_general": self.name == "general",
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "is_member": viewer in self.members,
            "context_team_id": team,
            "shared_team_ids": [team, PARTNER_TEAM] if self.shared else [team],
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group that can be mentioned, such as @oncall."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


TEAM = "T0PLAYGROUND"
PARTNER_TEAM = "T0PARTNER"

YOU = User("U0YOU", "you", "You", TEAM)
MARA = User("U0MARA", "mara", "Mara Lindqvist", TEAM, "Support lead")
TOMAS = User("U0TOMAS", "tomas", "Tomas Okafor", TEAM, "Site reliability")
GUEST = User("U0GUEST", "ines", "Ines Duarte", PARTNER_TEAM, "Partner engineer")
RAGTIME = Bot(
    User("U0RAGTIME", "ragtime", "Ragtime", TEAM, "Answers from your documents", is_bot=True),
    bot_id="B0RAGTIME",
    app_id="A0RAGTIME",
)


@dataclass(slots=True)
class Cast:
    """All of it; what a `Workspace` starts from. `you` is the person at the page."""

    team: str
    team_name: str
    team_domain: str
    you: User
    bot: Bot
    users: list[User]
    channels: list[Channel]
    groups: list[UserGroup] = field(default_factory=list)


def playground_cast() -> Cast:
    """A fresh copy of the workspace that `make run` shows."""
    bot = RAGTIME.user.id
    everyone = [YOU.id, MARA.id, TOMAS.id, bot]
    return Cast(
        team=TEAM,
        team_name="Playground",
        team_domain="playground",
        you=YOU,
        bot=RAGTIME,
        users=[YOU, MARA, TOMAS, GUEST, RAGTIME.user],
        channels=[
            Channel("C0GENERAL", "general", "public", list(everyone), "Company-wide talk and news"),
            Channel("C0ONCALL", "on-call", "public", list(everyone), "Who has the pager, and what it says"),
            Channel("C0PEOPLE", "people-team", "private", [YOU.id, MARA.id, bot], "Hiring, leave, benefits"),
            Channel(
                "C0PARTNER",
                "partner-northwind",
                "public",
                [YOU.id, TOMAS.id, GUEST.id, bot],
                "Shared with Northwind",
                shared=True,
            ),
            Channel("D0YOU", "", "im", [YOU.id, bot]),
            Channel("D0MARA", "", "im", [MARA.id, bot]),
            Channel("D0TOMAS", "", "im", [TOMAS.id, bot]),
        ],
        groups=[UserGroup("S0ONCALL", "oncall", "On call", (TOMAS.id, YOU.id))],
    )
