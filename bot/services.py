"""What listeners and workers need to do their work; made once, at start."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import ParamSpec

from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.answerer import Answerer
from bot.audience import Audience
from bot.channels import Channels
from bot.client import Identity

log = logging.getLogger(__name__)

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that are passed around. `wake` tells the workers that the inbox has something new."""

    engine: Engine
    client: WebClient
    identity: Callable[[], Identity]
    audience: Audience
    answerer: Answerer
    channels: Channels
    wake: Callable[[], None]
    background: Executor


def later(services: Services, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Does something after the ack that may be lost in a crash: a thank-you, a modal, the home tab."""

    def logged() -> None:
        try:
            work(*args, **kwargs)
        except Exception:
            log.exception("%s failed", getattr(work, "__name__", work))

    services.background.submit(logged)
