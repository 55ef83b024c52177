"""The policy's file holds the numbers of the specification, and tells what is wrong with a bad one."""

from __future__ import annotations

from importlib import resources

import pytest

from chains.guide.decision import decide
from chains.guide.policy import POLICY, BadPolicy, read_policy

FILE = resources.files("chains.guide").joinpath("policy.toml").read_text(encoding="utf-8")

# As the specification prints them.
POINTS = {
    "need": {"facts": 3, "both": 0, "expertise": -3, "behaviour": -5},
    "change_rate": {"daily": 5, "weekly": 5, "monthly": 4, "yearly": 3, "never": -4},
    "citations": {"must": 3, "nice": 1, "no": 0},
    "privacy": {"private": 2, "public": 0},
    "access": {"per_user": 3, "same": 0},
    "deletion": {"must": 3, "no": 0},
    "data": {"none": 2, "raw": 1, "some_pairs": -1, "ratings": -1, "many_pairs": -2},
    "budget": {"none": 3, "small": 2, "large": 0},
    "team": {"none": 1, "ml_team": 0},
    "deadline": {"soon": 1, "later": 0},
}
VETOES = {("change_rate", "daily"), ("change_rate", "weekly"), ("citations", "must")} | {
    ("deletion", "must"),
    ("access", "per_user"),
}
IGNORED = {"change_rate", "citations", "privacy", "access", "deletion"}
EVERY = [(factor, value) for factor, values in POINTS.items() for value in values]


def test_the_file_has_the_specified_factors_and_values() -> None:
    assert {name: dict(factor.points) for name, factor in POLICY.factors.items()} == POINTS


@pytest.mark.parametrize(("factor", "value"), EVERY)
def test_every_value_alone_counts_its_points_from_plus_two(factor: str, value: str) -> None:
    decision = decide({factor: value})
    (line,) = decision.lines
    assert (decision.start, line.factor, line.value, line.points) == (2, factor, value, POINTS[factor][value])
    assert decision.total == 2 + POINTS[factor][value]
    assert line.vetoes == ((factor, value) in VETOES) == (decision.decided_by == "veto")
    assert not line.ignored


@pytest.mark.parametrize(("factor", "value"), EVERY)
def test_behaviour_only_ignores_what_the_model_must_know(factor: str, value: str) -> None:
    if factor == "need":
        return
    decision = decide({"need": "behaviour", factor: value})
    (line,) = [line for line in decision.lines if line.factor == factor]
    assert line.ignored == (factor in IGNORED)
    assert line.points == (0 if factor in IGNORED else POINTS[factor][value])
    assert not line.vetoes


def test_nothing_known_is_rag_by_its_start() -> None:
    decision = decide({})
    assert (decision.verdict, decision.type, decision.total, decision.lines) == ("rag", None, 2, ())


@pytest.mark.parametrize(
    ("means", "verdict"),
    [
        ({"data": "raw", "budget": "large", "team": "ml_team"}, "fine-tuning"),
        ({"data": "none", "budget": "large", "team": "ml_team"}, "fine-tuning"),
        ({"data": "some_pairs", "budget": "small", "team": "none"}, "fine-tuning"),
        ({"data": "raw", "budget": "large"}, "fine-tuning"),
        ({"data": "none", "budget": "large", "team": "none"}, "rag"),
        ({"data": "raw"}, "rag"),
        ({"budget": "large"}, "rag"),
        ({"team": "ml_team"}, "rag"),
        ({}, "rag"),
    ],
)
def test_two_missing_means_are_too_many_and_an_unknown_one_is_missing(
    means: dict[str, str], verdict: str
) -> None:
    decision = decide({"need": "expertise", "change_rate": "never", **means})
    assert decision.total < 0
    assert decision.verdict == verdict
    assert decision.decided_by == ("feasibility" if verdict == "rag" else "points")
    assert set(decision.missing) == {
        factor for factor in ("data", "budget", "team") if means.get(factor, "none") == "none"
    }


@pytest.mark.parametrize(
    ("data", "budget", "team", "kind"),
    [
        ("ratings", "large", "ml_team", "RLHF"),
        ("ratings", "small", "none", "RLHF"),
        ("raw", "large", "ml_team", "CPT"),
        ("many_pairs", "large", "ml_team", "SFT"),
        ("many_pairs", "small", "ml_team", "LoRA"),
        ("many_pairs", "large", "none", "LoRA"),
        ("some_pairs", "large", "ml_team", "LoRA"),
        ("none", "large", "ml_team", "LoRA"),
        (None, "large", "ml_team", "LoRA"),
    ],
)
def test_the_material_and_the_means_choose_the_type(
    data: str | None, budget: str, team: str, kind: str
) -> None:
    values = {"need": "expertise", "change_rate": "never", "budget": budget, "team": team}
    assert decide(values | ({"data": data} if data else {})).type == kind


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('change_rate = ["daily", "weekly"]', 'changes = ["daily"]', "vetoes: no factor 'changes'"),
        ('deletion = ["must"]', 'deletion = ["always"]', "vetoes: deletion has no value 'always'"),
        ('when = { data = "ratings" }', 'when = { data = "stars" }', "types.RLHF: data has no value 'stars'"),
        ('type = "SFT"', 'type = "full"', "types: no type 'full'"),
        ("when = {}", 'when = { data = "raw" }', "types: the last rule must fit always"),
        ('team = "none" }', 'team = "nobody" }', "feasibility.missing: team has no value 'nobody'"),
        ('first = "need"', 'first = "needs"', "dialogue.first: no factor 'needs'"),
        ("soon = 1", "soon = true", "factors.deadline: soon counts True, which is no whole number"),
        ("start = 2 ", "begin = 2 ", "start is missing"),
        ('need = "behaviour"\n', 'need = "tone"\n', "behaviour_only: need has no value 'tone'"),
        ('verdict = "fine-tuning"', 'verdict = "tuning"', "no verdict 'tuning'"),
        ("[vetoes]", "[vetoes", "not TOML"),
        ("too_many = 2", 'too_many = "two"', "a part is of the wrong kind"),
    ],
)
def test_a_policy_that_does_not_fit_together_says_where(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(BadPolicy) as failure:
        read_policy(FILE.replace(old, new, 1))
    assert message in str(failure.value)
    assert "\n" not in str(failure.value)


def test_an_edited_file_changes_the_decision() -> None:
    bold = read_policy(FILE.replace("start = 2 ", "start = -9 "))
    values = {"need": "facts", "data": "raw", "budget": "large"}
    assert (decide(values).verdict, decide(values, bold).verdict) == ("rag", "fine-tuning")


def test_nothing_vetoes_under_behaviour_only_even_if_the_file_lets_it_count() -> None:
    counting = read_policy(FILE.replace('"citations", "privacy"', '"privacy"'))
    decision = decide({"need": "behaviour", "citations": "must"}, counting)
    assert [(line.points, line.vetoes, line.ignored) for line in decision.lines] == [
        (-5, False, False),
        (3, False, False),
    ]
