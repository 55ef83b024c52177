"""Tells in the log that requests are refused for their age: then this machine's clock may be wrong."""

from __future__ import annotations

import logging
import threading
import time

from slack_bolt.request import BoltRequest
from slack_sdk.signature import Clock, SignatureVerifier

log = logging.getLogger(__name__)

# How often, at most.
TELL_SECONDS = 300.0


class Refusals:
    """Looks at requests that were refused, and tells where their age alone was the reason.

    A machine whose clock is off by five minutes refuses all that Slack sends, and is deaf without a word.
    """

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret
        self._told_at: float | None = None
        self._lock = threading.Lock()

    def look(self, request: BoltRequest) -> None:
        """Logs a warning, every few minutes at most, if Slack has signed what was refused.

        `request` has the form of a signed one (see `bot.web`), or no headers at all.
        """
        sent, signature = (
            (request.headers.get(name) or [""])[0]
            for name in ("x-slack-request-timestamp", "x-slack-signature")
        )
        if not sent:
            return
        if not SignatureVerifier(self._secret, _At(int(sent))).is_valid(request.raw_body, sent, signature):
            return
        with self._lock:
            now = time.monotonic()
            if self._told_at is not None and now - self._told_at < TELL_SECONDS:
                return
            self._told_at = now
        age = time.time() - int(sent)
        log.warning(
            "refused: a request that Slack signed %.0f s %s by this machine's clock. That may be wrong "
            "(`ragtime doctor` compares it with Slack's), or somebody sends an old request again",
            abs(age),
            "ago" if age > 0 else "from now",
        )


class _At(Clock):
    """Stands still at a time."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds
