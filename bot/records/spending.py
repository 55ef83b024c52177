"""What models cost: each call is written down as it ends."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from bot.inbox import Incoming
from bot.tables import spending
from chains.metering import Spent


def record(engine: Engine, incoming: Incoming, spent: Spent) -> None:
    """Notes a call that was made to answer an event."""
    with engine.begin() as connection:
        connection.execute(
            spending.insert().values(
                event_id=incoming.event_id,
                channel=incoming.channel,
                model=spent.model,
                tokens_in=spent.tokens_in,
                tokens_out=spent.tokens_out,
                estimated=spent.estimated,
                dollars=spent.dollars,
                spent_at=datetime.now(UTC),
            )
        )
