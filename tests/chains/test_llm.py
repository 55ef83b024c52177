"""The model is chosen from plain settings, and whatever goes wrong with it has a reason and honest words."""

from __future__ import annotations

from functools import cache

import pytest
from langchain_core.language_models import BaseChatModel

from chains.failures import EXPLANATIONS, ModelFailed, Reason, failure, may_retry
from chains.llm import BadModel, Limits, ModelSettings, connect, drop_refused_parameter, within
from tests.support.openai_server import Chunks, Fail, OpenAIServer, Raw, Say


@pytest.fixture(scope="module")
def server():
    with OpenAIServer() as running:
        yield running


@cache
def local(base_url: str) -> BaseChatModel:
    model = connect(ModelSettings(base_url=base_url, model="llama3.2:3b"))
    assert model is not None
    return model


def test_without_key_server_or_name_there_is_no_model() -> None:
    assert connect(ModelSettings()) is None


def test_with_a_key_it_is_openais_small_model_without_reasoning() -> None:
    model = connect(ModelSettings(api_key="sk-test"))
    assert getattr(model, "model_name", None) == "gpt-6-luna"
    assert getattr(model, "reasoning_effort", None) == "none"


def test_the_prefix_openai_may_be_written_out() -> None:
    model = connect(ModelSettings(api_key="sk-test", model="openai:gpt-6-terra"))
    assert getattr(model, "model_name", None) == "gpt-6-terra"


def test_a_compatible_server_gets_nothing_that_only_openai_understands(server: OpenAIServer) -> None:
    server.script(Say("Hello."))
    assert "".join(str(chunk.text) for chunk in local(server.base_url).stream("Hi")) == "Hello."
    (sent,) = server.chats
    assert sent["model"] == "llama3.2:3b"
    assert set(sent) == {"model", "messages", "stream", "temperature"}


def test_the_key_goes_to_the_server_and_into_no_message(server: OpenAIServer) -> None:
    settings = ModelSettings(api_key="sk-secret", base_url=server.base_url)
    server.script(Fail(401, "invalid_api_key", "Incorrect API key provided"))
    model = connect(settings)
    assert model is not None
    with pytest.raises(Exception, match="401") as caught:
        list(model.stream("Hi"))
    assert server.requests[0]["headers"]["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in f"{failure(caught.value).message} {settings!r} {failure(caught.value)!r}"


def test_a_missing_provider_package_is_named_with_how_to_install_it() -> None:
    with pytest.raises(BadModel, match=r"langchain-anthropic.*install"):
        connect(ModelSettings(model="anthropic:claude"))


@pytest.mark.parametrize("key", [None, "sk-test"])
def test_an_unknown_provider_is_answered_with_known_ones(key: str | None) -> None:
    with pytest.raises(BadModel, match=r"“nonsense” is no LangChain provider.*anthropic") as caught:
        connect(ModelSettings(key, model="nonsense:model"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["anthropic:", ":claude", "openai:"])
def test_half_a_name_is_told_how_to_be_written(name: str) -> None:
    with pytest.raises(BadModel, match="write provider:name"):
        connect(ModelSettings("sk-test", model=name))


def test_a_tuned_model_of_openais_has_colons_in_its_name() -> None:
    model = connect(ModelSettings(api_key="sk-test", model="ft:gpt-6-luna:acme::b7"))
    assert getattr(model, "model_name", None) == "ft:gpt-6-luna:acme::b7"


def test_a_name_alone_needs_a_key_or_a_server() -> None:
    with pytest.raises(BadModel, match="OPENAI_API_KEY"):
        connect(ModelSettings(model="gpt-6-luna"))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fail(400, message="odd request"), "rejected"),
        (Fail(400, "context_length_exceeded", "context_length_exceeded"), "too_long"),
        (Fail(401, "invalid_api_key"), "unauthorized"),
        (Fail(402), "quota"),
        (Fail(403), "forbidden"),
        (Fail(404, "model_not_found"), "model_not_found"),
        (Fail(410), "model_not_found"),
        (Fail(413), "too_long"),
        (Fail(429, headers={"retry-after": "2"}), "rate_limited"),
        (Fail(429, "insufficient_quota", type="insufficient_quota"), "quota"),
        (Fail(500), "server_error"),
        (Fail(503), "server_error"),
        (Say("Half an answ", abrupt=True), "cut"),
        (Raw("<html>Sign in to the proxy</html>"), "unreadable"),
        (Raw("data: {nope\n\n", "text/event-stream"), "unreadable"),
        (Chunks(["text"]), "unreadable"),
        (Chunks([{"error": {"message": "overloaded", "type": "server_error"}}]), "server_error"),
    ],
)
def test_every_fault_has_its_reason(server: OpenAIServer, fault: Fail, reason: Reason) -> None:
    server.script(fault)
    with pytest.raises(Exception, match=r".") as caught:
        list(local(server.base_url).stream("Hi"))
    assert failure(caught.value).reason == reason
    assert failure(caught.value).message == EXPLANATIONS[reason]


def test_a_server_that_is_not_there_is_unreachable() -> None:
    model = connect(ModelSettings(base_url="http://127.0.0.1:9/v1"))
    assert model is not None
    with pytest.raises(Exception, match=r".") as caught:
        list(model.stream("Hi"))
    assert failure(caught.value).reason == "unreachable"


def test_what_people_read_is_one_line_and_says_what_was_done_instead_and_what_to_do() -> None:
    for words in EXPLANATIONS.values():
        assert "\n" not in words
        _, _, to_do = words.partition(", so I looked through the documents without it. ")
        assert to_do.endswith(".")


@pytest.mark.parametrize(
    ("failed", "pause"),
    [
        (ModelFailed("rate_limited", retry_after=2), 2),
        (ModelFailed("rate_limited", retry_after=30), None),
        (ModelFailed("server_error"), 0.5),
        (ModelFailed("unauthorized"), None),
        (ModelFailed("quota", retry_after=1), None),
        (ModelFailed("timeout"), None),
    ],
)
def test_a_retry_is_for_what_passes_soon(failed: ModelFailed, pause: float | None) -> None:
    assert may_retry(failed) == pause


def test_a_parameter_that_the_server_refuses_is_left_out_from_then_on() -> None:
    with OpenAIServer(Say("Hello."), rejects=["temperature"]) as server:
        model = local(server.base_url)
        with pytest.raises(Exception, match="temperature") as caught:
            list(model.stream("Hi"))
        assert drop_refused_parameter(model, caught.value)
        assert "".join(str(chunk.text) for chunk in model.stream("Hi")) == "Hello."
        assert not drop_refused_parameter(model, caught.value)


def test_within_passes_on_what_comes_and_what_is_raised() -> None:
    def broken():
        yield 1
        raise KeyError("x")

    items = within(Limits(), broken)
    assert next(items) == 1
    with pytest.raises(KeyError):
        next(items)
