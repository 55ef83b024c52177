"""What a rule found: a place in the message that speaks for a factor's value."""

from __future__ import annotations

from dataclasses import dataclass

# In place of a value: the person does not know, hedges, or names what lies between two values.
UNSURE = "?"


@dataclass(frozen=True, slots=True)
class Hit:
    """`sure` hits count wherever they stand; others only where the factor was asked about."""

    factor: str
    value: str
    start: int
    end: int
    sure: bool = False
