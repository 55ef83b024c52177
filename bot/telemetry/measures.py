"""What is counted and timed. Where nobody asked for metrics (`bot.telemetry.observing`), nothing is.

Attributes are kinds and outcomes: nobody's name, and nothing that was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy import Engine, func, select

from bot.inbox import OPEN
from bot.tables import inbox
from chains.metering import Spent

_METER = metrics.get_meter("ragtime")


def _seconds(name: str, description: str, buckets: Sequence[float]) -> metrics.Histogram:
    return _METER.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=buckets)


ACKS = _seconds(
    "ragtime.ack.duration",
    "From a request of Slack to its acknowledgement, by HTTP status",
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
ANSWERS = _seconds(
    "ragtime.answer.duration",
    "From taking an event in to what became of it, by kind and outcome",
    (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
REFUSALS = _METER.create_counter("ragtime.refusals", "{reply}", "Replies that the documents do not say")
TOKENS = _METER.create_counter("ragtime.model.tokens", "{token}", "What models read and wrote, by model")
DOLLARS = _METER.create_counter("ragtime.model.spend", "USD", "What models cost, where their price is known")


def spent(call: Spent) -> None:
    """Counts a call of a model."""
    TOKENS.add(call.tokens_in, {"model": call.model, "direction": "in"})
    TOKENS.add(call.tokens_out, {"model": call.model, "direction": "out"})
    if call.dollars is not None:
        DOLLARS.add(call.dollars, {"model": call.model})


def watch_queue(engine: Engine) -> None:
    """Has the number of open events be told with each report. Once a process: it is kept for good."""

    def depth(_: CallbackOptions) -> Iterable[Observation]:
        with engine.connect() as connection:
            counted = select(inbox.c.state, func.count()).where(inbox.c.state.in_(OPEN)).group_by("state")
            open_now = {state: count for state, count in connection.execute(counted)}
        return [Observation(open_now.get(state, 0), {"state": state}) for state in OPEN]

    _METER.create_observable_gauge("ragtime.queue.depth", [depth], "{event}", "Events that are not settled")
