"""A model's answer from passages, sentence by sentence, each checked before anyone sees it."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from chains.contract import Statement, Turn
from chains.evidence import Passage
from chains.failures import ModelFailed, failure, may_retry
from chains.hostile import speaks_to_model
from chains.languages import Languages, named
from chains.llm import LIMITS, Limits, drop_refused_parameter, within
from chains.prompts import prompt
from chains.sentences import split
from chains.streamed import read_text
from chains.verify import NOT_IN_DOCUMENTS, Verifier

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

__all__ = ["ModelFailed", "NothingSupported", "Passage", "generate"]

TURNS_SENT = 4
TURN_LENGTH = 500
# An answer is short. What a model writes beyond it is not read: it may have lost its thread.
MAX_WORDS = 200
MAX_CHARACTERS = 6_000

DECLINED = re.compile(r"NOT[ _\\]+IN[ _\\]+DOCUMENTS")


class NothingSupported(Exception):
    """The model wrote nothing that the passages support.

    `declined` says that it found no answer in them itself; otherwise `dropped` counts the sentences
    that could not be verified.
    """

    def __init__(self, *, declined: bool, dropped: int) -> None:
        super().__init__("declined" if declined else f"{dropped} sentences unsupported")
        self.declined = declined
        self.dropped = dropped


def generate(
    question: str,
    passages: Sequence[Passage],
    history: Sequence[Turn],
    model: BaseChatModel,
    limits: Limits = LIMITS,
) -> Iterator[Statement]:
    """Yields the sentences of the model's answer that the passages support, each as soon as it is whole.

    `question` is understood in full (rewritten); `passages` may all leave for the model. Of the
    history only the person's own messages are sent: earlier answers may quote what must not leave.

    Raises:
        ModelFailed: the call failed, perhaps after some statements.
        NothingSupported: the call went well, but there is nothing to show.
    """
    passages = [replace(passage, text=_for_readers(passage.text)) for passage in passages]
    verifier = Verifier(question, passages)
    shown: set[str] = set()
    words = dropped = 0
    declined = False
    skipped = ""
    with closing(_text(_values(question, passages, history, verifier.languages), model, limits)) as written:
        for piece in split(_bounded(written)):
            if DECLINED.search(piece.text):
                declined = True
                continue
            statement = verifier.check(piece)
            # Small models repeat themselves.
            if statement is None or statement.text in shown:
                dropped += statement is None
                # What follows still begins on a line of its own if what was dropped did.
                skipped = skipped or piece.before
                continue
            words += len(statement.text.split())
            if shown and words > MAX_WORDS:
                raise ModelFailed("truncated", f"more than {MAX_WORDS} words")
            yield replace(statement, before=_space_before(skipped, statement.before, first=not shown))
            shown.add(statement.text)
            skipped = ""
    if not shown:
        raise NothingSupported(declined=declined, dropped=dropped)


def _bounded(texts: Iterator[str]) -> Iterator[str]:
    read = 0
    for text in texts:
        read += len(text)
        if read > MAX_CHARACTERS:
            raise ModelFailed("truncated", f"more than {MAX_CHARACTERS} characters")
        yield text


def _space_before(skipped: str, before: str, *, first: bool) -> str:
    if first:
        return before.lstrip()
    if "\n" in skipped and "\n" not in before:
        return skipped[: skipped.rindex("\n") + 1]
    return before


def _for_readers(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not speaks_to_model(line))


def _values(
    question: str, passages: Sequence[Passage], history: Sequence[Turn], languages: Languages | None
) -> dict[str, str]:
    """The two messages' texts. The boundary is new for each call, so that no document can close it."""
    boundary = f"=={secrets.token_hex(8)}=="
    asked = [turn.content for turn in history if turn.role == "user"][-TURNS_SENT:]
    turns = "\n".join(f"- {' '.join(content.split())[:TURN_LENGTH]}" for content in asked)
    return {
        "instructions": prompt(
            "answer",
            boundary=boundary,
            not_in_documents=NOT_IN_DOCUMENTS,
            language=f" ({named(languages.question)})" if languages else "",
        ),
        "question": prompt(
            "question",
            boundary=boundary,
            history=prompt("history", turns=turns) + "\n\n" if turns else "",
            passages="\n\n".join(_passage(passage, boundary) for passage in passages),
            question=question,
        ),
    }


def _passage(passage: Passage, boundary: str) -> str:
    heading = " › ".join((passage.title, *passage.heading_path))
    links = "".join(f"\n{link.label}: {link.url}" for link in passage.links)
    return f"{boundary} passage [{passage.number}]: {heading}\n{passage.text}{links}"


def _stream(values: dict[str, str], model: BaseChatModel) -> Generator[str]:
    from langchain_core.prompts import ChatPromptTemplate

    template = ChatPromptTemplate.from_messages([("system", "{instructions}"), ("human", "{question}")])
    # Reading is no third Runnable: LangChain drains what flows into one before it lets go, and an
    # abandoned answer would be read to its end.
    with closing(cast("Generator[BaseMessageChunk]", (template | model).stream(values))) as chunks:
        yield from read_text(chunks)


def _text(values: dict[str, str], model: BaseChatModel, limits: Limits) -> Generator[str]:
    """Streams the answer's text; tries once more where nothing has come yet and that may help."""
    begun = time.monotonic()
    retried = False
    while True:
        written = False
        try:
            for text in within(limits, lambda: _stream(values, model)):
                written = True
                yield text
            return
        except Exception as error:
            if written:
                raise _broken_off(error) from error
            if drop_refused_parameter(model, error):
                continue
            failed = failure(error)
            pause = may_retry(failed)
            spent = time.monotonic() - begun
            if retried or pause is None or spent + pause > limits.first:
                raise failed from error
            retried = True
            time.sleep(pause)


def _broken_off(error: Exception) -> ModelFailed:
    """What went wrong after the first words: a lost connection is then a cut answer."""
    failed = failure(error)
    return ModelFailed("cut", failed.detail) if failed.reason == "unreachable" else failed
