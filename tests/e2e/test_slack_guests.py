"""Guests and strangers: neither a question nor a list shows them what is for the company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground import people
from bot.playground.cast import GUEST, PARTNER_TEAM, TEAM, Channel, User, playground_cast
from bot.playground.workspace import Workspace
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

OUTSIDE = [
    User("U0MULTI", "ida", "Ida Berg", TEAM, guest="multi"),
    User("U0SINGLE", "fred", "Fred Moss", TEAM, guest="single"),
    GUEST,
]


@pytest.fixture(scope="module")
def slack() -> Iterator[LocalSlack]:
    """All of them are in #general, and each may write to the bot."""
    cast = playground_cast()
    cast.users += OUTSIDE[:2]
    general = next(channel for channel in cast.channels if channel.id == "C0GENERAL")
    for person in OUTSIDE:
        cast.channels.append(Channel(f"D{person.id[1:]}", "", "im", [person.id, cast.bot.user.id]))
        general.members.append(person.id)
    assert GUEST.team == PARTNER_TEAM
    with LocalSlack(workspace=Workspace(cast), scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture(autouse=True)
def _bot(slack: LocalSlack, tmp_path: Path) -> Iterator[None]:
    with running_bot(slack, tmp_path, FakeAnswerer()):
        yield


@pytest.mark.parametrize("person", OUTSIDE, ids=lambda person: person.name)
def test_what_is_for_the_company_is_not_for_them(slack: LocalSlack, person: User) -> None:
    direct = f"D{person.id[1:]}"
    asked = [
        slack.say("on call, and leave, and salaries?", direct, person.id),
        slack.say("@Ragtime on call, and leave, and salaries?", "C0GENERAL", person.id),
    ]
    for question in asked:
        reply = str(slack.wait_for_reply(question))
        assert "Leave is answered." in reply
        assert "On call is answered." not in reply
        assert "Salaries" not in reply
    people.run_command(slack.workspace, person.id, "C0GENERAL", "/docs")
    (listed,) = slack.wait_for_private(person.id)
    assert "Leave" in str(listed)
    assert "On call" not in str(listed)
    # Whoever is of the company gets it, in the same channel.
    inside = slack.wait_for_reply(slack.say("@Ragtime on call?", "C0GENERAL"))
    assert "On call is answered." in str(inside)
