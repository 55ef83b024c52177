"""Why something failed, in one line for the admin: without secrets, and without what people wrote."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from bot.client import error_code
from bot.telemetry.redact import redact

REASON_LIMIT = 300


def reason(error: BaseException, *hidden: str) -> str:
    """One line; `hidden` are texts that must not be in it. An error of ours is told by its cause."""
    error = error.__cause__ or error
    if isinstance(error, SlackApiError) and error_code(error):
        return f"Slack says {error_code(error)}"
    words = redact(str(error), *hidden).strip()
    line = f"{type(error).__name__}: {words.splitlines()[0]}" if words else type(error).__name__
    return line[:REASON_LIMIT]
