"""What listeners and workers need to do their work; made once, at start."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import ParamSpec, Protocol

from slack_sdk import WebClient
from sqlalchemy import Connection, Engine

from bot.answerer import Answerer
from bot.audience import Audience
from bot.channels import Channels
from bot.client import Identity
from bot.inbox import Waiting

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Queue(Protocol):
    """How those who answer learn of what is in the inbox."""

    def put(self, connection: Connection, waiting: Waiting, /) -> None:
        """Takes an event up, in the transaction that writes it down."""
        ...

    def wake(self) -> None:
        """Tells them that there is something new, once it is written down."""
        ...

    def hands(self) -> int:
        """How many events are answered at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that are passed around."""

    engine: Engine
    client: WebClient
    identity: Callable[[], Identity]
    audience: Audience
    answerer: Answerer
    channels: Channels
    queue: Queue
    background: Executor
    # For `bot.pressure` alone: many are to be told when much else is to be done.
    telling: Executor


def later(services: Services, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Does something after the ack that may be lost in a crash: a thank-you, a modal, the home tab."""
    services.background.submit(logged, work, *args, **kwargs)


def logged(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Does something of which only the log tells when it fails."""
    try:
        work(*args, **kwargs)
    except Exception:
        log.exception("%s failed", getattr(work, "__name__", work))
