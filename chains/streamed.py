"""Reads a model's streamed reply: its text, without its thoughts, and whether it ended as a reply does."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.failures import ModelFailed
from chains.llm import Limits, drop_refused_parameter, within

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk

# What providers call the same ends, in lower case.
END_KEYS = ("finish_reason", "stop_reason", "done_reason", "stopReason")
AT_LIMIT = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
WITHHELD = frozenset(
    {
        "content_filter",
        "content_filtered",
        "refusal",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "guardrail_intervened",
    }
)
# Local models think aloud in front of their reply.
THOUGHT_OPENS = ("<think>", "<thinking>", "<thought>", "<reasoning>")
THOUGHT_CLOSES = re.compile(r"</(?:think|thinking|thought|reasoning)>")
LONGEST_CLOSE = len("</reasoning>")


@dataclass(slots=True)
class _End:
    """How the stream ended, as far as it was said."""

    reason: str = ""
    speaks_openai: bool = False


def complete(instructions: str, message: str, model: BaseChatModel, limits: Limits) -> str:
    """The whole of a model's reply to one message.

    Raises:
        Exception: the call failed, in any way that `chains.failures.failure` explains.
    """
    while True:
        try:
            return "".join(within(limits, lambda: _replied(instructions, message, model)))
        except Exception as error:
            if not drop_refused_parameter(model, error):
                raise


def _replied(instructions: str, message: str, model: BaseChatModel) -> Generator[str]:
    from langchain_core.messages import HumanMessage, SystemMessage

    messages = [SystemMessage(instructions), HumanMessage(message)]
    with closing(model.stream(messages)) as chunks:  # pyright: ignore[reportArgumentType]  (a generator)
        yield from read_text(chunks)


def read_text(chunks: Iterable[BaseMessageChunk]) -> Iterator[str]:
    """Yields the text of a streamed message, as it comes.

    Raises:
        ModelFailed: it did not end as a reply does: withheld, at its length limit, empty, or cut.
    """
    end = _End()
    written = False
    for text in _without_thoughts(_texts(chunks, end)):
        written = written or bool(text.strip())
        yield text
    if end.reason in WITHHELD:
        raise ModelFailed("filtered", f"finish reason {end.reason}")
    if end.reason in AT_LIMIT:
        raise ModelFailed("truncated", f"finish reason {end.reason}")
    if not written:
        raise ModelFailed("empty", f"finish reason {end.reason or 'none'}")
    # A proxy that gives up ends the stream politely, but without a reason.
    if end.speaks_openai and not end.reason:
        raise ModelFailed("cut", "no finish reason")


def _texts(chunks: Iterable[BaseMessageChunk], end: _End) -> Iterator[str]:
    for chunk in chunks:
        metadata = chunk.response_metadata
        end.speaks_openai = end.speaks_openai or metadata.get("model_provider") == "openai"
        said = next((metadata[key] for key in END_KEYS if metadata.get(key)), None)
        end.reason = str(said).lower() if said else end.reason
        if text := str(chunk.text):
            yield text


def _without_thoughts(texts: Iterator[str]) -> Iterator[str]:
    """The texts without what stands between the tags of thoughts at their beginning."""
    held = ""
    for text in texts:
        held += text
        begun = held.lstrip()
        if begun.startswith(THOUGHT_OPENS):
            yield from _after_thoughts(texts, begun)
            return
        if not any(opening.startswith(begun) for opening in THOUGHT_OPENS):
            break
    if held:
        yield held
    yield from texts


def _after_thoughts(texts: Iterator[str], held: str) -> Iterator[str]:
    while not (closing := THOUGHT_CLOSES.search(held)):
        held = held[-LONGEST_CLOSE:]
        text = next(texts, None)
        if text is None:
            return
        held += text
    if rest := held[closing.end() :]:
        yield rest
    yield from texts
