"""A task of the command line, carried out in this process or by the running bot that owns the home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot.command_line import control, terminal
from bot.config import PLAYGROUND, Settings
from knowledge.home import HomeInUse, own

if TYPE_CHECKING:
    from bot.command_line.tasks import Message


@contextmanager
def carried_out(settings: Settings, task: str, values: dict[str, Any]) -> Iterator[Iterator[Message]]:
    """A task's messages: done in this process, or by the running bot that owns the home."""
    if _taken(settings):
        yield _asked_of_running(settings, task, values)
        return
    # These take seconds to import, and a bot that runs has them already.
    from bot.command_line.tasks import perform
    from bot.running import owned

    try:
        with owned(settings) as assistant:
            if task == "ask":
                with terminal.sync_progress() as report:
                    result = assistant.sync_if_due(report)
                for line in filter(None, (result.remark, result.lacking) if result else ()):
                    terminal.announce(line)
            yield _with_files(settings, perform(assistant, task, values))
    except HomeInUse:
        # Another process was faster.
        yield _asked_of_running(settings, task, values)


def _with_files(settings: Settings, messages: Iterator[Message]) -> Iterator[Message]:
    """The messages with each source's file: no bot runs here, so the playground's links lead nowhere."""
    for message in messages:
        for source in message.get("result", {}).get("sources", ()):
            source["file"] = str(settings.ragtime_docs / source["document"])
            if settings.shows_documents and (source["url"] or "").startswith(PLAYGROUND):
                source["url"] = None
        yield message


def _taken(settings: Settings) -> bool:
    """Whether another process owns the home now."""
    if settings.shared:
        return False
    try:
        own(settings.ragtime_home).release()
    except HomeInUse:
        return True
    return False


def _asked_of_running(settings: Settings, task: str, values: dict[str, Any]) -> Iterator[Message]:
    # What is not set here is left to the bot that runs.
    docs = str(settings.ragtime_docs) if "ragtime_docs" in settings.model_fields_set else None
    try:
        yield from control.request(settings.ragtime_home, task, values | {"docs": docs})
    except control.NobodyThere:
        raise control.Unreachable(
            f"{settings.ragtime_home} is in use by a Ragtime process that does not answer: wait until it is "
            "done, or stop it, or set RAGTIME_HOME to another folder"
        ) from None
