"""Private replies through a `response_url`, which a command or a pressed button brings along."""

from __future__ import annotations

from typing import Any

from slack_sdk.webhook import WebhookClient

from bot.blocks.render import Rendered
from bot.client import TIMEOUT_SECONDS, proxy_for


class NotDelivered(Exception):
    """A private reply that Slack did not take; the message is what it said."""


def respond(
    response_url: str, rendered: Rendered, thread_ts: str | None = None, *, replace_original: bool = False
) -> None:
    """Shows something to the one person who acted. It works where we are no member, too.

    `replace_original` puts it in the place of the message whose button was pressed.

    Raises:
        NotDelivered: Slack refused it (the address is valid for half an hour, five times).
        OSError: Slack could not be reached, or it is not known whether it took it.
    """
    hook = WebhookClient(response_url, timeout=TIMEOUT_SECONDS)
    hook.proxy = proxy_for(response_url)
    message: dict[str, Any] = {
        "text": rendered.text,
        "blocks": rendered.all_blocks,
        "response_type": "ephemeral",
        "replace_original": replace_original,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    sent = hook.send_dict(message | ({"thread_ts": thread_ts} if thread_ts else {}))
    if sent.status_code >= 500:
        raise OSError(f"response_url: {sent.status_code}")
    if sent.status_code == 200:
        return
    if rendered.table and "invalid_" in sent.body:
        # This Slack takes no table blocks.
        respond(response_url, rendered.without_table(), thread_ts, replace_original=replace_original)
    else:
        raise NotDelivered(f"{sent.status_code} {sent.body}")
