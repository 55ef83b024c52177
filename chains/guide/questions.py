"""Which question comes next, or none: the one that can still change the verdict most, then a stop."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from chains.guide.contract import Values
from chains.guide.outcomes import outcomes
from chains.guide.policy import POLICY, Policy

CONFIRM = "confirm:"
JOIN = "+"


def next_question(
    values: Values,
    *,
    unsure: Collection[str] = (),
    asked: Sequence[str] = (),
    confirmed: Collection[str] = (),
    missed: Collection[str] = (),
    policy: Policy = POLICY,
) -> str | None:
    """The id of the next question or confirmation; None where it is time to conclude.

    `values` are the known factors, `unsure` those that the person cannot tell: neither is asked about.
    `missed` are those whose question got another answer: it goes on with them, where they matter.
    `asked` are the ids so far, `confirmed` the factors whose value was confirmed. An id is a factor,
    several joined by "+", or "confirm:" and a factor.
    """
    if may_ask(asked, policy):
        open_factors = [factor for factor in policy.factors if factor not in values and factor not in unsure]
        question = _question(values, open_factors, missed, policy)
        if question:
            return JOIN.join(question)
    return _confirmation(values, asked, confirmed, policy)


def may_ask(asked: Sequence[str], policy: Policy = POLICY) -> bool:
    """Whether a question may be asked after these; confirmations are not counted."""
    return sum(not question.startswith(CONFIRM) for question in asked) < policy.dialogue.most_questions


def _question(
    values: Values, open_factors: Sequence[str], missed: Collection[str], policy: Policy
) -> tuple[str, ...] | None:
    """The open factors that are asked about together next, or None where nothing more can come of it."""
    rag = outcomes(values, open_factors, policy)
    if rag.all():
        return None
    if policy.dialogue.first in open_factors:
        return (policy.dialogue.first,)
    questions = _questions(open_factors, policy)
    spare = [question for question in questions if question[0] in policy.dialogue.only_if_it_matters]
    sway = {
        question: _sway(rag, [open_factors.index(factor) for factor in question]) for question in questions
    }
    usual = [question for question in questions if question not in spare]
    due = [question for question in usual if set(question) & set(_due(values, policy))]
    again = next((question for question in questions if set(question) <= {*missed}), None)
    if again and (sway[again] or again in due):
        return again
    for candidates in (usual, spare):
        best = max(candidates, key=sway.__getitem__, default=None)
        if best and sway[best]:
            return best
        if candidates is usual and due:
            return due[0]
    return None


def _questions(open_factors: Sequence[str], policy: Policy) -> list[tuple[str, ...]]:
    """The open factors in the policy's order, those that are asked about together in one."""
    together = tuple(factor for factor in open_factors if factor in policy.dialogue.together)
    return list(dict.fromkeys(together if factor in together else (factor,) for factor in open_factors))


def _due(values: Values, policy: Policy) -> tuple[str, ...]:
    """The factors that have to be asked about before fine-tuning may be concluded."""
    rules = policy.dialogue
    if policy.behaviour_only(values):
        return rules.before_fine_tuning
    return rules.before_fine_tuning + rules.before_fine_tuning_unless_behaviour


def _sway(rag: NDArray[np.bool_], axes: Sequence[int]) -> float:
    """How much depends on these factors: in what share of the others' outcomes they decide the verdict."""
    first = tuple(range(len(axes)))
    # In front and copied: NumPy is some ten times slower along a short last axis.
    rows = np.ascontiguousarray(np.moveaxis(rag, axes, first))
    return float((rows.any(axis=first) & ~rows.all(axis=first)).mean())


def _confirmation(
    values: Values, asked: Sequence[str], confirmed: Collection[str], policy: Policy
) -> str | None:
    """The value that carries the verdict and was not confirmed yet: another one would turn the verdict."""
    for factor, value in policy.dialogue.confirmed.items():
        question = CONFIRM + factor
        if values.get(factor) != value or factor in confirmed or question in asked:
            continue
        others = outcomes(values, (factor,), policy)[1:]
        if others.any() and not others.all():
            return question
    return None
