"""A small deterministic answerer, in place of the real chain: it says what it was asked to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.answerer import KnownDocument
from bot.words import EXAMPLES
from chains.contract import Answer, AnswerEvent, Progress, Question, Refusal, Source, Statement, Turn
from chains.guide.dialogue import Guide
from chains.router import Context, Routed, Router
from knowledge.access import Place

DOCUMENTS = {
    "On call": frozenset({"everyone"}),
    "Leave": frozenset({"everyone", "external"}),
    "Salaries": frozenset({"channel:C0PEOPLE"}),
}


@dataclass
class FakeAnswerer:
    """Quotes one sentence for each known document that the question names, else refuses.

    Everything is a question, unless there is a `router`; `dialogue` is the guide, where a test needs it.
    `before` is called with each question first (a test may wait there, or raise); `between` after each
    statement. `questions` is what was asked.
    """

    restricted: bool = True
    before: Callable[[Question], None] = lambda _: None
    between: Callable[[Question], None] = lambda _: None
    final: Callable[[Answer], Answer] = lambda answer: answer
    router: Router | None = None
    dialogue: Guide | None = None
    questions: list[Question] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Question) -> Iterator[AnswerEvent]:
        with self._lock:
            self.questions.append(question)
        self.before(question)
        yield Progress(self.document_count(question.place))
        titles = [title for title in self._visible(question.place) if title.lower() in question.text.lower()]
        sources = tuple(
            Source(
                number,
                f"{title}.md",
                title,
                (title, "Facts"),
                f"The whole passage of {title}.",
                url=_url(title),
            )
            for number, title in enumerate(titles, start=1)
        )
        statements = tuple(
            Statement(f"{source.title} is answered.", (source.number,), (source.passage,), quoted=True)
            for source in sources
        )
        for statement in statements:
            yield statement
            self.between(question)
        if statements:
            yield self.final(Answer(question.text, statements, sources))
        else:
            yield Refusal(question.text, ())

    def route(self, text: str, context: Context, history: Sequence[Turn]) -> Routed:
        return self.router.route(text, context, history) if self.router else Routed("answer", True, False)

    @property
    def examples(self) -> Sequence[str]:
        return EXAMPLES

    @property
    def guide(self) -> Guide:
        assert self.dialogue, "this test needs a guide"
        return self.dialogue

    def document_count(self, place: Place) -> int:
        return len(self._visible(place))

    def find_documents(self, place: Place, words: str, limit: int) -> Sequence[KnownDocument]:
        found = [title for title in self._visible(place) if words.lower() in title.lower()]
        return [KnownDocument(title, f"{title}.md", _url(title)) for title in found[:limit]]

    def has_restricted_documents(self) -> bool:
        return self.restricted

    def check_vectors(self) -> None:
        """There are none that could be missing."""

    def last_sync(self) -> datetime | None:
        return datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    def _visible(self, place: Place) -> list[str]:
        return [title for title, audience in DOCUMENTS.items() if audience & place.principals]


def _url(title: str) -> str | None:
    """Leave is a document without an address."""
    return None if title == "Leave" else f"https://docs.example/{title.replace(' ', '-').lower()}"
