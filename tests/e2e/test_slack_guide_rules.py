"""What the guide asks, when it stops and what it says then, end to end: the real Bolt app and dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from knowledge.embeddings.minilm import MiniLM
from tests.support.bot import running_bot
from tests.support.guide_bot import Talk, guiding_answerer, shown
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

RAG = "RAG: keep the model as it is"
EXPERTISE = "Deep expertise in our field"
MEANS = (
    "20,000 good question and answer pairs",
    "a large budget",
    "an ML team that has trained models",
)


@pytest.fixture
def slack(minilm: MiniLM, tmp_path: Path) -> Iterator[LocalSlack]:
    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack,
        running_bot(slack, tmp_path, guiding_answerer(minilm)),
    ):
        yield slack


def questions(talk: Talk) -> list[int]:
    """The numbers of the questions that stand in the thread."""
    everything = " ".join(shown(message) for message in talk.messages())
    return [int(number) for number in re.findall(r"Question (\d) of at most 6", everything)]


def test_a_must_settles_it_at_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(EXPERTISE)
    assert RAG in talk.say("every answer has to show its source, that is a must")


def test_fine_tuning_waits_for_its_means_and_the_musts_and_never_is_confirmed_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    said = talk.press(EXPERTISE)
    for answer in ("never", "none of these", *MEANS):
        assert "**Why**" not in said
        said = talk.say(answer)
    assert "So what it must know never changes" in said
    assert "Fine-tuning" in talk.say("yes")
    assert "**Why**" in shown(talk.last)


def test_an_answer_to_another_question_is_taken_for_that_one(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(EXPERTISE)
    talk.say("never")
    assert "What can be spent on training?" in talk.say("none of these")
    said = talk.say(MEANS[0])
    assert "Noted: over 10,000 examples.\\n" in said


def test_a_hedge_is_no_answer(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(EXPERTISE)
    said = talk.say("maybe some of it changes now and then, hard to say")
    assert "changes weekly" not in said
    assert "changes daily" not in said
    assert "One thing settles this" not in said


def test_numbers_and_denials_are_read(slack: LocalSlack) -> None:
    talk = Talk(slack)
    said = talk.say(
        "only the tone; about 12k tickets with the answers our people gave, and we have no ML people"
    )
    noted = re.search(r"Noted: [^\n\\]*", said)
    assert noted is not None
    assert "over 10,000 examples" in noted[0]
    assert "no ML team" in noted[0]


def test_where_nothing_can_turn_it_any_more_it_concludes_and_says_what_stayed_open(slack: LocalSlack) -> None:
    talk = Talk(slack)
    while words.UNSURE in shown(talk.last):
        talk.press(words.UNSURE)
    assert RAG in shown(talk.last)
    assert "Not settled" in shown(talk.last)
    assert max(questions(talk), default=1) < 6


def test_with_fine_tuning_comes_the_advice_to_try_a_prompt_first(slack: LocalSlack) -> None:
    talk = Talk(
        slack,
        "@Ragtime should we fine-tune? only the tone of the replies matters; we have 500 good examples, "
        "a team that has trained models, and a large budget",
    )
    said = talk.press("Yes, only how it answers")
    assert "five to ten examples" in said
    assert "6 January 2027" in said


def test_facts_and_tone_together_come_as_a_hybrid(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press("Both: facts and a way of behaving")
    said = talk.press("Every week")
    assert RAG in said
    assert "LoRA" in said


def test_what_stayed_open_is_named(slack: LocalSlack) -> None:
    talk = Talk(
        slack, "@Ragtime should we fine-tune? it needs deep expertise in our field, which never changes"
    )
    said = talk.say("just tell me")
    assert "Not settled" in said
    assert "budget for training" in said
