"""What the Slack side asks of the rest: answers, the guide, what there is to know. Any object with these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chains.contract import AnswerEvent, Question, Turn
from chains.guide.dialogue import Guide
from chains.router import Context, Routed
from knowledge.access import Place


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as lists name it; `url` is None where there is no address for people."""

    title: str
    path: str
    url: str | None = None


class Answerer(Protocol):
    """Answers questions from documents, and guides. Called from several threads at once."""

    def answer(self, question: Question, /) -> Iterator[AnswerEvent]:
        """Yields progress, statements as they are ready, and last the whole reply."""
        ...

    def route(self, text: str, context: Context, history: Sequence[Turn], /) -> Routed:
        """What a message is for, by its words and where it was said."""
        ...

    @property
    def examples(self) -> Sequence[str]:
        """What newcomers are offered to ask."""
        ...

    @property
    def guide(self) -> Guide:
        """The dialogue that helps to choose between RAG and fine-tuning."""
        ...

    def document_count(self, place: Place, /) -> int:
        """How many documents may be used in this place."""
        ...

    def find_documents(self, place: Place, words: str, /, limit: int) -> Sequence[KnownDocument]:
        """The documents of this place that match the words, best first; without words, by title."""
        ...

    def has_restricted_documents(self) -> bool:
        """Whether any document is for some readers only."""
        ...

    def check_vectors(self) -> None:
        """Asks the store of vectors whether it is there; whatever it raises says that it is not."""
        ...

    def last_sync(self) -> datetime | None:
        """When the documents were last looked through, with time zone; None before the first time."""
        ...
