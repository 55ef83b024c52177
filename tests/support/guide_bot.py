"""A bot with the real guide and the real router, and what a person does with the guide's messages."""

from __future__ import annotations

from typing import Any

from bot.blocks import actions
from bot.playground import people
from bot.playground.elements import interactive_elements
from bot.playground.workspace import Message
from chains.guide.dialogue import Guide
from chains.guide.reader import Reader
from chains.router import Router
from knowledge.embeddings.base import TokenReader
from tests.support.answerer import FakeAnswerer
from tests.support.slack import LocalSlack


def guiding_answerer(encoder: TokenReader) -> FakeAnswerer:
    """Routes and guides as the real one does; answers as the fake does."""
    return FakeAnswerer(router=Router(encoder), dialogue=Guide(Reader(encoder)))


def shown(message: Message) -> str:
    """All that a reader sees of a message."""
    return f"{message.get('markdown', '')} {message.get('blocks') or message.get('text', '')}"


def labels(message: Message) -> list[str]:
    """What the message's buttons say."""
    elements = [element for _, element in interactive_elements(message.get("blocks") or [])]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


def press(
    slack: LocalSlack,
    message: Message,
    label: str,
    user: str = "U0YOU",
    entered: dict[str, Any] | None = None,
) -> None:
    """Presses the button that says so."""
    block, element = next(
        (block, element)
        for block, element in interactive_elements(message["blocks"])
        if element["type"] == "button" and element["text"]["text"] == label
    )
    people.press_in_message(
        slack.workspace,
        user,
        message["channel"],
        message["ts"],
        block["block_id"],
        element["action_id"],
        None,
        entered or {},
    )


def tick_and_press_done(slack: LocalSlack, message: Message, *labels: str) -> None:
    """Ticks the boxes that say so, and presses "Done"."""
    block, boxes = next(
        (block, element)
        for block, element in interactive_elements(message["blocks"])
        if element["type"] == "checkboxes"
    )
    values = [option["value"] for option in boxes["options"] if option["text"]["text"] in labels]
    press(slack, message, "Done", entered={block["block_id"]: {boxes["action_id"]: values}})


def change_answer(slack: LocalSlack, message: Message, value: str) -> None:
    """Chooses another answer ("factor=value") in the menu under a recommendation."""
    block = next(
        block
        for block, element in interactive_elements(message["blocks"])
        if element["action_id"] == actions.GUIDE_CHANGE
    )
    people.press_in_message(
        slack.workspace,
        "U0YOU",
        message["channel"],
        message["ts"],
        block["block_id"],
        actions.GUIDE_CHANGE,
        value,
    )


def now_of(slack: LocalSlack, message: Message) -> Message:
    """The message as it stands now."""
    found = slack.workspace.message(message["channel"], message["ts"])
    assert found is not None
    return found
