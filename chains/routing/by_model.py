"""A model's word on where a message goes, for messages that the small classifier is unsure of."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chains.contract import Turn
from chains.failures import failure
from chains.llm import Limits
from chains.prompts import prompt
from chains.routing.classifier import ROUTES, Route
from chains.routing.features import Context
from chains.streamed import complete

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

# Whoever waits has no status yet: a model that takes longer is not waited for.
QUICK = Limits(first=3.0, whole=4.0)
TURNS = 4
LONGEST_TURN = 400

WHERE: dict[Context, str] = {
    "channel": "in a channel",
    "dm": "in a direct message",
    "guide_thread": "in a thread in which the guide has just asked a question",
    "answer_thread": "in a thread below an answer from the documents",
}
_OBJECT = re.compile(r"\{[^{}]*\}")


def route_by_model(
    model: BaseChatModel, text: str, context: Context, history: Sequence[Turn], limits: Limits = QUICK
) -> Route | None:
    """The route that a model names; None where the call fails or names none."""
    # Replies may quote documents that no model is to see.
    said = [turn.content[:LONGEST_TURN] for turn in history if turn.role == "user"]
    before = "\n".join(json.dumps(each, ensure_ascii=False) for each in said[-TURNS:])
    message = prompt(
        "route_message",
        where=WHERE[context],
        turns=before or "(nothing)",
        message=json.dumps(text, ensure_ascii=False),
    )
    try:
        written = complete(prompt("route"), message, model, limits)
    except Exception as error:
        log.warning("Routing by the small classifier, the model failed: %r", failure(error))
        return None
    return _named(written)


def _named(written: str) -> Route | None:
    """The route of the one JSON object in a reply, with or without a fence or words around it."""
    objects = _OBJECT.findall(written)
    try:
        named = json.loads(objects[0]).get("route") if len(objects) == 1 else None
    except ValueError:
        named = None
    route: Route | None = named if named in ROUTES else None
    if route is None:
        log.info("Routing by the small classifier, the model named no route")
    return route
