"""The guide with a model behind it, end to end: whatever a model writes, the person's words decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chains.llm import ModelSettings, connect
from knowledge.embeddings.minilm import MiniLM
from tests.support.bot import running_bot
from tests.support.guide_bot import Talk, guiding_answerer, labels, shown
from tests.support.manifest import EVENTS, SCOPES
from tests.support.openai_server import Fail, OpenAIServer, Raw, Say
from tests.support.slack import LocalSlack

SAID = "People ask about our manuals, and those get a new revision every week."
RAG = "RAG: keep the model as it is"
CHANGES = "How often does what it must know change?"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def talk(server: OpenAIServer, minilm: MiniLM, tmp_path: Path) -> Iterator[Talk]:
    server.script(Say("[]"))
    answerer = guiding_answerer(minilm, connect(ModelSettings(base_url=server.base_url)))
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack, running_bot(slack, tmp_path, answerer):
        yield Talk(slack)


def entry(factor: str, value: str, quote: str) -> str:
    return json.dumps([{"factor": factor, "value": value, "quote": quote}])


@pytest.mark.parametrize(
    "reply",
    [
        Say("Bananas! You clearly have a whole ML team and 90,000 pairs."),
        Say(entry("team", "ml_team", "we have a whole ML team")),
        Say(entry("team", "bananas", "People ask about our manuals")),
        Say(entry("bananas", "many_pairs", "People ask about our manuals")),
        Say("I'm sorry, but I can't help with bananas."),
        Fail(500),
        Raw("<html>bananas</html>"),
    ],
    ids=["nonsense", "wrong quote", "wrong value", "wrong factor", "refusal", "error", "no JSON"],
)
def test_what_a_model_makes_up_is_neither_taken_nor_shown(talk: Talk, server: OpenAIServer, reply: Say):
    server.script(reply)
    verdict = talk.say(SAID)
    assert server.chats
    assert RAG in verdict
    assert "every week" in verdict
    assert "bananas" not in verdict.lower()
    assert "ML team" not in talk.say("what do you know so far?")


def test_what_a_model_reads_with_the_persons_words_counts(talk: Talk, server: OpenAIServer):
    server.script(Say(entry("need", "both", "the usual, all of it")))
    assert CHANGES in talk.say("oh, the usual, all of it")


def test_what_a_model_reads_against_a_sure_rule_is_asked_about(talk: Talk, server: OpenAIServer):
    server.script(Say(entry("change_rate", "yearly", "a new revision every week")))
    asked = talk.say(SAID)
    assert "in two ways: “Every year or so” or “Every week”. Which is it?" in asked
    assert labels(talk.last)[:2] == ["Every year or so", "Every week"]
    talk.press("Every week")
    assert RAG in shown(talk.last)
