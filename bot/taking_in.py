"""Takes what is for us into the inbox, for those who answer."""

from __future__ import annotations

from bot import inbox
from bot.inbox import Incoming
from bot.services import Services
from bot.telemetry.traces import about_event


def take_in(services: Services, incoming: Incoming) -> bool:
    """Writes an event down, and tells those who answer; False where it is there already.

    Database errors pass through: Slack must not get its ack.
    """
    with about_event("take in", incoming) as step:
        accepted = inbox.accept(services.engine, incoming, services.queue.put)
        step.set_attribute("ragtime.new", accepted)
    if accepted:
        services.queue.wake()
    return accepted


def take_in_again(services: Services, incoming: Incoming) -> bool:
    """The same for what may be pressed again after it failed."""
    if take_in(services, incoming):
        return True
    reopened = inbox.accept_again(services.engine, incoming, services.queue.put)
    if reopened:
        services.queue.wake()
    return reopened
