"""Starts the bot: opens the database and the knowledge, and closes them again."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from filelock import FileLock

from bot.assistant import Assistant, check
from bot.client import slack_client
from bot.command_line import control_server, terminal
from bot.command_line.control import Unreachable
from bot.config import Settings
from bot.records.retention import kept
from bot.telemetry.logged_syncs import LoggedSyncs
from bot.telemetry.observing import observed
from knowledge.database import open_database
from knowledge.database_errors import told_plainly
from knowledge.home import HomeInUse, make, own

log = logging.getLogger(__name__)


@contextmanager
def owned(settings: Settings) -> Iterator[Assistant]:
    """The assistant of a home, which is this process's until the context ends.

    Where database and vectors are on servers, the home holds the model alone, and any number may use it.

    Raises:
        HomeInUse: another process has it.
        BadDatabase: the database cannot be used.
    """
    lock: FileLock | None = None
    if settings.shared:
        make(settings.ragtime_home)
    else:
        lock = own(settings.ragtime_home)
    try:
        engine = open_database(settings.database)
        assistant = Assistant(settings, engine)
        try:
            with told_plainly(engine):
                yield assistant
        finally:
            assistant.stop()
            engine.dispose()
    finally:
        if lock:
            lock.release()


@contextmanager
def stopped(settings: Settings) -> Iterator[None]:
    """The home is this process's, and nobody's else, while the context lasts.

    Raises:
        Unreachable: a bot runs there.
    """
    try:
        lock = own(settings.ragtime_home)
    except HomeInUse as error:
        raise Unreachable(f"{error}: stop it first") from None
    try:
        yield
    finally:
        lock.release()


def _reachable(settings: Settings, assistant: Assistant) -> AbstractContextManager[None]:
    """Serves those who find the home taken, while it is."""
    return nullcontext() if settings.shared else control_server.serving(settings.ragtime_home, assistant)


def run(settings: Settings) -> None:
    """Serves until it is told to stop; the documents are synced meanwhile."""
    from bot import serve

    check(settings)
    try:
        with (
            observed(os.environ),
            owned(settings) as assistant,
            _reachable(settings, assistant),
        ):
            in_json = settings.ragtime_log == "json"
            assistant.keep_in_sync(LoggedSyncs() if in_json else terminal.SyncLog())
            slack = None if settings.mode == "playground" else slack_client(None, settings.slack_api_url)
            with kept(assistant.engine, settings.ragtime_keep_days, slack):
                announce = log.info if in_json else terminal.announce
                serve.run(settings, assistant, assistant.engine, announce, assistant.opened, assistant.ending)
            if assistant.opened.done():
                # It ended because this failed, or it was told to.
                assistant.opened.result()
    except HomeInUse as error:
        raise Unreachable(f"{error}: stop that one first, or set RAGTIME_HOME to another folder") from None
