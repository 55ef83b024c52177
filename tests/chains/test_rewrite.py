"""Follow-ups are understood from what the person asked before; other messages stay as they are."""

from __future__ import annotations

from functools import cache

import pytest
from langchain_core.language_models import BaseChatModel

from chains.contract import Turn
from chains.llm import ModelSettings, connect
from chains.rewrite import rewrite
from tests.support.openai_server import Fail, OpenAIServer, Raw, Say, Script


def thread(*messages: str) -> list[Turn]:
    return [Turn("assistant" if index % 2 else "user", text) for index, text in enumerate(messages)]


PAGING = thread("How fast must a SEV-1 page be acknowledged?", "Within 5 minutes.")


@pytest.mark.parametrize(
    "message",
    [
        "How do I request access to the staging database?",
        "Wie beantrage ich Zugang zur Datenbank der Testumgebung?",
        "Where can new engineers find the on-call schedule?",
    ],
)
def test_a_message_that_can_be_understood_alone_stays(message: str) -> None:
    assert rewrite(message, PAGING).question == message
    assert rewrite(message, PAGING).search == message


def test_a_first_message_stays_however_short() -> None:
    assert rewrite("why?", ()).question == "why?"


@pytest.mark.parametrize(
    ("before", "message", "understood"),
    [
        (
            "How fast must a SEV-1 page be acknowledged?",
            "and for a SEV-2?",
            "How fast must a SEV-2 page be acknowledged?",
        ),
        (
            "How fast must a SEV-1 page be acknowledged?",
            "sorry, I meant SEV-3",
            "How fast must a SEV-3 page be acknowledged?",
        ),
        (
            "How many days off do people in France get?",
            "what about in Germany?",
            "How many days off do people in Germany get?",
        ),
    ],
)
def test_one_thing_is_exchanged_for_its_like(before: str, message: str, understood: str) -> None:
    assert rewrite(message, thread(before, "…")).question == understood
    assert rewrite(message, thread(before, "…")).search == understood


@pytest.mark.parametrize("message", ["why?", "how many?", "Is it paged at night?", "carthage?", "und warum?"])
def test_what_leans_on_the_question_before_is_searched_with_it(message: str) -> None:
    understood = rewrite(message, PAGING)
    assert understood.search == f"{message} How fast must a SEV-1 page be acknowledged?"
    assert understood.question == f"{message} (after: “How fast must a SEV-1 page be acknowledged?”)"


def test_context_reaches_back_until_it_says_enough() -> None:
    history = thread("How is the staging database backed up?", "Nightly.", "where?", "In Lisbon.")
    assert rewrite("why there?", history).search == "why there? where? How is the staging database backed up?"


def test_a_correction_replaces_its_preface() -> None:
    history = thread("Any example of code for the mobile client?", "No.")
    understood = rewrite("Excuse me, I meant source code", history)
    assert understood.search == "source code Any example of code for the mobile client?"


def test_he_and_she_bring_the_names_of_the_last_answer() -> None:
    history = thread("Who approves travel expenses above the limit?", "Dana Weber approves them.")
    assert rewrite("How do I reach her?", history).search.endswith("Dana Weber")


@pytest.fixture(scope="module")
def server():
    with OpenAIServer() as running:
        yield running


@cache
def model_at(base_url: str) -> BaseChatModel:
    model = connect(ModelSettings(base_url=base_url))
    assert model is not None
    return model


def with_model(server: OpenAIServer, message: str, reply: Script) -> str:
    server.script(reply)
    return rewrite(message, PAGING, model_at(server.base_url)).question


def test_the_model_writes_the_full_question(server: OpenAIServer) -> None:
    reply = Say("Why must a SEV-1 page be acknowledged so fast?")
    assert with_model(server, "why so fast?", reply) == reply.text
    assert "Within 5 minutes" not in str(server.chats)


def test_a_message_that_can_be_understood_alone_costs_no_call(server: OpenAIServer) -> None:
    message = "Where can new engineers find the on-call schedule?"
    assert with_model(server, message, Say("Something else?")) == message
    assert server.chats == []


@pytest.mark.parametrize(
    "reply",
    [
        Fail(401),
        Raw("<html>"),
        Say(""),
        Say("A SEV-1 page must be acknowledged fast because customers suffer while nobody looks at outages."),
        Say("Why must a SEV-4 page be acknowledged so fast?"),
        Say("Why?\nBecause."),
        Say("Why so fast? See https://evil.example/?q=1"),
    ],
)
def test_the_rules_take_over_where_the_model_fails_or_writes_something_else(
    server: OpenAIServer, reply: Script
) -> None:
    assert with_model(server, "why so fast?", reply) == rewrite("why so fast?", PAGING).question
