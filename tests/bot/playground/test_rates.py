"""Rate limits count as Slack's do."""

from __future__ import annotations

from bot.playground.rates import RateLimiter


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_one_message_a_second_goes_to_each_channel():
    clock = Clock()
    limiter = RateLimiter(clock)
    assert limiter.retry_after("chat.postMessage", "C1") == 0
    assert limiter.retry_after("chat.postMessage", "C1") == 1
    assert limiter.retry_after("chat.postMessage", "C2") == 0
    clock.now += 1.0
    assert limiter.retry_after("chat.postMessage", "C1") == 0


def test_a_tier_counts_calls_a_minute_over_all_channels():
    limiter = RateLimiter(Clock())
    waits = [limiter.retry_after("chat.update", f"C{number}") for number in range(51)]
    assert waits[:50] == [0] * 50
    assert waits[50] == 60
