"""`ragtime doctor`: examines all that Ragtime needs, and says what to do about what is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace

import truststore

from bot.config import Settings
from bot.doctor import channels, knowledge_checks, machine, models, queue, slack, storage, variables
from bot.doctor.finding import Finding, Status, first_line
from knowledge.addresses import without_secrets

__all__ = ["Finding", "Status", "examine"]

Check = Callable[[Settings], Iterable[Finding]]

# For all checks together, as they run side by side. None waits longer than five seconds for a server: this
# is for what hangs all the same, and leaves a busy machine time to import the libraries.
PATIENCE_SECONDS = 60.0

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", machine.python),
    ("Settings", machine.summary),
    ("Network", machine.network),
    ("Disk and memory", machine.resources),
    ("Slack", slack.slack),
    ("Home", storage.home),
    ("Database", storage.database),
    ("Queue", queue.queue),
    ("Chroma", storage.chroma),
    ("Embedder", models.embedder),
    ("Model", models.chat_model),
    ("Channels", channels.channels),
    ("Documents", knowledge_checks.folder),
    ("Index", knowledge_checks.index),
)

# What says something about the mode that Slack's tokens choose.
OF_TOKENS = ("Settings", "Slack")


def examine(
    settings: Settings,
    malformed: Mapping[str, str] | None = None,
    others: Collection[str] = (),
    dotenv: Collection[str] = (),
) -> list[Finding]:
    """Makes every check, and returns what each found, in the same order each time.

    `malformed` are the variables that `settings` is without, with what to do; `others` are the names of all
    that are set, `dotenv` those of the file. No check hides another: one that breaks or does not come to
    its end is a finding itself.
    """
    truststore.inject_into_ssl()
    # Without its tokens, Slack would be taken for not wanted.
    slackless = any(name.startswith("SLACK_") for name in malformed or ())
    checks = [check for check in CHECKS if not (slackless and check[0] in OF_TOKENS)]
    return [
        *variables.malformed(malformed or {}),
        *variables.unread(others, dotenv),
        *run_checks(checks, settings, PATIENCE_SECONDS),
    ]


def run_checks(checks: Iterable[tuple[str, Check]], settings: Settings, patience: float) -> list[Finding]:
    """The findings of these checks, run side by side for so many seconds in all."""
    deadline = time.monotonic() + patience
    begun = [(subject, _begin(check, settings)) for subject, check in checks]
    findings: list[Finding] = []
    for subject, future in begun:
        try:
            findings += future.result(max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            advice = "It hangs, or this machine is very busy: try again"
            findings.append(Finding(subject, "failed", f"no result within {patience:g} s", advice))
        except Exception as error:
            advice = "The check itself went wrong: please report this line"
            findings.append(
                Finding(subject, "failed", f"{type(error).__name__}: {first_line(error)}", advice)
            )
    return [_without_secrets(finding, settings) for finding in findings]


def _without_secrets(finding: Finding, settings: Settings) -> Finding:
    """What was found, without what is secret in the addresses that were looked at."""
    return replace(finding, found=without_secrets(finding.found, *settings.addresses))


def _begin(check: Check, settings: Settings) -> Future[list[Finding]]:
    """Starts a check in a thread that does not keep the process from ending."""
    future: Future[list[Finding]] = Future()

    def run() -> None:
        try:
            future.set_result(list(check(settings)))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name=check.__name__, daemon=True).start()
    return future
