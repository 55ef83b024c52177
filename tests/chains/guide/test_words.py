"""The guide's words: there are some for everything that can be asked, and they fit where they are shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

from chains.guide.contract import Ask, Doubt, Known, Option, State
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM, JOIN
from chains.guide.words import (
    LONGEST_QUOTE,
    ask,
    factors_of,
    label,
    note,
    noted,
    option_meant,
    otherwise,
    settled,
    shortened,
    unticked,
)

# What Slack allows on a button or beside a box.
LABEL_LIMIT = 75
WORDS = tomllib.loads(resources.files("chains.guide").joinpath("words.toml").read_text(encoding="utf-8"))
QUESTIONS = [
    *POLICY.factors,
    JOIN.join(POLICY.dialogue.together),
    *(CONFIRM + f for f in POLICY.dialogue.confirmed),
]


def shown(question: str, **more: Any) -> Ask:
    known = {factor: Known(value) for factor, value in POLICY.dialogue.confirmed.items()}
    found = ask(State(pending=question, asked=(question,), known=known), **more)
    assert found
    return found


def every_text(table: Any = WORDS) -> Iterator[str]:
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for value in table.values():
            yield from every_text(value)


def test_there_are_words_for_the_policy_s_factors_and_values_and_no_others():
    assert set(WORDS["factors"]) == set(POLICY.factors)
    for name, factor in POLICY.factors.items():
        assert set(WORDS["factors"][name]["values"]) == set(factor.points), name
    assert set(WORDS["confirmations"]) == set(POLICY.dialogue.confirmed)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_one_line_with_two_wordings_and_a_button_each(question: str):
    first, again = shown(question), shown(question, again=True)
    assert first.text != again.text
    assert first.text.endswith("?")
    assert again.text.endswith("?")
    assert "\n" not in first.text + again.text
    labels = [option.label for option in first.options]
    assert len(set(labels)) == len(labels) >= 2
    assert all(0 < len(text) <= LABEL_LIMIT for text in labels)
    assert first.options == again.options


def test_the_values_of_the_options_are_the_policy_s():
    for question in QUESTIONS:
        for option in shown(question).options:
            assert option.factor in factors_of(question)
            if not question.startswith(CONFIRM):
                assert option.value in POLICY.factors[option.factor].points


def test_each_must_has_its_box_and_what_it_means_to_leave_it_empty():
    boxes = {option.factor: option.value for option in shown(JOIN.join(POLICY.dialogue.together)).options}
    assert boxes == {"citations": "must", "deletion": "must", "access": "per_user"}
    assert {factor: unticked(factor) for factor in boxes} == {
        "citations": "no",
        "deletion": "no",
        "access": "same",
    }


def test_a_no_to_a_confirmation_stands_for_another_value():
    for factor, value in POLICY.dialogue.confirmed.items():
        assert otherwise(factor) in POLICY.factors[factor].points
        assert otherwise(factor) != value


def test_a_factor_that_was_asked_with_others_can_be_asked_alone_and_in_part():
    alone = shown("citations")
    assert alone.kind == "choice"
    assert [option.value for option in alone.options] == ["must", "nice", "no"]
    part = shown("deletion+access")
    assert part.text == (
        "Is any of these a must: that a single fact can be removed for good, that different people see "
        "different documents?"
    )


def test_a_question_that_was_asked_before_has_other_words():
    state = State(pending="data", asked=("data", "budget", "data"))
    found = ask(state)
    assert found
    assert found.text == shown("data", again=True).text
    assert found.number == 3


def test_questions_are_counted_without_confirmations():
    found = ask(State(pending="team", asked=("need", "confirm:need", "team")))
    assert found
    assert (found.number, found.most) == (2, POLICY.dialogue.most_questions)


def test_nothing_is_asked_where_nothing_is_open():
    assert ask(State()) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the second one", 1),
        ("Second", 1),
        ("option 1", 0),
        ("number two", 1),
        ("the last", 2),
        ("I take the first.", 0),
    ],
)
def test_an_option_is_named_by_its_place(text: str, place: int):
    assert option_meant(text, shown("citations")) == shown("citations").options[place]


@pytest.mark.parametrize("text", ["2", "two", "no one", "option 7", "the second week", "two of us", ""])
def test_a_number_that_may_mean_something_else_names_no_option(text: str):
    assert option_meant(text, shown("citations")) is None


def test_boxes_are_not_named_by_their_place():
    assert option_meant("the first one", shown(JOIN.join(POLICY.dialogue.together))) is None


def test_long_words_are_cut_where_they_are_quoted():
    long = "it   changes\nevery week, " + "really " * 40
    assert len(shortened(long)) <= LONGEST_QUOTE
    assert shortened(long).startswith("it changes every week, really")
    assert shortened(long).endswith("…")
    doubt = Doubt("change_rate", Known("never", "never", "U1"), Known("weekly", long, "U1"))
    asked = ask(State(pending="confirm:change_rate", known={"change_rate": doubt.old}, doubt=doubt))
    assert asked
    assert "\n" not in asked.text
    assert [option.value for option in asked.options] == ["weekly", "never"]


def test_a_contradiction_of_buttons_quotes_their_labels():
    doubt = Doubt("team", Known("none", "", "U1"), Known("ml_team", "", "U1"))
    asked = ask(State(pending="confirm:team", known={"team": doubt.old}, doubt=doubt))
    assert asked
    assert f"“{label('team', 'none')}”" in asked.text
    assert f"“{label('team', 'ml_team')}”" in asked.text


def test_noted_values_are_short_and_in_the_policy_s_order():
    assert noted({"team": "none", "change_rate": "weekly"}) == "changes weekly, no ML team"
    for name, factor in POLICY.factors.items():
        assert all(len(noted({name: value})) <= 40 for value in factor.points)


def test_only_answered_questions_have_a_settled_line():
    state = State(
        pending="team", asked=("need", "budget", "team"), known={"need": Known("facts")}, unsure=("budget",)
    )
    assert dict(settled(state)) == {
        "need": "What is missing today: Facts from our documents or data",
        "budget": "Budget for training: not known",
    }


def test_what_is_filled_into_a_note_stays_as_it_is():
    assert note("noted", noted="$5 and ${more}") == "Noted: $5 and ${more}."


def test_the_words_are_plain():
    for text in every_text():
        assert text == text.strip()
        assert not re.search(r"<[!@#]|https?:|[\r\t]", text)


def test_an_option_keeps_its_factor():
    assert shown("data").options[0] == Option("data", "none", "Nothing yet")
