"""Block Kit as data: which blocks, elements and fields there are, and how long each may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.playground.schema import (
    Check,
    anything,
    array,
    boolean,
    both,
    by_type,
    integer,
    one_of,
    problem,
    record,
    string,
)

Surface = Literal["message", "modal", "home"]

_TYPE = {"type": anything}
_NAMED = {"block_id": string(255)}


def _plain(longest: int) -> Check:
    return by_type({"plain_text": record(_TYPE | {"text": string(longest)}, {"emoji": boolean})})


def _text(longest: int) -> Check:
    return by_type(
        {
            "plain_text": record(_TYPE | {"text": string(longest)}, {"emoji": boolean}),
            "mrkdwn": record(_TYPE | {"text": string(longest)}, {"verbatim": boolean}),
        }
    )


_CONFIRM = record(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": one_of("primary", "danger")},
)
_OPTION = record({"text": _text(75), "value": string(150)}, {"description": _text(75)})
_OVERFLOW_OPTION = record(
    {"text": _plain(75), "value": string(150)}, {"description": _plain(75), "url": string(3000)}
)
_OPTION_GROUP = record({"label": _plain(75), "options": array(_OPTION, 100)})
_FEEDBACK = record({"text": _plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
_DISPATCH = record({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"))})
_URL_SOURCE = record({"type": one_of("url"), "url": string(3000), "text": string(256)})


def _element(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An interactive element; Slack makes up an action_id where there is none."""
    common = {"action_id": string(255), "confirm": _CONFIRM, "focus_on_load": boolean}
    return record(_TYPE | dict(required), common | dict(optional or {}))


def _select_choices(value: Any, pointer: str) -> Iterator[str]:
    if ("options" in value) == ("option_groups" in value):
        yield problem("must define either `options` or `option_groups`", pointer)


_HOLDER = {"placeholder": _plain(150)}
_CHOICES = {"options": array(_OPTION, 100), "option_groups": array(_OPTION_GROUP, 100)}
_MANY = {"max_selected_items": integer}
_TYPED = _HOLDER | {"initial_value": string(3000, 0), "dispatch_action_config": _DISPATCH}

BUTTON = _element(
    {"text": _plain(75)},
    {
        "url": string(3000),
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
IMAGE_ELEMENT = record(_TYPE | {"image_url": string(3000), "alt_text": string(2000)})
_SELECTS: dict[str, Check] = {
    "static_select": both(_element({}, _HOLDER | _CHOICES | {"initial_option": _OPTION}), _select_choices),
    "multi_static_select": both(
        _element({}, _HOLDER | _CHOICES | _MANY | {"initial_options": array(_OPTION, 100)}),
        _select_choices,
    ),
    "users_select": _element({}, _HOLDER | {"initial_user": string()}),
    "channels_select": _element({}, _HOLDER | {"initial_channel": string(), "response_url_enabled": boolean}),
    "conversations_select": _element(
        {},
        _HOLDER
        | {
            "initial_conversation": string(),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
    ),
}
_CHOOSERS: dict[str, Check] = {
    **_SELECTS,
    "checkboxes": _element({"options": array(_OPTION, 10)}, {"initial_options": array(_OPTION, 10)}),
    "radio_buttons": _element({"options": array(_OPTION, 10)}, {"initial_option": _OPTION}),
    "datepicker": _element({}, _HOLDER | {"initial_date": string(10)}),
    "timepicker": _element({}, _HOLDER | {"initial_time": string(5), "timezone": string()}),
}
_ACTIONS: dict[str, Check] = {
    **_CHOOSERS,
    "button": BUTTON,
    "overflow": _element({"options": array(_OVERFLOW_OPTION, 5)}),
}
_INPUTS: dict[str, Check] = {
    **_CHOOSERS,
    "plain_text_input": _element(
        {}, _TYPED | {"multiline": boolean, "min_length": integer, "max_length": integer}
    ),
    "email_text_input": _element({}, _TYPED),
    "url_text_input": _element({}, _TYPED),
    "number_input": _element(
        {"is_decimal_allowed": boolean}, _TYPED | {"min_value": string(), "max_value": string()}
    ),
}
_CONTEXT_ACTIONS: dict[str, Check] = {
    "feedback_buttons": _element({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}),
    "icon_button": _element(
        {"icon": one_of("trash"), "text": _plain(75)},
        {
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": array(string()),
        },
    ),
}

_STYLE = record(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "unlink"), boolean),
)
_INLINE: Check = by_type(
    {
        "text": record(_TYPE | {"text": string()}, {"style": _STYLE}),
        "link": record(_TYPE | {"url": string(3000)}, {"text": string(), "style": _STYLE, "unsafe": boolean}),
        "user": record(_TYPE | {"user_id": string()}, {"style": _STYLE}),
        "usergroup": record(_TYPE | {"usergroup_id": string()}, {"style": _STYLE}),
        "channel": record(_TYPE | {"channel_id": string()}, {"style": _STYLE}),
        "broadcast": record(_TYPE | {"range": one_of("here", "channel", "everyone")}),
        "emoji": record(_TYPE | {"name": string()}, {"unicode": string(), "skin_tone": integer}),
        "color": record(_TYPE | {"value": string()}),
        "date": record(
            _TYPE | {"timestamp": integer, "format": string()}, {"url": string(), "fallback": string()}
        ),
    }
)
_SECTION = record(_TYPE | {"elements": array(_INLINE, fewest=0)})
_RICH: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_list": record(
        _TYPE
        | {"style": one_of("bullet", "ordered"), "elements": array(by_type({"rich_text_section": _SECTION}))},
        {"indent": integer, "offset": integer, "border": integer},
    ),
    "rich_text_quote": record(_TYPE | {"elements": array(_INLINE)}, {"border": integer}),
    "rich_text_preformatted": record(
        _TYPE | {"elements": array(_INLINE)}, {"border": integer, "language": string()}
    ),
}
_RICH_TEXT = record(_TYPE | {"elements": array(by_type(_RICH), fewest=0)}, _NAMED)
_CELL = by_type(
    {
        "raw_text": record(_TYPE | {"text": string()}),
        "raw_number": record(_TYPE | {"value": anything}, {"text": string()}),
        "rich_text": _RICH_TEXT,
    }
)
_COLUMN = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_TASK_CARD = record(
    _TYPE | {"task_id": string(255), "title": string(256)},
    _NAMED
    | {
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": _RICH_TEXT,
        "output": _RICH_TEXT,
        "sources": array(_URL_SOURCE),
    },
)


def _text_or_fields(value: Any, pointer: str) -> Iterator[str]:
    if "text" not in value and "fields" not in value:
        yield problem("must define either `text` or `fields`", f"{pointer}/type")


_EVERYWHERE: dict[str, Check] = {
    "section": both(
        record(
            _TYPE,
            _NAMED
            | {
                "text": _text(3000),
                "fields": array(_text(2000), 10),
                "accessory": by_type(_ACTIONS | {"image": IMAGE_ELEMENT}),
                "expand": boolean,
            },
        ),
        _text_or_fields,
    ),
    "header": record(_TYPE | {"text": _plain(150)}, _NAMED),
    "divider": record(_TYPE, _NAMED),
    "image": record(
        _TYPE | {"image_url": string(3000), "alt_text": string(2000)}, _NAMED | {"title": _plain(2000)}
    ),
    "context": record(
        _TYPE
        | {
            "elements": array(
                by_type(
                    {
                        "plain_text": _plain(3000),
                        "mrkdwn": _text(3000),
                        "image": IMAGE_ELEMENT,
                    }
                ),
                10,
            )
        },
        _NAMED,
    ),
    "actions": record(_TYPE | {"elements": array(by_type(_ACTIONS), 25)}, _NAMED),
    "input": record(
        _TYPE | {"label": _plain(2000), "element": by_type(_INPUTS)},
        _NAMED | {"hint": _plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _RICH_TEXT,
}
_MESSAGES_ONLY: dict[str, Check] = {
    "markdown": record(_TYPE | {"text": string(12_000)}, _NAMED),
    "context_actions": record(_TYPE | {"elements": array(by_type(_CONTEXT_ACTIONS), 5)}, _NAMED),
    "table": record(
        _TYPE | {"rows": array(array(_CELL, 20), 100)},
        _NAMED | {"column_settings": array(_COLUMN, 20)},
    ),
    "task_card": _TASK_CARD,
    "plan": record(
        _TYPE | {"title": string(256)}, _NAMED | {"tasks": array(by_type({"task_card": _TASK_CARD}))}
    ),
}

BLOCKS: dict[Surface, Check] = {
    "message": array(by_type(_EVERYWHERE | _MESSAGES_ONLY), 50, fewest=0),
    "modal": array(by_type(_EVERYWHERE), 100, fewest=0),
    "home": array(by_type(_EVERYWHERE), 100, fewest=0),
}

CHUNK: Check = by_type(
    {
        "markdown_text": record(_TYPE | {"text": string(None)}),
        "task_update": record(
            _TYPE
            | {
                "id": string(255),
                "title": string(256),
                "status": one_of("pending", "in_progress", "complete", "error"),
            },
            {"details": string(256), "output": string(256), "sources": array(_URL_SOURCE)},
        ),
        "plan_update": record(_TYPE | {"title": string(256)}),
        "blocks": record(_TYPE | {"blocks": BLOCKS["message"]}),
    }
)


def text_object(longest: int) -> Check:
    """A plain text object of at most that length (titles and buttons of views)."""
    return _plain(longest)
