"""A time to rely on: by this machine's clock, compared with Slack's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient

from bot.client import SLACK_ERRORS, header

# Both clocks are right as far as days are counted.
AGREE_WITHIN = timedelta(hours=1)
MINUTES = "%Y-%m-%d %H:%M"


class ClockDoubted(Exception):
    """This machine's clock is wrong, or may be; the message says why."""


def trusted_now(client: WebClient) -> datetime:
    """The time by this machine's clock, once Slack has said about the same. The client needs no token.

    Raises:
        ClockDoubted: Slack says another time, or cannot be asked.
    """
    try:
        theirs = read_date(header(client.api_test(), "date"))
    except SLACK_ERRORS as error:
        raise ClockDoubted(f"Slack cannot be asked what time it is: {error}") from error
    ours = datetime.now(UTC)
    if theirs is None:
        raise ClockDoubted("Slack does not say what time it is")
    if abs(ours - theirs) > AGREE_WITHIN:
        raise ClockDoubted(f"it is {ours:{MINUTES}} by this machine's clock, {theirs:{MINUTES}} by Slack's")
    return ours


def read_date(said: str) -> datetime | None:
    """The time in a Date header; None where there is none."""
    try:
        date = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo else None
