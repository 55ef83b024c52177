"""A guide's state and steps survive a restart, another worker, and a newer version beside them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.guide.contract import Ask, Doubt, Known, Option, State, Step
from chains.guide.decision import decide
from chains.guide.explain import recommend
from chains.guide.policy import POLICY
from chains.guide.saved import BadSave, state_from_json, state_to_json, step_from_json, step_to_json
from tests.support.guide_values import some_values

NOW = datetime(2026, 11, 25, 9, 30, 0, 123456, tzinfo=UTC)
DOUBT = Doubt("change_rate", Known("never", "“never”", "U1"), Known("weekly", "every wéek 🙂", "U2"))
FULL = State(
    topic="a bot\nfor HR",
    known={"need": Known("facts", "people ask", "U1"), "change_rate": DOUBT.old},
    unsure=("budget",),
    confirmed=("change_rate",),
    asked=("need", "budget", "confirm:change_rate"),
    pending="confirm:change_rate",
    doubt=DOUBT,
    more_doubts=(replace(DOUBT, factor="need"),),
    told_at_once=True,
    missed=True,
    volumes={"documents": 2000.0},
    touched_at=NOW,
    earlier=(State(), State(topic="before", concluded=True)),
)


def through_json(saved: dict[str, Any]) -> Any:
    return json.loads(json.dumps(saved))


def test_a_state_survives_with_all_of_its_fields():
    assert all(
        getattr(FULL, each.name) != getattr(State(), each.name)
        for each in fields(State)
        if each.name != "concluded"
    )
    assert state_from_json(through_json(state_to_json(FULL))) == FULL


@settings(max_examples=30, deadline=None)
@given(some_values(), st.text(max_size=40), st.datetimes(timezones=st.just(UTC)))
def test_any_state_survives(values: dict[str, str], words: str, when: datetime):
    state = State(topic=words, known={f: Known(v, words, "U1") for f, v in values.items()}, touched_at=when)
    assert state_from_json(through_json(state_to_json(state))) == state


def test_a_question_survives():
    ask = Ask("need", "choice", "What?", (Option("need", "facts", "Facts"),), 1, 6)
    step = Step(("Noted: facts.",), ask, settled=(("need", "a line"),))
    assert step_from_json(through_json(step_to_json(step))) == step


@settings(max_examples=10, deadline=None)
@given(some_values())
def test_any_recommendation_survives(values: dict[str, str]):
    known = {factor: Known(value, "so") for factor, value in values.items()}
    recommendation = recommend(known, (), {}, NOW.date())
    assert recommendation.decision == decide(values)
    step = Step(recommendation=recommendation)
    assert step_from_json(through_json(step_to_json(step))) == step


def test_what_a_newer_version_adds_is_left_aside():
    saved = through_json(state_to_json(FULL)) | {"version": 99, "mood": "cheerful"}
    saved["known"]["need"]["certainty"] = 0.5
    assert state_from_json(saved) == FULL
    assert step_from_json(through_json(step_to_json(Step())) | {"version": 99, "mood": 1}) == Step()


def test_what_an_older_version_lacks_has_its_default():
    saved = through_json(state_to_json(FULL))
    del saved["told_at_once"], saved["more_doubts"]
    assert state_from_json(saved) == replace(FULL, told_at_once=False, more_doubts=())


@pytest.mark.parametrize("saved", [None, "text", [], 7, {}, {"version": "one"}])
def test_what_is_no_save_is_said_in_one_line(saved: object):
    with pytest.raises(BadSave, match="a JSON object with a version is expected"):
        state_from_json(saved)
    with pytest.raises(BadSave, match="a JSON object with a version is expected"):
        step_from_json(saved)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"known": 7}, "known: "),
        ({"known": {"need": {}}}, "known.need.value: "),
        ({"asked": [1]}, "asked.0: "),
        ({"touched_at": "yesterday"}, "touched_at: "),
        ({"earlier": [{"known": []}]}, "earlier.0.known: "),
        ({"known": {"mood": {"value": "good"}}}, "no factor 'mood'"),
        ({"known": {"need": {"value": "coffee"}}}, "need has no value 'coffee'"),
    ],
)
def test_a_damaged_state_names_what_is_wrong(change: dict[str, Any], said: str):
    with pytest.raises(BadSave) as caught:
        state_from_json(state_to_json(FULL) | change)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_step_names_what_is_wrong():
    with pytest.raises(BadSave, match=r"no step of a guide: ask\.kind: "):
        step_from_json({"version": 1, "ask": {"id": "need", "kind": "riddle", "text": "?", "options": []}})


def test_a_state_is_small():
    known = {
        name: Known(next(iter(factor.points)), "x" * 80, "U1") for name, factor in POLICY.factors.items()
    }
    state = replace(FULL, known=known)
    assert len(json.dumps(state_to_json(replace(state, earlier=(replace(state, earlier=()),) * 12)))) < 40_000
