"""Whether Slack signed a request; tells in the log where its age alone speaks against it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

log = logging.getLogger(__name__)

SENT, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
# How old, or how far ahead of this machine's clock, a request may be: as Slack advises.
GOOD_FOR_SECONDS = 300
# How often, at most, it is told that requests are refused for their age.
TELL_SECONDS = 300.0


class Signatures:
    """Looks at requests before anything else reads them. Asked by one thread only, the server's.

    A machine whose clock is off by five minutes refuses all that Slack sends, and would be deaf without a
    word: so that is logged, every few minutes at most.
    """

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret
        self._told_at: float | None = None

    def good(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether Slack signed this body, within five minutes.

        `headers` are looked up by their names in lower case.
        """
        sent, signature = (headers.get(name, "") for name in (SENT, SIGNATURE))
        if not re.fullmatch(r"\d{1,12}", sent, re.ASCII) or not re.fullmatch(r"v0=[0-9a-f]{64}", signature):
            # The verifier would make an error of it.
            return False
        try:
            signed = SignatureVerifier(self._secret, _At(int(sent))).is_valid(body, sent, signature)
        except UnicodeDecodeError:
            return False
        age = time.time() - int(sent)
        in_time = abs(age) <= GOOD_FOR_SECONDS
        if signed and not in_time:
            self._tell(age)
        return signed and in_time

    def _tell(self, age: float) -> None:
        now = time.monotonic()
        if self._told_at is not None and now - self._told_at < TELL_SECONDS:
            return
        self._told_at = now
        log.warning(
            "refused: a request that Slack signed %.0f s %s by this machine's clock. That may be wrong "
            "(`ragtime doctor` compares it with Slack's), or somebody sends an old request again",
            abs(age),
            "ago" if age > 0 else "from now",
        )


class _At(Clock):
    """Stands still at a time: the signature is looked at first, the age after it."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds
