"""What one value counts, and when the count is RAG: the arithmetic that every decision shares."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from chains.guide.contract import Line
from chains.guide.policy import Policy


def line(policy: Policy, factor: str, value: str, *, behaviour_only: bool) -> Line:
    """The line of the table for a value; `behaviour_only` says that only behaviour is asked for."""
    if behaviour_only and factor in policy.ignored:
        return Line(factor, value, 0, ignored=True)
    points = policy.factors[factor].points[value]
    vetoes = not behaviour_only and value in policy.vetoes.get(factor, ())
    return Line(factor, value, points, vetoes=vetoes)


def lacks(policy: Policy, factor: str, value: str | None) -> bool:
    """Whether this value of a factor (None: unknown) says that a means for fine-tuning is missing."""
    return factor in policy.missing.values and value in (None, policy.missing.values[factor])


@overload
def is_rag(policy: Policy, total: int, vetoed: bool, missing: int) -> bool: ...


@overload
def is_rag(
    policy: Policy,
    total: NDArray[np.integer[Any]],
    vetoed: NDArray[np.bool_],
    missing: NDArray[np.integer[Any]],
) -> NDArray[np.bool_]: ...


def is_rag(policy: Policy, total: Any, vetoed: Any, missing: Any) -> Any:
    """The rules over the points, in their order: vetoes, points, feasibility. For one count or for many."""
    return vetoed | (total >= 0) | (missing >= policy.missing.too_many)
