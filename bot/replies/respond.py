"""Private replies through a `response_url`, which a command or a pressed button brings along."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx
from slack_sdk import WebClient

from bot.blocks.render import Rendered
from bot.client import TIMEOUT_SECONDS, proxy_for
from bot.telemetry.traces import span

# Slack's own, and those of its cloud for the US government.
HOOKS = {"hooks.slack.com", "hooks.slack-gov.com"}
THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class NotDelivered(Exception):
    """A private reply that Slack did not take; the message is what it said."""


def respond(
    client: WebClient,
    response_url: str | None,
    rendered: Rendered,
    thread_ts: str | None = None,
    *,
    replace_original: bool = False,
) -> None:
    """Shows something to the one person who acted. It works where we are no member, too.

    `replace_original` puts it in the place of the message whose button was pressed. Nothing is sent to
    another host than Slack's, which is where `client` calls or one of its own for this; nor on to where
    that redirects.

    Raises:
        NotDelivered: Slack refused it (the address is valid for half an hour, five times), or there is no
            address, or it is not Slack's.
        ConnectionError, TimeoutError: Slack could not be reached, takes nothing now, or it is not known
            whether it took it.
    """
    if response_url is None:
        raise NotDelivered("there is no address for a private reply")
    if not _is_slacks(response_url, client.base_url):
        raise NotDelivered("the address for the private reply is not Slack's")
    message: dict[str, Any] = {
        "text": rendered.text,
        "blocks": rendered.all_blocks,
        "response_type": "ephemeral",
        "replace_original": replace_original,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    with span("post", way="private"):
        sent = _post(response_url, message | ({"thread_ts": thread_ts} if thread_ts else {}))
    if sent.status_code == 429 or sent.status_code >= 500:
        raise ConnectionError(f"response_url: {sent.status_code}")
    if sent.status_code == 200:
        return
    if rendered.table and "invalid_" in sent.text:
        # This Slack takes no table blocks.
        plain = rendered.without_table()
        respond(client, response_url, plain, thread_ts, replace_original=replace_original)
    else:
        raise NotDelivered(f"{sent.status_code} {sent.text}")


def _is_slacks(response_url: str, api_url: str) -> bool:
    """Whether an address is on one of Slack's hosts, read by the same parser that will call it."""
    try:
        url, api = httpx.URL(response_url), httpx.URL(api_url)
    except httpx.InvalidURL:
        return False
    if url.scheme == "https" and url.host in HOOKS:
        return True
    same_host = url.host == api.host or {url.host, api.host} <= THIS_MACHINE
    return same_host and url.scheme in ("https", api.scheme)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the system trusts, as for all other calls of Slack."""
    return ssl.create_default_context()


def _post(url: str, message: dict[str, Any]) -> httpx.Response:
    try:
        with httpx.Client(
            verify=_trusted(), proxy=proxy_for(url), trust_env=False, timeout=TIMEOUT_SECONDS
        ) as client:
            return client.post(url, json=message, follow_redirects=False)
    except httpx.TimeoutException as error:
        raise TimeoutError("response_url: no answer in time") from error
    except httpx.HTTPError as error:
        raise ConnectionError(f"response_url: {error}") from error
