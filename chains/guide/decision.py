"""The verdict: points, vetoes, feasibility and type, from the factors alone, with what would turn it.

The order of the rules: behaviour only, vetoes, points, feasibility. Nothing here generates or guesses.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

import numpy as np

from chains.guide.contract import Decision, Flip, Values, Verdict
from chains.guide.outcomes import outcomes, place
from chains.guide.policy import POLICY, Policy
from chains.guide.scoring import is_rag, lacks, line


def decide(values: Values, policy: Policy = POLICY) -> Decision:
    """What the policy says of these factors; one that is not there is unknown.

    Raises:
        ValueError: a factor or value that the policy does not have.
    """
    policy.check(values)
    only = policy.behaviour_only(values)
    lines = tuple(
        line(policy, factor, values[factor], behaviour_only=only) for factor in policy.in_order(values)
    )
    total = policy.start + sum(entry.points for entry in lines)
    vetoed = any(entry.vetoes for entry in lines)
    missing = tuple(factor for factor in policy.factors if lacks(policy, factor, values.get(factor)))
    verdict: Verdict = "rag" if is_rag(policy, total, vetoed, len(missing)) else "fine-tuning"
    means_count = not vetoed and total < 0
    return Decision(
        verdict=verdict,
        type=None if verdict == "rag" else next(rule.type for rule in policy.types if rule.fits(values)),
        decided_by="veto" if vetoed else "feasibility" if means_count and verdict == "rag" else "points",
        total=total,
        start=policy.start,
        lines=lines,
        missing=missing if means_count else (),
        remarks=tuple(dict.fromkeys(rule.key for rule in policy.remarks if rule.fits(values, verdict))),
        flips=flips(values, policy=policy),
    )


def flips(values: Values, among: Collection[str] | None = None, policy: Policy = POLICY) -> tuple[Flip, ...]:
    """The smallest sets of changes, each in its mildest form, that would turn the verdict.

    No part of a set would do alone. Larger sets are looked for only until there are enough; those that
    leave the policy's first question alone come first. `among` are the factors that may change (all).
    """
    factors = policy.in_order(policy.factors if among is None else among)
    rag = outcomes(values, factors, policy)
    here = tuple(place(factor, values.get(factor), policy) for factor in factors)
    found: list[Flip] = []
    for size in range(1, policy.flips.most_changes + 1):
        if len(found) >= policy.flips.enough:
            break
        smaller = [{factor for factor, _ in flip.changes} for flip in found]
        for axes in combinations(range(len(factors)), size):
            chosen = tuple(factors[axis] for axis in axes)
            # The first place along an axis is the unknown: nothing can be changed to that.
            changed = tuple(slice(1, None) if axis in axes else at for axis, at in enumerate(here))
            turning = np.argwhere(rag[changed] != rag[here])
            if len(turning) and not any(map(set(chosen).issuperset, smaller)):
                found.append(_mildest(values, chosen, turning.tolist(), policy))
    first = policy.dialogue.first
    found.sort(
        key=lambda flip: (
            len(flip.changes),
            first in dict(flip.changes),
            _moved(values, flip.changes, policy),
        )
    )
    return tuple(found[: policy.flips.most])


def _mildest(values: Values, factors: tuple[str, ...], places: list[list[int]], policy: Policy) -> Flip:
    """Of some changes of these factors, given as places among their values, what moves the fewest points."""
    names = [tuple(policy.factors[factor].points) for factor in factors]
    changes = (
        tuple((factor, name[at]) for factor, name, at in zip(factors, names, chosen, strict=True))
        for chosen in places
    )
    return Flip(min(changes, key=lambda change: _moved(values, change, policy)))


def _moved(values: Values, changes: Collection[tuple[str, str]], policy: Policy) -> int:
    """How many points these changes move, either way."""
    points = {factor: {None: 0, **policy.factors[factor].points} for factor, _ in changes}
    return sum(abs(points[factor][value] - points[factor][values.get(factor)]) for factor, value in changes)
