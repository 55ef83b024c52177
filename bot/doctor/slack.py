"""Slack: both tokens, the bot's scopes, the signing secret, and whether our clocks agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import yaml
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.client import SLACK_ERRORS, error_code, header, is_transient, slack_client
from bot.clock import read_date
from bot.config import Settings
from bot.doctor.finding import SERVER_SECONDS, Finding, first_line

MANIFEST = Path(__file__).resolve().parents[2] / "slack-manifest.yaml"

BOT_TOKEN = "Slack bot token"
SCOPES = "Slack scopes"
APP_TOKEN = "Slack app token"
SIGNING_SECRET = "Slack signing secret"
EVENTS = "Slack events"
CLOCK = "Clock"
IN_PLAYGROUND = "not set: playground mode"

# Slack's signatures are good for five minutes, and requests are on their way for some seconds.
SKEW_FAILS = 285
SKEW_WARNS = 60

COPY_BOT_TOKEN = "copy it again from your app's “OAuth & Permissions” page into SLACK_BOT_TOKEN"
NEW_APP_TOKEN = (
    "make one under “Basic Information” → “App-Level Tokens” with the scope connections:write, and put it "
    "into SLACK_APP_TOKEN"
)
NO_ROTATION = "Create the app anew from the manifest, without token rotation: it cannot be switched off later"
CHECK_NETWORK = "Check this machine's network, HTTPS_PROXY and SLACK_API_URL"
REASONS = {
    "invalid_auth": "Slack does not know it",
    "not_authed": "Slack did not get it",
    "account_inactive": "the app was uninstalled, or its user removed",
    "token_revoked": "it was revoked",
    "token_expired": "it has expired",
    "not_allowed_token_type": "it is a token of another kind",
    "missing_scope": "it lacks a scope",
}


def slack(settings: Settings) -> Iterator[Finding]:
    """All that Slack tells about our tokens, and what it does not tell."""
    if settings.slack_bot_token is None:
        for subject in (BOT_TOKEN, SCOPES, APP_TOKEN, SIGNING_SECRET, EVENTS):
            yield Finding(subject, "skipped", IN_PLAYGROUND)
        return
    yield from _bot_token(settings.slack_bot_token, settings.slack_api_url, signed=settings.mode == "http")
    yield _app_token(settings.slack_app_token, settings.slack_api_url)
    yield signing_secret(settings.slack_signing_secret)
    yield Finding(
        EVENTS,
        "skipped",
        "Slack does not let these tokens see which events the app is subscribed to",
        f"Compare “App Manifest” on your app's page with {MANIFEST.name}",
    )


def _bot_token(token: SecretStr, api_url: str, *, signed: bool) -> Iterator[Finding]:
    client = slack_client(token.get_secret_value(), api_url)
    client.timeout = int(SERVER_SECONDS)
    response = _asked(BOT_TOKEN, api_url, client.auth_test, COPY_BOT_TOKEN)
    if isinstance(response, Finding):
        yield response
        yield Finding(SCOPES, "skipped", "the bot token could not be used")
        return
    data = cast(dict[str, str], response.data)
    where = f"{data.get('team', '?')} ({data.get('url', '?')})"
    found = f"@{data.get('user', '?')} in {where}, by {api_url}"
    if token.get_secret_value().startswith("xoxe."):
        yield Finding(BOT_TOKEN, "warning", f"{found}; it expires within twelve hours", NO_ROTATION)
    else:
        yield Finding(BOT_TOKEN, "ok", found)
    yield scopes(header(response, "x-oauth-scopes"), wanted_scopes())
    yield clock(header(response, "date"), datetime.now(UTC), signed=signed)


def wanted_scopes(manifest: Path = MANIFEST) -> frozenset[str]:
    """The bot scopes of the manifest; none where it is not beside the code."""
    if not manifest.is_file():
        return frozenset()
    return frozenset(yaml.safe_load(manifest.read_text())["oauth_config"]["scopes"]["bot"])


def scopes(said: str, wanted: Collection[str]) -> Finding:
    """Compares what the token may do, as Slack's header says, with what it is to be able to do."""
    granted = {scope.strip() for scope in said.split(",") if scope.strip()}
    if not granted or not wanted:
        return Finding(SCOPES, "skipped", f"Slack or {MANIFEST.name} does not say which")
    missing = sorted(set(wanted) - granted)
    if missing:
        advice = "Add them under “OAuth & Permissions” → “Scopes”, then reinstall the app"
        return Finding(SCOPES, "failed", f"missing: {', '.join(missing)}", advice)
    return Finding(SCOPES, "ok", f"all {len(wanted)} of {MANIFEST.name}")


def clock(said: str, now: datetime, *, signed: bool) -> Finding:
    """Compares Slack's clock, by its Date header, with ours (`now`, with a time zone).

    `signed`: events come by HTTP, with signatures that last five minutes; by Socket Mode there are none.
    """
    theirs = read_date(said)
    if theirs is None:
        return Finding(CLOCK, "skipped", "Slack did not say what time it is")
    skew = (now - theirs).total_seconds()
    found = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Slack's"
    advice = "Set this machine's clock (NTP): requests that Slack signed five minutes ago are refused"
    if signed and abs(skew) >= SKEW_FAILS:
        return Finding(CLOCK, "failed", found, advice)
    if abs(skew) >= SKEW_WARNS:
        return Finding(CLOCK, "warning", found, advice)
    return Finding(CLOCK, "ok", "agrees with Slack's")


def _app_token(token: SecretStr | None, api_url: str) -> Finding:
    if token is None:
        return Finding(APP_TOKEN, "skipped", "not set: events come by HTTP")
    client = slack_client(None, api_url)
    client.timeout = int(SERVER_SECONDS)
    response = _asked(
        APP_TOKEN,
        api_url,
        lambda: client.apps_connections_open(app_token=token.get_secret_value()),
        NEW_APP_TOKEN,
    )
    if isinstance(response, Finding):
        return response
    return Finding(APP_TOKEN, "ok", "Socket Mode connections can be opened")


def signing_secret(secret: SecretStr | None) -> Finding:
    """Whether it looks like one; whether it is the right one shows with Slack's first request."""
    if secret is None:
        return Finding(SIGNING_SECRET, "skipped", "not set: events come by Socket Mode")
    if not re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()):
        advice = "Copy “Signing Secret” from your app's “Basic Information” page into SLACK_SIGNING_SECRET"
        return Finding(SIGNING_SECRET, "failed", "not the 32 characters (0-9, a-f) that Slack gives", advice)
    return Finding(SIGNING_SECRET, "ok", "has the right form")


def _asked(
    subject: str, api_url: str, ask: Callable[[], SlackResponse], advice: str
) -> SlackResponse | Finding:
    """Slack's answer, or what its refusal means."""
    try:
        return ask()
    except SlackApiError as error:
        code = error_code(error)
        if code in REASONS:
            return Finding(subject, "failed", f"{REASONS[code]} ({code})", advice[0].upper() + advice[1:])
        if is_transient(error):
            found = f"Slack has a problem at the moment (HTTP status {error.response.status_code})"
            return Finding(subject, "failed", found, "Try again in a few minutes")
        return Finding(subject, "failed", f"Slack refuses: {code}", advice[0].upper() + advice[1:])
    except SLACK_ERRORS as error:
        found = f"{api_url} cannot be reached: {first_line(error)}"
        return Finding(subject, "failed", found, CHECK_NETWORK)
