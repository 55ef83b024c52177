"""What interactive elements hold."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.elements import Chosen, UnknownChoice, chosen_state, state_values

OPTIONS = [
    {"text": {"type": "plain_text", "text": value.upper()}, "value": value} for value in ("a", "b", "c")
]


@pytest.mark.parametrize(
    ("element", "chosen", "state"),
    [
        ({"type": "static_select", "options": OPTIONS}, "b", {"selected_option": OPTIONS[1]}),
        ({"type": "radio_buttons", "options": OPTIONS}, None, {"selected_option": None}),
        (
            {"type": "checkboxes", "options": OPTIONS},
            ["a", "c"],
            {"selected_options": [OPTIONS[0], OPTIONS[2]]},
        ),
        ({"type": "checkboxes", "options": OPTIONS}, [], {"selected_options": []}),
        (
            {"type": "static_select", "option_groups": [{"label": {}, "options": OPTIONS}]},
            "c",
            {"selected_option": OPTIONS[2]},
        ),
        ({"type": "plain_text_input"}, "hello", {"value": "hello"}),
        ({"type": "datepicker"}, "2026-11-24", {"selected_date": "2026-11-24"}),
        ({"type": "button", "value": "v"}, None, {"value": "v"}),
    ],
)
def test_a_choice_becomes_state_in_slacks_shape(
    element: dict[str, Any], chosen: Chosen, state: dict[str, Any]
):
    assert chosen_state(element, chosen) == {"type": element["type"], **state}


@pytest.mark.parametrize(
    "element",
    [
        {"type": "static_select", "options": OPTIONS},
        {"type": "checkboxes", "options": OPTIONS},
        {"type": "feedback_buttons"},
    ],
)
def test_a_choice_that_is_not_offered_is_refused(element: dict[str, Any]):
    with pytest.raises(UnknownChoice):
        chosen_state(element, "z")


def test_state_holds_what_was_entered_and_else_what_elements_start_with():
    blocks = [
        {
            "type": "actions",
            "block_id": "one",
            "elements": [
                {"type": "button", "action_id": "go"},
                {"type": "radio_buttons", "action_id": "r", "options": OPTIONS, "initial_option": OPTIONS[0]},
                {"type": "checkboxes", "action_id": "c", "options": OPTIONS},
            ],
        }
    ]
    values = state_values(blocks, {"one": {"c": ["b"]}})
    assert values == {
        "one": {
            "r": {"type": "radio_buttons", "selected_option": OPTIONS[0]},
            "c": {"type": "checkboxes", "selected_options": [OPTIONS[1]]},
        }
    }
