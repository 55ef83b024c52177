"""The policy as data: `policy.toml` in frozen dataclasses, checked as it is read.

What the numbers and rules do is in `chains.guide.decision`; here they only have to make sense.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast, get_args

from chains.guide.contract import TuningType, Values, Verdict


class BadPolicy(ValueError):
    """A policy file that does not fit together; the message is one line that names the place."""


@dataclass(frozen=True, slots=True)
class Factor:
    """What is asked about, in the words of the table, and the points of each of its values."""

    name: str
    meaning: str
    points: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Missing:
    """The rule of feasibility: the value by which each means is missing, and how many are too many."""

    values: Mapping[str, str]
    too_many: int


@dataclass(frozen=True, slots=True)
class TypeRule:
    """A kind of fine-tuning, and the values that it takes."""

    type: TuningType
    when: Mapping[str, str]

    def fits(self, values: Values) -> bool:
        """Whether every value of the rule is there."""
        return all(values.get(factor) == value for factor, value in self.when.items())


@dataclass(frozen=True, slots=True)
class RemarkRule:
    """A remark's key, and where it is made: one of the values for each factor, under the verdict."""

    key: str
    when: Mapping[str, tuple[str, ...]]
    verdict: Verdict | None

    def fits(self, values: Values, verdict: Verdict) -> bool:
        """Whether the remark is to be made."""
        return self.verdict in (None, verdict) and all(
            values.get(factor) in wanted for factor, wanted in self.when.items()
        )


@dataclass(frozen=True, slots=True)
class FlipLimits:
    """How many changes one flip may take, when there are flips enough, and how many are kept."""

    most_changes: int
    enough: int
    most: int


@dataclass(frozen=True, slots=True)
class DialogueRules:
    """Which questions are asked first, together, only at need, or in any case before fine-tuning."""

    most_questions: int
    first: str
    together: tuple[str, ...]
    confirmed: Mapping[str, str]
    before_fine_tuning: tuple[str, ...]
    before_fine_tuning_unless_behaviour: tuple[str, ...]
    only_if_it_matters: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Policy:
    """The whole table. Factors are in the order in which they are listed to people."""

    start: int
    factors: Mapping[str, Factor]
    behaviour: tuple[str, str]
    ignored: frozenset[str]
    vetoes: Mapping[str, tuple[str, ...]]
    missing: Missing
    types: tuple[TypeRule, ...]
    remarks: tuple[RemarkRule, ...]
    flips: FlipLimits
    dialogue: DialogueRules

    def behaviour_only(self, values: Values) -> bool:
        """Whether only the way of answering is asked for."""
        factor, value = self.behaviour
        return values.get(factor) == value

    def check(self, values: Values) -> None:
        """Raises ValueError, in one line, for a factor or value that the policy does not have."""
        for factor, value in values.items():
            if factor not in self.factors:
                raise ValueError(f"no factor {factor!r}: it is one of {', '.join(self.factors)}")
            if value not in self.factors[factor].points:
                known = ", ".join(self.factors[factor].points)
                raise ValueError(f"{factor} has no value {value!r}: it is one of {known}")

    def in_order(self, factors: Iterable[str]) -> tuple[str, ...]:
        """These factors in the policy's order, each once."""
        wanted = set(factors)
        return tuple(factor for factor in self.factors if factor in wanted)


def read_policy(text: str) -> Policy:
    """The policy that a TOML text holds.

    Raises:
        BadPolicy: a part is missing or of the wrong kind, or a name is not among the factors and values.
    """
    try:
        table = tomllib.loads(text)
        policy = _policy(table)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"not TOML: {error}") from error
    except KeyError as error:
        raise BadPolicy(f"{error.args[0]} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise BadPolicy(f"a part is of the wrong kind: {error}") from error
    for problem in _problems(policy):
        raise BadPolicy(problem)
    return policy


def _policy(table: Mapping[str, Any]) -> Policy:
    behaviour = table["behaviour_only"]
    ignored = frozenset(behaviour["ignores"])
    return Policy(
        start=int(table["start"]),
        factors={
            name: Factor(name, str(factor["meaning"]), dict(factor["values"]))
            for name, factor in table["factors"].items()
        },
        behaviour=next((key, value) for key, value in behaviour.items() if key != "ignores"),
        ignored=ignored,
        vetoes={factor: tuple(values) for factor, values in table["vetoes"].items()},
        missing=Missing(dict(table["feasibility"]["missing"]), int(table["feasibility"]["too_many"])),
        types=tuple(TypeRule(rule["type"], dict(rule["when"])) for rule in table["types"]),
        remarks=tuple(
            RemarkRule(
                rule["key"],
                {factor: tuple(values) for factor, values in rule.get("when", {}).items()},
                rule.get("verdict"),
            )
            for rule in table["remarks"]
        ),
        flips=FlipLimits(**table["flips"]),
        dialogue=_dialogue(table["dialogue"]),
    )


def _dialogue(table: Mapping[str, Any]) -> DialogueRules:
    return DialogueRules(
        most_questions=int(table["most_questions"]),
        first=table["first"],
        together=tuple(table["together"]),
        confirmed=dict(table["confirmed"]),
        before_fine_tuning=tuple(table["before_fine_tuning"]),
        before_fine_tuning_unless_behaviour=tuple(table["before_fine_tuning_unless_behaviour"]),
        only_if_it_matters=tuple(table["only_if_it_matters"]),
    )


def _problems(policy: Policy) -> Iterator[str]:
    for place, factor, value in _mentions(policy):
        if factor not in policy.factors:
            yield f"{place}: no factor {factor!r} (there are {', '.join(policy.factors)})"
        elif value is not None and value not in policy.factors[factor].points:
            known = ", ".join(policy.factors[factor].points)
            yield f"{place}: {factor} has no value {value!r} (it has {known})"
    for name, factor in policy.factors.items():
        for value, points in factor.points.items():
            # bool is an int to Python, but not to whoever wrote the file.
            if type(points) is not int:
                yield f"factors.{name}: {value} counts {points!r}, which is no whole number"
    for rule in policy.types:
        if rule.type not in get_args(TuningType):
            yield f"types: no type {rule.type!r} (there are {', '.join(get_args(TuningType))})"
    if not policy.types or policy.types[-1].when:
        yield "types: the last rule must fit always (when = {})"
    for rule in policy.remarks:
        if rule.verdict not in (None, *get_args(Verdict)):
            yield f"remarks.{rule.key}: no verdict {rule.verdict!r}"


def _mentions(policy: Policy) -> Iterator[tuple[str, str, str | None]]:
    """Every place of the file that names a factor, with the value that it names beside it."""
    dialogue = policy.dialogue
    yield ("behaviour_only", *policy.behaviour)
    lists = {
        "behaviour_only.ignores": policy.ignored,
        "dialogue.first": (dialogue.first,),
        "dialogue.together": dialogue.together,
        "dialogue.before_fine_tuning": dialogue.before_fine_tuning,
        "dialogue.before_fine_tuning_unless_behaviour": dialogue.before_fine_tuning_unless_behaviour,
        "dialogue.only_if_it_matters": dialogue.only_if_it_matters,
    }
    for place, factors in lists.items():
        yield from ((place, factor, None) for factor in factors)
    pairs = {"feasibility.missing": policy.missing.values, "dialogue.confirmed": dialogue.confirmed}
    pairs |= {f"types.{rule.type}": rule.when for rule in policy.types}
    for place, values in pairs.items():
        yield from ((place, factor, value) for factor, value in values.items())
    choices = {"vetoes": policy.vetoes} | {f"remarks.{rule.key}": rule.when for rule in policy.remarks}
    for place, wanted in choices.items():
        for factor, values in cast("Mapping[str, tuple[str, ...]]", wanted).items():
            yield from ((place, factor, value) for value in values)


POLICY = read_policy(resources.files("chains.guide").joinpath("policy.toml").read_text(encoding="utf-8"))
