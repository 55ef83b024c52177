"""What Slack lets an app do for a short while after a person acted: trigger ids and response URLs."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bot.playground.errors import SlackError

TRIGGER_LIFETIME = 3.0
RESPONSE_URL_LIFETIME = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class ResponseUrl:
    """A right to answer: `channel` and `user` say to whom, `ts` which message an action was on."""

    channel: str
    user: str
    expires: float
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass(slots=True)
class _Trigger:
    user: str
    expires: float
    used: bool = False


class Grants:
    """Hands out trigger ids and response URLs and keeps their limits. Thread-safe."""

    def __init__(self, clock: Callable[[], float], trigger_lifetime: float = TRIGGER_LIFETIME) -> None:
        self._clock = clock
        self.trigger_lifetime = trigger_lifetime
        self._triggers: dict[str, _Trigger] = {}
        self._response_urls: dict[str, ResponseUrl] = {}
        self._lock = threading.Lock()

    def new_trigger(self, user: str) -> str:
        """A trigger id, with which the app may open one view for this user within seconds."""
        now = self._clock()
        trigger = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        with self._lock:
            self._triggers[trigger] = _Trigger(user, now + self.trigger_lifetime)
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """The user whose trigger this is; it is spent.

        Raises:
            SlackError: invalid_trigger_id, expired_trigger_id or exchanged_trigger_id.
        """
        with self._lock:
            known = self._triggers.get(trigger)
            if known is None:
                raise SlackError("invalid_trigger_id")
            if known.used:
                raise SlackError("exchanged_trigger_id")
            if self._clock() > known.expires:
                raise SlackError("expired_trigger_id")
            known.used = True
            return known.user

    def new_response_url(
        self, channel: str, user: str, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """The path of a response URL."""
        path = f"/response/{secrets.token_urlsafe(18)}"
        expires = self._clock() + RESPONSE_URL_LIFETIME
        with self._lock:
            self._response_urls[path] = ResponseUrl(channel, user, expires, ts, thread_ts)
        return path

    def use_response_url(self, path: str) -> ResponseUrl:
        """Whom the answer is for; counts as one use.

        Raises:
            SlackError: it is unknown, too old (expired_url) or used up (used_url).
        """
        with self._lock:
            known = self._response_urls.get(path)
            if known is None or self._clock() > known.expires:
                raise SlackError("expired_url")
            if known.uses >= RESPONSE_URL_USES:
                raise SlackError("used_url")
            known.uses += 1
            return known
