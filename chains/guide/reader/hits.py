"""What a rule found: a place in the message that speaks for a factor's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# In place of a value: the person does not know, hedges, or names what lies between two values.
UNSURE = "?"


@dataclass(frozen=True, slots=True)
class Hit:
    """`sure` hits count wherever they stand; others only where the factor was asked about.

    A `certain` one is an answer whatever the message seems to say as a whole.
    """

    factor: str
    value: str
    start: int
    end: int
    sure: bool = False
    certain: bool = False


def outermost(hits: Sequence[Hit]) -> list[Hit]:
    """The hits but for those inside a longer sure one of their factor: "almost never" is not "never"."""
    return [hit for hit in hits if not any(_holds(other, hit) for other in hits)]


def _holds(outer: Hit, inner: Hit) -> bool:
    return (
        outer.sure
        and outer.factor == inner.factor
        and outer.value != inner.value
        and outer.start <= inner.start
        and inner.end <= outer.end
        and outer.end - outer.start > inner.end - inner.start
    )
