"""What the page sends when a person does something: the shapes of its requests."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.playground.elements import Chosen

Entered = dict[str, dict[str, Chosen]]


class Body(BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Write(Body):
    """A new message, or a reply in a thread."""

    channel: str
    text: str
    thread_ts: str | None = None


class Edit(Body):
    """Another text for one's own message."""

    channel: str
    ts: str
    text: str


class Delete(Body):
    """One's own message, to be deleted."""

    channel: str
    ts: str


class Command(Body):
    """A slash command, `command` with its slash."""

    channel: str
    command: str
    text: str = ""


class Action(Body):
    """An element used: in a message (`channel`, `ts`) or in a modal or the home tab (`view_id`)."""

    block_id: str
    action_id: str
    chosen: Chosen = None
    entered: Entered = {}
    channel: str = ""
    ts: str = ""
    view_id: str = ""


class Submit(Body):
    """A modal's submit button."""

    view_id: str
    entered: Entered = {}


class Close(Body):
    """A modal's close button."""

    view_id: str


class Home(Body):
    """A tab of the app that was opened."""

    tab: Literal["home", "messages"] = "home"
