"""The guide's reader: values with the words they rest on, what stays open, yes and no; with a model, too."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from chains.guide.policy import POLICY
from chains.guide.reader import Reader
from chains.llm import ModelSettings, connect
from knowledge.embeddings.base import Encoded
from knowledge.embeddings.minilm import MiniLM
from tests.support.openai_server import Fail, OpenAIServer, Say

STIFF = "People complain about how the replies come over."
OPENING = f"We run a helpline for newcomers in town. {STIFF} Could you help?"
MUSTS = ("citations", "deletion", "access")


@pytest.fixture(scope="module")
def reader(minilm: MiniLM) -> Reader:
    return Reader(minilm)


def values(reader: Reader, text: str, *asked: str) -> dict[str, str]:
    return {heard.factor: heard.value for heard in reader.read(text, asked).heard}


@pytest.mark.parametrize(
    ("factor", "text", "value"),
    [
        ("change_rate", "every two weeks, with the release", "weekly"),
        ("change_rate", "once a quarter", "monthly"),
        ("data", "about 12k tickets with the answers our people gave", "many_pairs"),
        ("data", "just the pdfs", "raw"),
        ("budget", "we could spend 60,000 euros", "large"),
        ("budget", "zero", "none"),
        ("team", "we have no ML people", "none"),
        ("team", "three ML engineers of our own", "ml_team"),
        ("deadline", "in six weeks", "soon"),
        ("citations", "the auditors want to see where each answer comes from", "must"),
        ("privacy", "it is patient data", "private"),
        ("need", "only the tone, the facts are fine", "behaviour"),
        ("change_rate", "four per year", "monthly"),
        ("change_rate", "a fresh one every wed", "weekly"),
        ("citations", "nobody asks for a source", "no"),
        ("privacy", "nothing secret about it", "public"),
        ("team", "our two data scientists left in spring", "none"),
        ("budget", "750k CHF, the board decided on 3 March", "large"),
        ("budget", "it is approved, 7 figures", "large"),
        ("data", "2.1M lines of code, no descriptions", "raw"),
        ("data", "30 pairs, plus the website", "raw"),
        ("data", "our ratings of 4k outputs, and 2,300 gold pairs", "some_pairs"),
    ],
)
def test_an_answer_is_read_as_its_value(reader: Reader, factor: str, text: str, value: str):
    assert values(reader, text, factor)[factor] == value


def test_who_cannot_train_is_heard_in_passing(reader: Reader):
    said = "People ask what is in our contracts, and nobody here can train anything."
    assert values(reader, said, "need")["team"] == "none"


@pytest.mark.parametrize("text", ["no idea", "I don't know", "hard to say, some of it"])
def test_not_knowing_and_hedging_leave_a_factor_open(reader: Reader, text: str):
    reading = reader.read(text, ("change_rate",))
    assert reading.heard == ()
    assert reading.unsure == ("change_rate",)


@pytest.mark.parametrize("text", ["hm", "well…", "ehm, good question, let me think", "phew"])
@pytest.mark.parametrize("factor", POLICY.factors)
def test_a_reply_that_says_nothing_answers_nothing(reader: Reader, factor: str, text: str):
    assert reader.read(text, (factor,)).heard == ()


@pytest.mark.parametrize(
    ("count", "value"),
    [("40", "raw"), ("900", "some_pairs"), ("10,000", "some_pairs"), ("11k", "many_pairs")],
)
def test_pairs_are_told_apart_by_their_number_alone(reader: Reader, count: str, value: str):
    assert values(reader, f"{count} questions with the answers that our people gave", "data")["data"] == value


def test_what_an_opening_only_seems_to_say_is_not_read_but_recalled_with_its_one_sentence(reader: Reader):
    assert reader.read(OPENING).heard == ()
    heard = reader.recall(OPENING, ["need"])
    assert [(each.value, each.quote) for each in heard] == [("behaviour", STIFF)]


def test_what_an_opening_says_clearly_rests_on_its_one_sentence(reader: Reader):
    asked_for = "People ask which plants are in stock, and it invents them."
    heard = reader.read(f"We are a garden centre with four branches. {asked_for} Any advice?").heard
    assert [(each.factor, each.value, each.quote) for each in heard] == [("need", "facts", asked_for)]


def test_a_text_is_encoded_once_however_often_it_is_looked_at(minilm: MiniLM):
    encoded: list[str] = []

    class Counting:
        spans = minilm.spans

        def encode(self, texts: Sequence[str]) -> list[Encoded]:
            encoded.extend(texts)
            return minilm.encode(texts)

    reader = Reader(Counting())
    reader.read(OPENING)
    for factor in ("need", "data"):
        reader.recall(OPENING, [factor])
    assert encoded.count(OPENING) == 1
    assert len(encoded) == len(set(encoded))


def test_three_lines_answer_three_factors_in_their_order(reader: Reader):
    reading = reader.read("yes they want the page\nI don't know\nall see the same", MUSTS)
    assert {heard.factor: heard.value for heard in reading.heard} == {"citations": "must", "access": "same"}
    assert reading.unsure == ("deletion",)


def test_one_no_answers_all_three(reader: Reader):
    assert values(reader, "none of these", *MUSTS) == {"citations": "no", "deletion": "no", "access": "same"}


def test_every_value_rests_on_words_of_the_message(reader: Reader):
    text = "Bank chatbot. The rules change every day, and we have no ML people at all."
    heard = reader.read(text).heard
    assert {each.factor: each.value for each in heard}["change_rate"] == "daily"
    assert all(each.quote and each.quote in text for each in heard)


@pytest.mark.parametrize(("text", "affirms"), [("yep, exactly", True), ("nope", False), ("in a way", None)])
def test_a_confirmation_is_a_yes_or_a_no_or_neither(reader: Reader, text: str, affirms: bool | None):
    assert reader.read(text, (), ("need", "behaviour")).affirms is affirms


TEXT = "The catalogue moves all the time, say each morning. Money is no object."


@pytest.fixture(scope="module")
def server():
    with OpenAIServer() as running:
        yield running


def reading_with(minilm: MiniLM, server: OpenAIServer, reply: Say | Fail) -> dict[str, tuple[str, str]]:
    server.script(reply)
    model = connect(ModelSettings(base_url=server.base_url))
    return {each.factor: (each.value, each.quote) for each in Reader(minilm, model).read(TEXT).heard}


def entry(factor: str, value: str, quote: str) -> str:
    return json.dumps([{"factor": factor, "value": value, "quote": quote}])


def test_a_models_value_counts_with_its_words(minilm: MiniLM, server: OpenAIServer):
    read = reading_with(minilm, server, Say(entry("change_rate", "daily", "say  EACH morning")))
    assert read["change_rate"] == ("daily", "say each morning")


@pytest.mark.parametrize(
    "written",
    [
        entry("team", "ml_team", "we have a whole team"),
        entry("team", "plenty", "Money is no object"),
        entry("mood", "good", "Money is no object"),
        entry("team", "ml_team", ""),
        entry("team", "ml_team", "a"),
        entry("team", "ml_team", "catalogue"),
        entry("team", "ml_team", "is no obj"),
        '{"team": "ml_team"}',
        "[1, 2",
        "I'm sorry, I can't help with that.",
        "",
    ],
)
def test_what_a_model_reads_without_the_messages_words_or_the_policys_names_is_dropped(
    minilm: MiniLM, server: OpenAIServer, written: str
):
    assert "team" not in reading_with(minilm, server, Say(written))


def test_where_the_model_fails_rules_and_classifiers_read(minilm: MiniLM, server: OpenAIServer):
    read = reading_with(minilm, server, Fail(500))
    assert read["budget"][0] == "large"


def test_where_a_model_contradicts_a_sure_rule_both_are_told(minilm: MiniLM, server: OpenAIServer):
    server.script(Say(entry("change_rate", "weekly", "say each morning")))
    reading = Reader(minilm, connect(ModelSettings(base_url=server.base_url))).read(TEXT)
    assert ("change_rate", "daily") in [(each.factor, each.value) for each in reading.heard]
    assert [(each.value, each.quote) for each in reading.disputed] == [("weekly", "say each morning")]
