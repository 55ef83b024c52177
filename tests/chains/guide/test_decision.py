"""The decision: pure, monotone, traceable, and right about what would turn it."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.guide.decision import decide, flips
from chains.guide.outcomes import outcomes
from chains.guide.policy import POLICY
from tests.support.guide_values import NAMES, some_factors, some_values

VETOES = {"change_rate": {"daily", "weekly"}, "citations": {"must"}, "deletion": {"must"}} | {
    "access": {"per_user"}
}
ROW = {"need": "expertise", "change_rate": "never", "citations": "no", "access": "same", "deletion": "no"}
MEANS = {"data": "raw", "budget": "large", "team": "ml_team"}


def verdict_by_hand(values: dict[str, str]) -> str:
    """The specification's rules again, as briefly as they can be told."""
    counted = dict(values)
    if values.get("need") == "behaviour":
        for factor in ("change_rate", "citations", "privacy", "access", "deletion"):
            counted.pop(factor, None)
    if any(counted.get(factor) in vetoes for factor, vetoes in VETOES.items()):
        return "rag"
    if 2 + sum(POLICY.factors[factor].points[value] for factor, value in counted.items()) >= 0:
        return "rag"
    missing = sum(values.get(means, "none") == "none" for means in ("budget", "data", "team"))
    return "rag" if missing >= 2 else "fine-tuning"


@settings(deadline=None)
@given(some_values())
def test_the_verdict_is_the_rules_and_every_outcome_agrees(values: dict[str, str]) -> None:
    decision = decide(values)
    assert decision.verdict == verdict_by_hand(values)
    assert bool(outcomes(values, ())) == (decision.verdict == "rag")
    assert (decision.type is None) == (decision.verdict == "rag")
    assert decision.total == decision.start + sum(line.points for line in decision.lines)


@settings(deadline=None)
@given(some_values(), st.randoms(use_true_random=False))
def test_the_order_of_answers_never_matters(values: dict[str, str], rng: random.Random) -> None:
    shuffled = list(values.items())
    rng.shuffle(shuffled)
    assert decide(dict(shuffled)) == decide(values)


@pytest.mark.parametrize("factor", [name for name in NAMES if name != "need"])
def test_more_points_for_rag_never_turn_rag_into_fine_tuning(factor: str) -> None:
    """Over every combination of the other factors, known or not."""
    points = list(POLICY.factors[factor].points.values())
    rag = np.moveaxis(outcomes({}, NAMES), list(NAMES).index(factor), 0)[1:]
    ascending = rag[np.argsort(points, kind="stable")]
    assert (ascending[1:] >= ascending[:-1]).all()


@settings(deadline=None)
@given(some_values(), st.sampled_from([(f, v) for f, values in VETOES.items() for v in sorted(values)]))
def test_a_veto_always_wins_but_over_behaviour_only(values: dict[str, str], veto: tuple[str, str]) -> None:
    values[veto[0]] = veto[1]
    decision = decide(values)
    if values.get("need") == "behaviour":
        assert decision.decided_by != "veto"
    else:
        assert (decision.verdict, decision.decided_by) == ("rag", "veto")
        assert veto[0] in {line.factor for line in decision.lines if line.vetoes}


def test_an_unknown_need_leaves_the_vetoes_in_force() -> None:
    assert decide({"citations": "must"}).decided_by == "veto"


@settings(deadline=None)
@given(some_values())
def test_every_flip_turns_the_verdict_and_no_part_of_it_does(values: dict[str, str]) -> None:
    decision = decide(values)
    for flip in decision.flips:
        assert 1 <= len(flip.changes) <= 3
        assert verdict_by_hand(values | dict(flip.changes)) != decision.verdict
        assert all(values.get(factor) != value for factor, value in flip.changes)
        for size in range(1, len(flip.changes)):
            for part in combinations(flip.changes, size):
                assert verdict_by_hand(values | dict(part)) == decision.verdict


@settings(deadline=None)
@given(some_values(), some_factors())
def test_flips_among_some_factors_change_only_those(values: dict[str, str], among: frozenset[str]) -> None:
    for flip in flips(values, among):
        assert {factor for factor, _ in flip.changes} <= among
        assert verdict_by_hand(values | dict(flip.changes)) != verdict_by_hand(values)


def test_a_single_veto_is_flipped_by_living_without_it() -> None:
    decision = decide(ROW | MEANS | {"citations": "must"})
    assert (decision.verdict, decision.decided_by) == ("rag", "veto")
    assert decision.flips[0].changes == (("citations", "nice"),)


def test_means_do_not_count_where_a_veto_decides_or_the_points_do() -> None:
    assert decide(ROW | {"citations": "must"}).total < 0
    assert decide(ROW | {"citations": "must"}).missing == ()
    assert decide({"need": "facts"}).missing == ()
    assert decide(ROW).missing == ("data", "budget", "team")


def test_two_vetoes_are_flipped_only_together() -> None:
    decision = decide(ROW | MEANS | {"citations": "must", "deletion": "must"})
    assert decision.flips[0].changes == (("need", "behaviour"),)
    assert (("citations", "nice"), ("deletion", "no")) in [flip.changes for flip in decision.flips]


def test_what_is_missing_is_what_would_flip_an_infeasible_wish() -> None:
    decision = decide({"need": "expertise", "change_rate": "never", "data": "none", "team": "none"})
    assert (decision.verdict, decision.decided_by, decision.missing) == (
        "rag",
        "feasibility",
        ("data", "budget", "team"),
    )
    assert (("data", "raw"), ("team", "ml_team")) in [flip.changes for flip in decision.flips]


def test_unknown_factors_are_among_what_would_flip() -> None:
    decision = decide({"need": "behaviour", "data": "some_pairs"})
    assert decision.decided_by == "feasibility"
    assert (("team", "ml_team"),) in [flip.changes for flip in decision.flips]


@pytest.mark.parametrize(
    ("values", "remarks"),
    [
        ({"need": "both"}, ("hybrid",)),
        ({"need": "facts", "change_rate": "daily"}, ()),
        ({"need": "behaviour", "change_rate": "daily"}, ("hybrid",)),
        ({"need": "behaviour", "change_rate": "never"}, ()),
        (
            {"need": "behaviour", "data": "raw", "budget": "large", "team": "ml_team"},
            ("raw_text_for_behaviour", "prompt_first", "can_it_be_tuned"),
        ),
        (
            {"need": "both", "change_rate": "never", "data": "many_pairs", "budget": "large"},
            ("hybrid", "prompt_first", "can_it_be_tuned"),
        ),
    ],
)
def test_remarks_come_with_the_values_and_the_verdict(
    values: dict[str, str], remarks: tuple[str, ...]
) -> None:
    assert decide(values).remarks == remarks


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"needs": "facts"}, "no factor 'needs'"),
        ({"need": "tone"}, "need has no value 'tone': it is one of facts, both, expertise, behaviour"),
    ],
)
def test_a_name_that_the_policy_does_not_have_is_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decide(values)
