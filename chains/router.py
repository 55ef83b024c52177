"""Which chain a message is for: the documents, the guide, a command, or nothing but talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.contract import Turn
from chains.routing.by_model import route_by_model
from chains.routing.classifier import Route, fitted
from chains.routing.features import Context, features, normal
from chains.routing.subject import is_about_adapting

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from knowledge.embeddings.base import TokenReader

# More of a message than this says nothing more about what it is, and would only take time.
LOOKED_AT = 600


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a message goes. Where it is not `sure`, the other way should be one click away.

    `subject` says that it is about RAG or fine-tuning, so that an answer may offer the guide.
    """

    route: Route
    sure: bool
    subject: bool


@dataclass(frozen=True, slots=True)
class Router:
    """Routes messages by the small classifier; `model` is asked where that is unsure."""

    encoder: TokenReader
    model: BaseChatModel | None = None

    def route(self, text: str, context: Context, history: Sequence[Turn] = ()) -> Routed:
        """The route of a message said in a context, after the thread's earlier turns, oldest first."""
        said = normal(text)[:LOOKED_AT]
        subject = is_about_adapting(said)
        if not said:
            return Routed("smalltalk", True, subject)
        # An embedding takes longer than all the rest: most messages are told without one.
        route, sure = fitted("written").route(features(said, context))
        if not sure:
            vector = self.encoder.encode([said])[0].vector
            route, sure = fitted("meant").route(features(said, context, vector))
        if sure:
            return Routed(route, True, subject)
        if self.model is not None and (named := route_by_model(self.model, text, context, history)):
            return Routed(named, True, subject)
        return Routed(route, False, subject)
