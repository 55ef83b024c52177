"""The time is relied on where Slack says the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.client import slack_client
from bot.clock import ClockDoubted, trusted_now
from tests.support.ports import free_port
from tests.support.slack import LocalSlack
from tests.support.slack_clock import slack_clock


def test_the_time_is_relied_on_where_slack_says_the_same() -> None:
    with LocalSlack() as slack:
        before = datetime.now(UTC)
        assert before <= trusted_now(slack_client(None, slack.api_url)) <= datetime.now(UTC)


@pytest.mark.parametrize("ahead", [timedelta(days=365), timedelta(hours=2), timedelta(days=-2)])
def test_a_clock_that_slacks_contradicts_is_not_relied_on(ahead: timedelta) -> None:
    with slack_clock(ahead) as slack, pytest.raises(ClockDoubted, match="by this machine's clock"):
        trusted_now(slack.client)


def test_a_clock_that_nothing_confirms_is_not_relied_on() -> None:
    with slack_clock(None) as slack, pytest.raises(ClockDoubted, match="does not say"):
        trusted_now(slack.client)
    with pytest.raises(ClockDoubted, match="cannot be asked"):
        trusted_now(slack_client(None, f"http://127.0.0.1:{free_port()}/"))
