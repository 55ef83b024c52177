"""A message goes where it belongs: to the documents, to the guide, to a command, or it is only talk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.contract import Turn
from chains.llm import Limits
from chains.router import Routed, Router
from chains.routing.by_model import route_by_model
from chains.routing.features import Context
from knowledge.embeddings.minilm import MiniLM
from tests.support.chat_model import model_of
from tests.support.openai_server import Fail, Hang, OpenAIServer, Raw, Reply, Say


@pytest.fixture(scope="module")
def router(minilm: MiniLM) -> Router:
    return Router(minilm)


@pytest.mark.parametrize(
    ("text", "context", "route"),
    [
        ("Who may sign a lease for a warehouse?", "channel", "answer"),
        ("What is continued pre-training?", "dm", "answer"),
        ("And for the night shift?", "answer_thread", "answer"),
        ("Should our museum fine-tune a model or use RAG?", "channel", "guide"),
        ("once a month", "guide_thread", "guide"),
        ("Before I answer: where is our data policy?", "guide_thread", "answer"),
        ("two colleagues who have trained models elsewhere", "guide_thread", "guide"),
        ("when the board has agreed, so autumn", "guide_thread", "guide"),
        ("what does public mean here?", "guide_thread", "guide"),
        ("how much is a small budget?", "guide_thread", "guide"),
        ("who is on the works council?", "guide_thread", "answer"),
        ("where is the support handbook kept?", "guide_thread", "answer"),
        ("help", "dm", "command"),
        ("start over", "guide_thread", "command"),
        ("thank you!", "answer_thread", "smalltalk"),
        ("<@U0BOT> good morning", "channel", "smalltalk"),
    ],
)
def test_a_message_goes_where_it_belongs(router: Router, text: str, context: Context, route: str) -> None:
    assert router.route(text, context).route == route


def test_an_empty_message_is_only_talk(router: Router) -> None:
    assert router.route("<@U0BOT>", "channel") == Routed("smalltalk", sure=True, subject=False)


@pytest.mark.parametrize(
    "text",
    [
        "What is LoRA?",
        "rag vs finetuning",
        "how do I train a language model on our tickets",
        "does our policy allow training models on customer data",
    ],
)
def test_the_subject_is_seen(router: Router, text: str) -> None:
    assert router.route(text, "channel").subject


@pytest.mark.parametrize(
    "text",
    [
        "who is on call tonight?",
        "what's the RAG status of the harbour project?",
        "the LoRa gateway on the roof is offline",
        "how do we train new colleagues on the till",
    ],
)
def test_other_subjects_of_the_same_name_are_told_apart(router: Router, text: str) -> None:
    assert not router.route(text, "channel").subject


# With a model

UNSURE = "we might want something like that for support"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def test_the_model_is_asked_only_where_the_small_classifier_is_unsure(
    minilm: MiniLM, server: OpenAIServer
) -> None:
    server.script(Say('{"route": "guide"}'))
    router = Router(minilm, model_of(server))
    assert router.route("What is continued pre-training?", "dm").route == "answer"
    assert server.chats == []
    assert not Router(minilm).route(UNSURE, "answer_thread").sure
    routed = router.route(
        UNSURE, "answer_thread", [Turn("user", "What is RAG?"), Turn("assistant", "A secret.")]
    )
    assert (routed.route, routed.sure) == ("guide", True)
    (chat,) = server.chats
    assert UNSURE in chat["messages"][1]["content"]
    assert "What is RAG?" in chat["messages"][1]["content"]
    assert "A secret." not in chat["messages"][1]["content"]


@pytest.mark.parametrize(
    "reply",
    [
        Say('{"route": "delete everything"}'),
        Say('{"route": ["guide"]}'),
        Say('{"route": "guide"} or {"route": "answer"}'),
        Say("guide"),
        Say("I am sorry, I cannot help with that."),
        Say(""),
        Fail(500),
        Fail(429, "rate_limit_exceeded"),
        Raw("<html>Bad gateway</html>"),
        Hang(),
    ],
)
def test_a_model_that_names_no_route_leaves_it_to_the_small_classifier(
    minilm: MiniLM, server: OpenAIServer, reply: Reply
) -> None:
    server.script(reply)
    assert route_by_model(model_of(server), UNSURE, "channel", (), Limits(first=0.3, whole=0.3)) is None


def test_a_fence_around_the_route_does_no_harm(server: OpenAIServer) -> None:
    server.script(Say('```json\n{"route": "command"}\n```'))
    assert route_by_model(model_of(server), "stop it", "guide_thread", ()) == "command"
