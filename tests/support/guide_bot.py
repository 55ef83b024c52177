"""A bot with the real guide and the real router, and what a person does with the guide's messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel

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

OPENING = "@Ragtime should we fine-tune a model or use RAG for our support bot?"


def guiding_answerer(encoder: TokenReader, model: BaseChatModel | None = None) -> FakeAnswerer:
    """Routes and guides as the real one does, the guide with a model if there is one; answers as the fake."""
    return FakeAnswerer(router=Router(encoder), dialogue=Guide(Reader(encoder, model), model))


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


class Talk:
    """A conversation in one thread: what is said and pressed, each with the reply that it got."""

    def __init__(self, slack: LocalSlack, opening: str = OPENING, channel: str = "C0GENERAL") -> None:
        self.slack = slack
        self.channel = channel
        question = slack.say(opening, channel)
        self.thread = question["ts"]
        self.last = slack.wait_for_reply(question)

    def say(self, text: str, user: str = "U0YOU") -> str:
        self.last = self.slack.wait_for_reply(self.slack.say(text, self.channel, user, self.thread))
        return shown(self.last)

    def press(self, label: str, user: str = "U0YOU", message: Message | None = None) -> str:
        return self._after(lambda: press(self.slack, message or self.last, label, user))

    def tick(self, *labels: str) -> str:
        return self._after(lambda: tick_and_press_done(self.slack, self.last, *labels))

    def change(self, value: str) -> str:
        return self._after(lambda: change_answer(self.slack, self.last, value))

    def messages(self) -> list[Message]:
        return self.slack.messages_in(self.channel, self.thread)

    def _after(self, act: Callable[[], None]) -> str:
        before = len(self.messages())
        act()
        self.last = self.slack.wait_for_messages(self.channel, self.thread, before + 1)[-1]
        return shown(self.last)
