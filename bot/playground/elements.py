"""Interactive elements of Block Kit: finding them, and what they hold after a person chose something.

What a person chose is given plainly: nothing for a button, "positive" or "negative" for feedback
buttons, an option's value (or a list of them) where there are options, and text for all else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Element = dict[str, Any]
Chosen = str | list[str] | None
Entered = Mapping[str, Mapping[str, Chosen]]

_PRESSED = {"button", "icon_button", "workflow_button", "feedback_buttons", "overflow"}
_ONE_OPTION = {"static_select", "radio_buttons", "overflow"}
_MANY_OPTIONS = {"checkboxes", "multi_static_select"}
# Where what was entered into an element without options stands in its state, and initially.
_PLAIN_VALUES = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
}


class UnknownChoice(Exception):
    """What was chosen is not among the element's options."""


def interactive_elements(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Element]]:
    """Each element with an action_id, and the block that it is in."""
    for block in blocks:
        candidates = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def chosen_state(element: Element, chosen: Chosen) -> dict[str, Any]:
    """The element's state once `chosen` was chosen, in Slack's shape.

    Raises:
        UnknownChoice: there is no such option.
    """
    kind = element["type"]
    if kind == "feedback_buttons":
        if chosen not in ("positive", "negative"):
            raise UnknownChoice(str(chosen))
        button = element[f"{chosen}_button"]
        return {"type": kind, "text": button["text"], "value": button["value"]}
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": _option(element, chosen) if chosen else None}
    if kind in _MANY_OPTIONS:
        values = chosen if isinstance(chosen, list) else [chosen] if chosen else []
        return {"type": kind, "selected_options": [_option(element, value) for value in values]}
    if kind in _PLAIN_VALUES:
        return {"type": kind, _PLAIN_VALUES[kind][0]: chosen or None}
    return {"type": kind, **{key: element[key] for key in ("text", "value", "style") if key in element}}


def state_values(blocks: list[dict[str, Any]], entered: Entered) -> dict[str, dict[str, Any]]:
    """`state.values` of a message or view: what was entered, else what the elements start with.

    Raises:
        UnknownChoice: something was chosen that is not an option.
    """
    values: dict[str, dict[str, Any]] = {}
    for block, element in interactive_elements(blocks):
        if element["type"] in _PRESSED:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        if action_id in entered.get(block_id, {}):
            state = chosen_state(element, entered[block_id][action_id])
        else:
            state = _initial_state(element)
        values.setdefault(block_id, {})[action_id] = state
    return values


def missing_inputs(blocks: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, str]:
    """Which required inputs of a view are empty: block_id and what to tell the person."""
    missing = {}
    for block in blocks:
        if block["type"] != "input" or block.get("optional"):
            continue
        state = values.get(block["block_id"], {}).get(block["element"]["action_id"], {})
        if not any(value for key, value in state.items() if key != "type"):
            missing[block["block_id"]] = "Please complete this required field."
    return missing


def _initial_state(element: Element) -> dict[str, Any]:
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    held, initial = _PLAIN_VALUES.get(kind, ("value", "initial_value"))
    return {"type": kind, held: element.get(initial)}


def _option(element: Element, value: Any) -> dict[str, Any]:
    groups = element.get("option_groups") or []
    options = [*element.get("options", []), *(option for group in groups for option in group["options"])]
    for option in options:
        if option.get("value") == value:
            return option
    raise UnknownChoice(str(value))
