"""Whether a model may be called for an event: by what was spent today, and how much was asked lately."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Engine, func, select, true

from bot.channels import Limits
from bot.inbox import Incoming
from bot.tables import inbox, spending
from chains.failures import Reason

# What people write counts; what they press does not.
WRITTEN = ("message", "ask", "guide")
LATELY = timedelta(hours=1)


def why_no_model(engine: Engine, limits: Limits, incoming: Incoming, now: datetime) -> Reason | None:
    """Why no model may be called for this event; None where one may.

    A day is one of UTC. What runs at the same time may overdraw a limit by as much as it costs.
    """
    if limits.dollars_per_day is not None and _spent(engine, now) >= limits.dollars_per_day:
        return "budget"
    if limits.person_per_hour is not None:
        own = inbox.c.user == incoming.user
        if _asked(engine, own, now) > limits.person_per_hour:
            return "share_of_person"
    if limits.workspace_per_hour is not None and _asked(engine, true(), now) > limits.workspace_per_hour:
        return "share_of_workspace"
    return None


def _spent(engine: Engine, now: datetime) -> float:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with engine.connect() as connection:
        paid = select(func.coalesce(func.sum(spending.c.dollars), 0.0)).where(spending.c.spent_at >= today)
        return connection.execute(paid).scalar_one()


def _asked(engine: Engine, by: ColumnElement[bool], now: datetime) -> int:
    """How many were asked within the hour, this one among them."""
    lately = select(func.count()).where(inbox.c.accepted_at >= now - LATELY, inbox.c.kind.in_(WRITTEN), by)
    with engine.connect() as connection:
        return connection.execute(lately).scalar_one()
