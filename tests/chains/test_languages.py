"""A question in another language than the documents is noticed, and put into theirs to search with."""

from __future__ import annotations

import pytest

from chains.languages import Languages, differing, in_documents_language
from chains.llm import ModelSettings, connect
from tests.support.openai_server import Fail, OpenAIServer, Raw, Say, Script

ENGLISH = ["The person on call carries the pager for one week.", "Everybody has thirty days of leave a year."]
GERMAN = ["Wer Bereitschaft hat, trägt den Pager für eine Woche.", "Alle haben im Jahr dreißig Tage Urlaub."]
QUESTION = "Wie viele Tage Urlaub habe ich?"


@pytest.mark.parametrize(
    ("question", "passages", "languages"),
    [
        (QUESTION, ENGLISH, Languages("german", "english")),
        ("Combien de jours de congé par an ?", ENGLISH, Languages("french", "english")),
        ("¿Cuántos días de vacaciones hay por año?", ENGLISH, Languages("spanish", "english")),
        ("おやすみはなんにちですか", ENGLISH, Languages("hiragana", "english")),
        ("How many days of leave do I have?", GERMAN, Languages("english", "german")),
        ("Wieviel Urlaub bekomme ich", ENGLISH, Languages("german", "english")),
        (QUESTION, GERMAN, None),
        (QUESTION, [*GERMAN, *GERMAN, *ENGLISH], None),
        ("How many days of leave do I have?", ENGLISH, None),
        ("leave days", ENGLISH, None),
        ("die pager week", ENGLISH, None),
        (QUESTION, ["| 1 | 2 |"], None),
        (QUESTION, [], None),
    ],
)
def test_languages_are_told_where_they_differ(
    question: str, passages: list[str], languages: Languages | None
) -> None:
    assert differing(question, passages) == languages


def translated(reply: Script, question: str = QUESTION) -> str | None:
    with OpenAIServer(reply) as server:
        model = connect(ModelSettings(base_url=server.base_url))
        assert model is not None
        return in_documents_language(question, Languages("german", "english"), model)


def test_the_model_puts_the_question_into_the_documents_language() -> None:
    assert translated(Say('"How many days of leave do I have?"\n')) == "How many days of leave do I have?"


@pytest.mark.parametrize(
    "reply",
    [
        Fail(401),
        Raw("<html>"),
        Say(""),
        Say(QUESTION),
        Say("Here it is:\nHow many days of leave do I have?"),
        Say("word " * 100),
    ],
)
def test_what_is_no_translation_is_not_searched_for(reply: Script) -> None:
    assert translated(reply) is None


def test_a_translation_keeps_the_numbers() -> None:
    question = "Wie schnell muss ich auf SEV 2 in 30 Minuten antworten?"
    assert translated(Say("How fast must I answer SEV 2 in 30 minutes?"), question)
    assert translated(Say("How fast must I answer?"), question) is None
