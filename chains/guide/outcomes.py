"""Every verdict that there is, as one array: what would turn a verdict, and what can still turn it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chains.guide.contract import Values
from chains.guide.policy import POLICY, Policy
from chains.guide.scoring import is_rag, lacks, line


def outcomes(values: Values, open_factors: Collection[str], policy: Policy = POLICY) -> NDArray[np.bool_]:
    """Whether the verdict is RAG, for everything that the open factors may turn out to be.

    One axis for each open factor, in the policy's order; along it first the unknown, then the factor's
    values in theirs. A factor that is neither open nor in `values` stays unknown.
    """
    index = tuple(
        slice(None) if factor in open_factors else place(factor, values.get(factor), policy)
        for factor in policy.factors
    )
    return _every_outcome(policy)[index]


def place(factor: str, value: str | None, policy: Policy = POLICY) -> int:
    """Where a value stands along its factor's axis; the unknown (None) stands first."""
    return 0 if value is None else [*policy.factors[factor].points].index(value) + 1


@cache
def _every_outcome(policy: Policy) -> NDArray[np.bool_]:
    """All combinations; some 700,000 bytes and milliseconds, made at the first use."""
    factor, value = policy.behaviour
    axis = list(policy.factors).index(factor)
    behaviour = (slice(None),) * axis + (place(factor, value, policy),)
    every = _given(policy, behaviour_only=False)
    every[behaviour] = _given(policy, behaviour_only=True)[behaviour]
    return every


def _given(policy: Policy, *, behaviour_only: bool) -> NDArray[np.bool_]:
    every = [1] * len(policy.factors)
    total: NDArray[np.integer[Any]] = np.full(every, policy.start, np.int8)
    vetoed: NDArray[np.bool_] = np.full(every, False)
    missing: NDArray[np.integer[Any]] = np.full(every, 0, np.int8)
    for axis, (name, factor) in enumerate(policy.factors.items()):
        lines = [line(policy, name, value, behaviour_only=behaviour_only) for value in factor.points]
        shape = [*every[:axis], len(lines) + 1, *every[axis + 1 :]]
        points = [0, *(entry.points for entry in lines)]
        vetoes = [False, *(entry.vetoes for entry in lines)]
        lacking = [lacks(policy, name, value) for value in (None, *factor.points)]
        total = total + np.array(points, np.int8).reshape(shape)
        vetoed = vetoed | np.array(vetoes).reshape(shape)
        missing = missing + np.array(lacking, np.int8).reshape(shape)
    return is_rag(policy, total, vetoed, missing)
