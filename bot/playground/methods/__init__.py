"""The Web API's methods, one module a family; `METHODS` is all of them by name."""

from __future__ import annotations

from bot.playground.methods import (
    assistant,
    auth,
    chat,
    conversations,
    people,
    reactions,
    streams,
    views,
)
from bot.playground.methods.base import Method

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **streams.METHODS,
    **conversations.METHODS,
    **people.METHODS,
    **reactions.METHODS,
    **views.METHODS,
    **assistant.METHODS,
}
