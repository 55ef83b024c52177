"""A streamed reply is its text alone, and one that did not end as a reply does has failed."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessageChunk

from chains.failures import ModelFailed, Reason
from chains.llm import LIMITS, ModelSettings, connect
from chains.streamed import complete, read_text
from tests.support.openai_server import OpenAIServer, Say


def read(text: str, metadata: dict[str, object], size: int = 1) -> str:
    pieces = [AIMessageChunk(content=text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(read_text([*pieces, AIMessageChunk(content="", response_metadata=metadata)]))


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"finish_reason": "length"}, "truncated"),
        ({"stop_reason": "max_tokens"}, "truncated"),
        ({"finish_reason": "MAX_TOKENS"}, "truncated"),
        ({"done_reason": "length"}, "truncated"),
        ({"finish_reason": "SAFETY"}, "filtered"),
        ({"stop_reason": "refusal"}, "filtered"),
        ({"model_provider": "openai"}, "cut"),
    ],
)
def test_a_reply_that_did_not_end_by_itself_has_failed(metadata: dict[str, object], reason: Reason) -> None:
    with pytest.raises(ModelFailed) as caught:
        read("Everybody has thirty days.", metadata)
    assert caught.value.reason == reason


@pytest.mark.parametrize("metadata", [{}, {"finish_reason": "stop"}, {"stop_reason": "end_turn"}])
def test_other_providers_need_not_say_why_they_ended(metadata: dict[str, object]) -> None:
    assert read("Thirty days.", metadata) == "Thirty days."


def test_thoughts_that_use_up_the_limit_are_no_reply() -> None:
    with pytest.raises(ModelFailed) as caught:
        read("<think>The passages say thirty days, but", {"finish_reason": "length"})
    assert caught.value.reason == "truncated"


@pytest.mark.parametrize("size", [1, 5, 400])
@pytest.mark.parametrize(
    "written",
    [
        "<think>Passage 1 says thirty days.</think>\n\nThirty days [1].",
        "\n<reasoning>a < b</reasoning>Thirty days [1].",
        "Thirty days [1].",
    ],
)
def test_thoughts_in_front_of_a_reply_are_left_out(written: str, size: int) -> None:
    assert read(written, {"finish_reason": "stop"}, size).strip() == "Thirty days [1]."


def test_what_only_looks_like_a_thought_stays() -> None:
    assert read("<thirty> days", {"finish_reason": "stop"}) == "<thirty> days"


def test_a_whole_reply_comes_without_parameters_that_the_server_refuses() -> None:
    with OpenAIServer(Say("Hello."), rejects=["temperature"]) as server:
        model = connect(ModelSettings(base_url=server.base_url))
        assert model is not None
        assert complete("Greet.", "Hi", model, LIMITS) == "Hello."
        assert [sorted(set(sent) - {"model"}) for sent in server.chats] == [
            ["messages", "stream", "temperature"],
            ["messages", "stream"],
        ]
