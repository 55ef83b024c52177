"""What steers the guide, and what is an answer although it sounds like it."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from chains.guide.commands import NAMES, Command, corrects, find_command, is_courtesy, supposes
from chains.guide.contract import State
from chains.guide.policy import POLICY

ASKING = State(pending="data", asked=("need", "data"))
CONCLUDED = State(asked=("need",), concluded=True)

ANYTIME = {
    "start_over": [
        "start over",
        "Restart",
        "let's start again please",
        "begin again from scratch",
        "scrap all this and start over",
        "OK, can we start over?",
    ],
    "undo": [
        "undo",
        "Undo that!",
        "go back one question",
        "wait, take back my last answer",
        "back",
        "take that back please",
        "scratch that",
        "oops, previous question",
    ],
    "how_sure": [
        "how sure are you?",
        "How confident are you about this?",
        "are you sure?",
        "is it a close call?",
    ],
    "flips": [
        "what would change your mind?",
        "What could flip it",
        "what would it take",
        "when would you recommend fine-tuning?",
    ],
    "why": ["why rag?", "Why not fine-tuning?", "show me the points", "how did you get to that?"],
    "just_tell": [
        "just tell me",
        "no more questions",
        "enough questions, just tell me",
        "what would you recommend?",
        "so what's the verdict?",
    ],
    "so_far": ["what do you have so far?", "where were we?", "what did I say so far?"],
    "costs": [
        "what does it cost?",
        "how much would that cost",
        "And what about the costs?",
        "how expensive is RAG?",
    ],
    "repeat": [
        "what are the options again?",
        "can you rephrase the question",
        "I don't understand",
    ],
}
WHILE_ASKING = {
    "skip": ["skip", "skip this one", "pass", "next question please", "I'd rather not say"],
    "why_ask": [
        "why?",
        "why do you ask that?",
        "why does it matter?",
        "what difference does that make?",
        "what for?",
    ],
}
AFTERWARDS = {"why": ["why?", "but why?", "explain", "why do you recommend that?"]}

ANSWERS = [
    "no idea",
    "I don't know",
    "start with 500 pairs",
    "we would start over every year, the rules are new each season",
    "the tone only",
    "we go back to the same documents every week",
    "back office people read them",
    "why should we need that? no",
    "the reason why: auditors",
    "nothing, we skip training",
    "next month",
    "the next question our customers ask is always about prices",
    "it costs us 3,000 a month",
    "around 3000 dollars",
    "both",
    "yes",
    "never",
    "answers from our documents",
    "people tell me the answers are too stiff",
    "we recommend products to people",
    "what changes is the price list",
    "passes are renewed weekly",
    "pass rates are published every term",
    "all options are open",
    "sure",
    "not sure",
    "enough examples, 12k of them",
    "in other words than the manual's",
]


@pytest.mark.parametrize("state", [ASKING, CONCLUDED], ids=["asking", "concluded"])
@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in ANYTIME.items() for text in texts]
)
def test_a_command_is_understood(state: State, name: str, text: str):
    found = find_command(text, state)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, texts in WHILE_ASKING.items() for text in texts])
def test_some_commands_are_about_the_open_question(name: str, text: str):
    found = find_command(text, ASKING)
    assert found is not None
    assert found.name == name
    after = find_command(text, CONCLUDED)
    assert after is None or after.name != name


@pytest.mark.parametrize(("name", "text"), [(n, text) for n, texts in AFTERWARDS.items() for text in texts])
def test_some_commands_are_about_the_verdict(name: str, text: str):
    found = find_command(text, CONCLUDED)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_command(text: str):
    assert find_command(text, ASKING) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what if we had no deadline?", "we had no deadline"),
        ("And what if it changed weekly, would it still be RAG?", "it changed weekly"),
        ("What happens if We had 20,000 pairs", "We had 20,000 pairs"),
        ("and if it changed weekly?", "it changed weekly"),
        ("suppose we hired an ML team?", "we hired an ML team"),
        ("would it change anything if we had no budget", "we had no budget"),
    ],
)
def test_what_is_supposed_is_kept_in_the_words_that_were_used(text: str, words: str):
    assert find_command(text, ASKING) == Command("what_if", words)


@pytest.mark.parametrize("text", ["thanks", "Hmm…", "ok, wait!", "cool", "Thank you so much"])
def test_a_courtesy_is_told_from_an_answer(text: str):
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text", ["ok, weekly", "thanks, weekly", "no", "just documents", "fine-tuning", "so-so"]
)
def test_an_answer_with_a_courtesy_is_an_answer(text: str):
    assert not is_courtesy(text)


def test_a_long_message_tells_something():
    assert find_command("why " + "does it matter and " * 20, ASKING) is None


@pytest.mark.parametrize(
    "text",
    [
        "I was wrong, it changes monthly",
        "i misclicked, should be weekly",
        "I said never but that is not quite true",
        "you’re wrong, we do have ML people",
        "correction: 500 pairs",
        "I changed my mind",
        "sorry, wrong button",
    ],
)
def test_a_correction_is_told_by_its_words(text: str):
    assert corrects(text) == "surely"


@pytest.mark.parametrize("text", ["actually we have 500 pairs", "turns out they change weekly"])
def test_some_words_only_may_mean_a_correction(text: str):
    assert corrects(text) == "perhaps"


@pytest.mark.parametrize(
    "text",
    ["as I said, weekly", "people should be able to ask", "it should make it sound friendly", "weekly"],
)
def test_what_only_repeats_or_wishes_corrects_nothing(text: str):
    assert corrects(text) == ""


def test_what_is_supposed_are_values_of_the_policy():
    supposed = supposes("we had no deadline, and could live without sources")
    assert supposed == {"deadline": "later", "citations": "no"}
    POLICY.check(supposed)
    for factor in re.findall(r"^\[supposed\.(\w+)\]$", _file(), re.MULTILINE):
        assert factor in POLICY.factors


def test_every_command_has_patterns_and_every_pattern_a_command():
    assert set(re.findall(r'^name = "(\w+)"$', _file(), re.MULTILINE)) == set(NAMES)


def _file() -> str:
    return resources.files("chains.guide").joinpath("commands.toml").read_text(encoding="utf-8")
