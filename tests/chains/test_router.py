"""A message goes where it belongs: to the documents, to the guide, to a command, or it is only talk."""

from __future__ import annotations

import pytest

from chains.router import Routed, Router
from chains.routing.features import Context
from knowledge.embeddings.minilm import MiniLM


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
