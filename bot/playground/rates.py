"""Slack's rate limits, for tests that switch them on: so many calls in so many seconds."""

from __future__ import annotations

import math
import threading
from collections import defaultdict, deque
from collections.abc import Callable

# Method: calls, seconds; per channel for chat.postMessage, else per method. Tiers as documented.
RATES: dict[str, tuple[int, float]] = {
    "chat.postMessage": (1, 1.0),
    "chat.update": (50, 60.0),
    "chat.startStream": (20, 60.0),
    "chat.appendStream": (100, 60.0),
    "chat.stopStream": (20, 60.0),
    "conversations.info": (50, 60.0),
    "conversations.history": (50, 60.0),
    "conversations.replies": (50, 60.0),
    "users.conversations": (50, 60.0),
}


class RateLimiter:
    """Counts calls; says how long to wait where there were too many. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def retry_after(self, method: str, channel: str) -> int:
        """Counts a call. 0: go on; else the seconds to wait (the call does not count then)."""
        if method not in RATES:
            return 0
        allowed, seconds = RATES[method]
        now = self._clock()
        with self._lock:
            calls = self._calls[method, channel if method == "chat.postMessage" else ""]
            while calls and now - calls[0] >= seconds:
                calls.popleft()
            if len(calls) >= allowed:
                return max(1, math.ceil(seconds - (now - calls[0])))
            calls.append(now)
            return 0
