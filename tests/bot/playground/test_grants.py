"""Trigger ids and response URLs run out as Slack's do."""

from __future__ import annotations

import pytest

from bot.playground.errors import SlackError
from bot.playground.grants import Grants


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal_of(action: object, *arguments: str) -> str:
    assert callable(action)
    with pytest.raises(SlackError) as refused:
        action(*arguments)
    return refused.value.code


def test_a_trigger_opens_one_view_within_three_seconds():
    clock = Clock()
    grants = Grants(clock)
    used, late = grants.new_trigger("U1"), grants.new_trigger("U1")
    assert grants.use_trigger(used) == "U1"
    assert refusal_of(grants.use_trigger, used) == "exchanged_trigger_id"
    clock.now += 3.1
    assert refusal_of(grants.use_trigger, late) == "expired_trigger_id"
    assert refusal_of(grants.use_trigger, "made.up") == "invalid_trigger_id"


def test_a_response_url_takes_five_answers():
    grants = Grants(Clock())
    path = grants.new_response_url("C1", "U1")
    for _ in range(5):
        assert grants.use_response_url(path).channel == "C1"
    assert refusal_of(grants.use_response_url, path) == "used_url"


def test_a_response_url_lasts_half_an_hour():
    clock = Clock()
    grants = Grants(clock)
    path = grants.new_response_url("C1", "U1")
    clock.now += 30 * 60 + 1
    assert refusal_of(grants.use_response_url, path) == "expired_url"
