"""What calls of a model cost: told once for each call, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from langchain_openai import ChatOpenAI

from chains.generate import ModelFailed, Passage, generate
from chains.llm import LIMITS, Limits, ModelSettings, connect
from chains.metering import Price, Spent, metered, refused
from tests.support.openai_server import Chunks, Fail, Hang, OpenAIServer, Say, Script, chunk

PASSAGES = [Passage(1, "On-call", (), "The primary acknowledges every SEV-1 page within 5 minutes.")]
ANSWER = "SEV-1 pages are acknowledged within 5 minutes [1]."
USAGE = {
    "choices": [],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 20,
        "total_tokens": 1020,
        "prompt_tokens_details": {"cached_tokens": 400},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


def spent(
    server: OpenAIServer, *script: Script, model: str | None = None, price: Price | None = None
) -> list[Spent]:
    """What was told of the calls for one answer."""
    server.script(*script)
    connected = connect(ModelSettings(base_url=server.base_url, model=model))
    assert connected
    told: list[Spent] = []
    prices = {model: price} if model and price else None
    with metered(told.append, prices), suppress(ModelFailed):
        # Only what never answers is given up soon: a busy machine takes its time to begin.
        soon = any(isinstance(each, Hang) for each in script)
        limits = Limits(first=0.3, whole=0.8) if soon else LIMITS
        list(generate("How fast?", PASSAGES, (), connected, limits))
    return told


def test_the_servers_own_count_is_what_counts(server: OpenAIServer) -> None:
    (call,) = spent(server, Chunks([chunk(ANSWER), chunk("", finish="stop"), USAGE]))
    assert (call.model, call.tokens_in, call.tokens_out) == ("gpt-6-luna", 1000, 20)
    assert not call.estimated
    assert call.dollars == pytest.approx(74e-6)


def test_without_a_count_it_is_estimated_from_the_text(server: OpenAIServer) -> None:
    (call,) = spent(server, Say(ANSWER))
    assert call.estimated
    assert call.tokens_out == 13
    assert call.tokens_in > len(PASSAGES[0].text) / 4
    assert call.dollars is not None


def test_a_model_without_a_known_price_costs_an_unknown_sum_until_one_is_given(server: OpenAIServer) -> None:
    (call,) = spent(server, Say(ANSWER), model="house-7b")
    assert (call.model, call.dollars) == ("house-7b", None)
    (call,) = spent(server, Say(ANSWER), model="house-7b", price=Price(0, 0, 1e6))
    assert call.dollars == pytest.approx(13)


def test_an_answer_that_breaks_off_is_paid_as_far_as_it_came(server: OpenAIServer) -> None:
    (call,) = spent(server, Say(ANSWER, abrupt=True))
    assert call.estimated
    assert call.tokens_out > 0


def test_a_call_that_is_refused_or_never_answered_costs_nothing(server: OpenAIServer) -> None:
    assert spent(server, Fail(401, message="scripted fault")) == []
    assert spent(server, Hang()) == []


def test_openai_itself_is_asked_to_count_and_other_servers_are_not(server: OpenAIServer) -> None:
    for settings, asked in (
        (ModelSettings(api_key="k"), True),
        (ModelSettings(base_url=server.base_url), False),
    ):
        model = connect(settings)
        assert isinstance(model, ChatOpenAI)
        assert model.stream_usage is asked


def test_what_is_called_outside_is_not_told(server: OpenAIServer) -> None:
    told = spent(server, Say(ANSWER))
    connected = connect(ModelSettings(base_url=server.base_url))
    assert connected
    connected.invoke("Hello")
    assert len(told) == 1


def test_a_call_that_is_not_to_be_made_is_not_made_and_fails_as_calls_do(server: OpenAIServer) -> None:
    connected = connect(ModelSettings(base_url=server.base_url))
    assert connected
    sent = len(server.requests)
    with pytest.raises(ModelFailed) as caught, refused("budget"):
        list(generate("How fast?", PASSAGES, (), connected))
    assert caught.value.message.startswith("Today's budget for the model is spent, so I looked")
    assert len(server.requests) == sent
    server.script(Say(ANSWER))
    assert list(generate("How fast?", PASSAGES, (), connected))
