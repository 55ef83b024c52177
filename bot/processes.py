"""Starts one of several processes that share the work: `web` takes events in, `worker` answers them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from bot import serve
from bot.assistant import check
from bot.client import slack_client
from bot.command_line import terminal
from bot.config import Settings
from bot.migrations import HISTORY as BOT
from bot.records.retention import kept
from bot.running import owned
from bot.telemetry.logged_syncs import LoggedSyncs
from bot.telemetry.observing import observed
from knowledge.database import migrate as migrate_tables
from knowledge.database import open_database
from knowledge.database_errors import told_plainly
from knowledge.errors import AdminError
from knowledge.home import make
from knowledge.tables import HISTORY as KNOWLEDGE

log = logging.getLogger(__name__)


class NotShared(AdminError):
    """The settings are those of a process that does everything; the message says what several need."""


def web(settings: Settings) -> None:
    """Takes events in by HTTP and acknowledges them, until it is told to stop; workers answer them.

    Raises:
        NotShared: there is nothing that workers could share with it.
        CannotStart: the port is taken, or Slack refuses the token.
    """
    _check_shared(settings, "web")
    if not settings.slack_signing_secret:
        raise NotShared("ragtime web takes events by HTTP: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET")
    check(settings)
    by_http = settings.model_copy(update={"slack_app_token": None})
    with observed(os.environ), owned(settings) as assistant:
        serve.run(
            by_http,
            assistant,
            assistant.engine,
            announcer(settings),
            assistant.opened,
            assistant.ending,
            answers=False,
        )


def work(settings: Settings) -> None:
    """Answers events, and keeps the index in sync, until it is told to stop; any number may run.

    Raises:
        NotShared: there is nothing to share.
        CannotStart: Slack refuses the token.
    """
    _check_shared(settings, "worker")
    if not settings.slack_bot_token:
        raise NotShared("ragtime worker answers in Slack: set SLACK_BOT_TOKEN")
    check(settings)
    with observed(os.environ), owned(settings) as assistant:
        assistant.keep_in_sync(LoggedSyncs())
        slack = slack_client(None, settings.slack_api_url)
        with kept(assistant.engine, settings.ragtime_keep_days, slack):
            serve.work(
                settings, assistant, assistant.engine, announcer(settings), assistant.opened, assistant.ending
            )
        if assistant.opened.done():
            # It ended because this failed, or it was told to.
            assistant.opened.result()


def migrate(settings: Settings) -> bool:
    """Brings the database to this version's tables, and the queue's; returns whether anything changed.

    Raises:
        BadDatabase, HomeUnusable: it cannot be used or made.
    """
    if not settings.database_url:
        make(settings.ragtime_home)
    engine = open_database(settings.database)
    try:
        with told_plainly(engine):
            changed = [migrate_tables(engine, KNOWLEDGE, "knowledge"), migrate_tables(engine, BOT, "bot")]
            if engine.dialect.name == "postgresql":
                from bot.queue.schema import prepare

                changed.append(prepare(engine))
    finally:
        engine.dispose()
    return any(changed)


def announcer(settings: Settings) -> Callable[[str], None]:
    """Where a line about what was started goes: to people, or to the log."""
    return log.info if settings.ragtime_log == "json" else terminal.announce


def _check_shared(settings: Settings, name: str) -> None:
    if not settings.shared:
        raise NotShared(
            f"ragtime {name} is one of several processes: these need DATABASE_URL=postgresql+psycopg://… and "
            "CHROMA_URL=http://…. Without both, ragtime run does everything in one process"
        )
