"""The Bolt app: built from what it needs; nothing happens on import."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger import messages
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from bot.client import is_transient, slack_client
from bot.handling import is_away
from bot.listeners import register
from bot.services import Services
from bot.signatures import Signatures
from bot.telemetry import measures
from bot.telemetry.logs import about
from bot.telemetry.reasons import reason

log = logging.getLogger(__name__)


def build_app(services: Services, signing_secret: str = "") -> SlackApp:
    """The app with all its listeners. Without a signing secret it may be served by Socket Mode only.

    Listeners run before the ack (`process_before_response`): by itself Bolt acks an event first, and an
    event whose writing then fails would be lost.
    """

    def authorize(**_: Any) -> AuthorizeResult:
        us = services.identity()
        return AuthorizeResult(
            enterprise_id=us.enterprise,
            team_id=us.team,
            bot_user_id=us.user,
            bot_id=us.bot,
            bot_token=services.client.token,
        )

    logger = logging.getLogger("ragtime.bolt")
    logger.addFilter(_is_no_remark_on_tokens)
    app = SlackApp(
        Signatures(signing_secret),
        name="ragtime",
        logger=logger,
        # The token comes from `authorize`: so who we are is asked once, when Slack first calls.
        client=slack_client(None, services.client.base_url),
        authorize=authorize,
        # Bolt would look at signatures once it has parsed the body: they are looked at before (`bot.web`).
        request_verification_enabled=False,
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )
    logger.removeFilter(_is_no_remark_on_tokens)
    app.error(_refuse)
    register(app, services)
    return app


class SlackApp(App):
    """Bolt's app, which tells how long each ack took, however the request came.

    By HTTP only what `signatures` finds good may be dispatched.
    """

    def __init__(self, signatures: Signatures, **options: Any) -> None:
        super().__init__(**options)
        self.signatures = signatures

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Runs the listeners; what they answer is the ack. Whatever is logged meanwhile names the event."""
        started = time.monotonic()
        with about(*_event(req.body)):
            response = super().dispatch(req)
        measures.ACKS.record(time.monotonic() - started, {"status": response.status})
        return response


def _event(body: Mapping[str, Any]) -> tuple[str, str]:
    """The id of an event, a command or a press, and what was said in it."""
    said = body.get("event") or body
    return str(body.get("event_id") or body.get("trigger_id") or ""), str(said.get("text") or "")


def _refuse(error: Exception) -> None:
    """Tells the log why something gets no ack, so that Slack delivers it again."""
    if is_away(error) or is_transient(error):
        log.warning("not taken in: %s", reason(error))
    else:
        log.error("not taken in", exc_info=error)


def _is_no_remark_on_tokens(record: logging.LogRecord) -> bool:
    """Bolt looks for SLACK_BOT_TOKEN itself, and warns that `authorize` takes its place: as is meant."""
    return record.getMessage() not in (
        messages.warning_token_skipped(),
        messages.warning_client_prioritized_and_token_skipped(),
    )
