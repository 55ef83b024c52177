"""Where an answer is read: asked of a local Slack, narrower where Slack cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.audience import REMEMBERED_SECONDS, Audience
from bot.client import identify, slack_client
from bot.inbox import Incoming
from bot.playground.cast import TEAM, Channel, User, playground_cast
from bot.playground.workspace import Workspace
from knowledge.access import Place
from tests.support.slack import LocalSlack

CHANNEL = Incoming(
    event_id="Ev1",
    kind="message",
    channel="C0PEOPLE",
    channel_type="group",
    user="U0YOU",
    team="T0PLAYGROUND",
    text="?",
    ts="1.1",
    thread_ts="1.1",
)
DIRECT = replace(CHANNEL, channel="D0YOU", channel_type="im")
# Guests of our own workspace.
INTERN = User("U0INTERN", "ida", "Ida Berg", TEAM, guest="multi")
FREELANCER = User("U0FREE", "fred", "Fred Moss", TEAM, guest="single")


@pytest.fixture(scope="module")
def running() -> Iterator[LocalSlack]:
    cast = playground_cast()
    cast.users += [INTERN, FREELANCER]
    with LocalSlack(workspace=Workspace(cast)) as slack:
        yield slack


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(running: LocalSlack) -> LocalSlack:
    return running


def _audience(slack: LocalSlack, clock: Clock, *, restricted: bool = True) -> Audience:
    client = slack_client(slack.secrets.bot_token, slack.api_url)
    return Audience(client, identify(client), lambda: restricted, clock)


def test_a_channel_is_read_by_its_members_whoever_asks(slack: LocalSlack, clock: Clock) -> None:
    assert _audience(slack, clock).place(CHANNEL) == Place.internal("channel:C0PEOPLE")


def test_a_channel_shared_with_another_company_is_read_outside(slack: LocalSlack, clock: Clock) -> None:
    shared = replace(CHANNEL, channel="C0PARTNER", channel_type="channel")
    assert _audience(slack, clock).place(shared) == Place.shared("channel:C0PARTNER")


def test_a_direct_message_is_read_by_one_person_with_all_that_they_hold(
    slack: LocalSlack, clock: Clock
) -> None:
    assert _audience(slack, clock).place(DIRECT) == Place.internal(
        "user:U0YOU",
        "channel:C0GENERAL",
        "channel:C0ONCALL",
        "channel:C0PEOPLE",
        "channel:C0PARTNER",
        "group:S0ONCALL",
    )


def test_a_private_reply_in_a_channel_is_read_by_the_asker_alone(slack: LocalSlack, clock: Clock) -> None:
    audience = _audience(slack, clock)
    assert audience.place(replace(CHANNEL, kind="ask")) == audience.place(DIRECT)


def test_what_is_shared_is_read_by_the_channel(slack: LocalSlack, clock: Clock) -> None:
    shared = replace(CHANNEL, kind="share", channel="C0GENERAL", channel_type="channel")
    assert _audience(slack, clock).place(shared) == Place.internal("channel:C0GENERAL")


def test_someone_of_another_company_gets_what_is_external(slack: LocalSlack, clock: Clock) -> None:
    place = _audience(slack, clock).place(replace(DIRECT, user="U0GUEST"))
    assert place == Place.shared("user:U0GUEST", "channel:C0PARTNER")


@pytest.mark.parametrize("guest", [INTERN, FREELANCER])
def test_a_guest_of_our_own_workspace_gets_what_is_external(
    slack: LocalSlack, clock: Clock, guest: User
) -> None:
    audience = _audience(slack, clock)
    assert audience.place(replace(DIRECT, user=guest.id)) == Place.shared(f"user:{guest.id}")
    assert audience.place(replace(CHANNEL, kind="ask", user=guest.id)) == Place.shared(f"user:{guest.id}")
    slack.workspace.add_channel(Channel("C0WITH", "", "mpim", ["U0YOU", guest.id]))
    group = replace(CHANNEL, channel="C0WITH", channel_type="mpim")
    assert audience.place(group) == Place.shared("channel:C0WITH")
    # What a guest asks in a channel is read by a guest at least.
    assert audience.place(replace(CHANNEL, user=guest.id)) == Place.shared("channel:C0PEOPLE")
    assert audience.place(CHANNEL) == Place.internal("channel:C0PEOPLE")


def test_a_group_dm_is_read_by_all_of_its_members(slack: LocalSlack, clock: Clock) -> None:
    members = ["U0YOU", "U0TOMAS", slack.workspace.bot.user.id]
    slack.workspace.add_channel(Channel("C0GROUP", "", "mpim", members))
    group = replace(CHANNEL, channel="C0GROUP", channel_type="mpim")
    assert _audience(slack, clock).place(group) == Place.internal(
        "channel:C0GROUP", "channel:C0GENERAL", "channel:C0ONCALL", "channel:C0PARTNER", "group:S0ONCALL"
    )


def test_a_group_dm_with_an_outsider_gets_what_is_external(slack: LocalSlack, clock: Clock) -> None:
    members = ["U0YOU", "U0GUEST", slack.workspace.bot.user.id]
    slack.workspace.add_channel(Channel("C0MIXED", "", "mpim", members))
    place = _audience(slack, clock).place(replace(CHANNEL, channel="C0MIXED", channel_type="mpim"))
    assert place == Place.shared("channel:C0MIXED", "channel:C0PARTNER")


def test_memberships_are_asked_only_where_documents_are_restricted(slack: LocalSlack, clock: Clock) -> None:
    before = len(slack.calls("users.conversations"))
    place = _audience(slack, clock, restricted=False).place(DIRECT)
    assert place == Place.internal("user:U0YOU")
    assert len(slack.calls("users.conversations")) == before


def test_slack_is_asked_once_a_minute(slack: LocalSlack, clock: Clock) -> None:
    audience = _audience(slack, clock)
    before = len(slack.calls("users.conversations"))
    for _ in range(3):
        audience.place(DIRECT)
    assert len(slack.calls("users.conversations")) == before + 1
    clock.now += REMEMBERED_SECONDS
    audience.place(DIRECT)
    assert len(slack.calls("users.conversations")) == before + 2


@pytest.mark.parametrize(
    ("method", "incoming", "place"),
    [
        ("conversations.info", CHANNEL, Place.shared("channel:C0PEOPLE")),
        ("users.info", DIRECT, Place.shared("user:U0YOU")),
        ("users.info", CHANNEL, Place.shared("channel:C0PEOPLE")),
        ("users.conversations", DIRECT, Place.internal("user:U0YOU")),
        ("usergroups.list", DIRECT, Place.internal("user:U0YOU")),
        ("conversations.members", replace(CHANNEL, channel_type="mpim"), Place.shared("channel:C0PEOPLE")),
    ],
)
def test_where_slack_cannot_say_the_place_is_narrower_until_it_can(
    slack: LocalSlack, clock: Clock, method: str, incoming: Incoming, place: Place
) -> None:
    audience = _audience(slack, clock)
    slack.fail_next(method, error="internal_error")
    assert audience.place(incoming) == place
    assert audience.place(incoming) != place


def test_a_person_holds_what_names_them_their_groups_or_their_channels(
    slack: LocalSlack, clock: Clock
) -> None:
    # Whether any document is restricted does not matter to who may ask.
    audience = _audience(slack, clock, restricted=False)
    for held in ("everyone", "user:U0YOU", "group:S0ONCALL", "channel:C0PEOPLE"):
        assert audience.holds("U0YOU", ("user:U0NOBODY", held))
    for other in ("external", "user:U0MARA", "group:S0OTHER", "channel:C0OTHER"):
        assert not audience.holds("U0YOU", (other,))
    for outsider in ("U0GUEST", "U0INTERN"):
        assert not audience.holds(outsider, ("everyone",))
        assert audience.holds(outsider, ("everyone", "external"))
        assert audience.holds(outsider, ("everyone", f"user:{outsider}"))


def test_where_slack_cannot_say_a_person_holds_nothing_but_their_name(
    slack: LocalSlack, clock: Clock
) -> None:
    audience = _audience(slack, clock)
    slack.fail_next("usergroups.list", error="internal_error")
    assert not audience.holds("U0YOU", ("group:S0ONCALL",))
    assert audience.holds("U0YOU", ("group:S0ONCALL",))
