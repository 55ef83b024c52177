"""The guide in private and in direct messages, end to end: `/guide`, its modals, figures, and sharing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from bot.assembly import Assembly
from bot.blocks import actions
from bot.playground import people
from bot.playground.cast import Channel
from bot.playground.workspace import Message
from knowledge.embeddings.minilm import MiniLM
from tests.support.bot import running_bot
from tests.support.guide_bot import guiding_answerer, labels, now_of, press, shown
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

FACTS = "Facts from our documents or data"
WEEKLY = "Every week"
RAG = "RAG: keep the model as it is"
WHAT = "What is missing from the model today"
HOW_OFTEN = "How often does what it must know change?"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture(autouse=True)
def bot(slack: LocalSlack, minilm: MiniLM, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, guiding_answerer(minilm)) as bot:
        yield bot


def _guide(slack: LocalSlack, text: str = "we build a support bot", channel: str = "C0GENERAL") -> Message:
    """Runs `/guide` and returns the private reply."""
    before = len(_private(slack))
    people.run_command(slack.workspace, "U0YOU", channel, "/guide", text)
    return slack.wait_for_private(count=before + 1)[-1]


def _press_until(slack: LocalSlack, message: Message, label: str, expected: str) -> Message:
    """Presses a button of a private message, whose place the next step takes."""
    press(slack, message, label)
    slack.wait_until(lambda: expected in shown(now_of(slack, message)))
    return now_of(slack, message)


def _private(slack: LocalSlack) -> list[Message]:
    places = [slack.workspace.messages(channel.id) for channel in slack.workspace.channels()]
    return [message for messages in places for message in messages if message["ephemeral_to"]]


def _shared(slack: LocalSlack, channel: str) -> list[Message]:
    return [m for m in slack.workspace.messages(channel) if "shared a recommendation" in shown(m)]


def _enter(slack: LocalSlack, value: str) -> None:
    """Fills the only field of the modal that opens, and submits it."""
    (view,) = slack.wait_until(lambda: slack.workspace.open_views("U0YOU"))
    entered = {actions.ENTERED: {actions.ENTERED: value}}
    assert people.submit_view(slack.workspace, "U0YOU", view["id"], entered) == {}


def test_in_private_each_step_takes_the_place_of_the_one_before(slack: LocalSlack) -> None:
    first = _guide(slack)
    assert WHAT in shown(first)
    assert words.IN_WORDS in labels(first)
    second = _press_until(slack, first, FACTS, HOW_OFTEN)
    assert WHAT not in shown(second)
    assert f"✓ What is missing today: {FACTS}" in shown(second)
    verdict = _press_until(slack, second, WEEKLY, RAG)
    assert labels(verdict) == ["Why?", "Figures and sources", "Share", "Export"]
    assert len(_private(slack)) == 1
    assert [m for m in slack.workspace.messages("C0GENERAL") if not m["ephemeral_to"]] == []
    assert slack.calls("chat.postMessage") == []


def test_a_private_answer_in_words_is_written_into_a_modal_with_the_question(slack: LocalSlack) -> None:
    first = _guide(slack)
    press(slack, first, words.IN_WORDS)
    (view,) = slack.wait_until(lambda: slack.workspace.open_views("U0YOU"))
    assert WHAT in str(view["blocks"])
    _enter(slack, "it should answer from our manuals, which change every week")
    slack.wait_until(lambda: RAG in shown(now_of(slack, first)))
    assert "which change every week" in shown(now_of(slack, first))
    assert len(_private(slack)) == 1


def test_words_after_the_command_answer_the_open_question_and_the_command_alone_shows_it(
    slack: LocalSlack,
) -> None:
    _guide(slack)
    assert HOW_OFTEN in shown(_guide(slack, "it should answer from our manuals"))
    assert HOW_OFTEN in shown(_guide(slack, ""))
    assert WHAT in shown(_guide(slack, "start over"))


def test_after_a_private_verdict_another_thing_to_build_begins_another_guide(slack: LocalSlack) -> None:
    first = _press_until(slack, _guide(slack), FACTS, HOW_OFTEN)
    _press_until(slack, first, WEEKLY, RAG)
    begun = _guide(slack, "we build a support bot")
    assert WHAT in shown(begun)
    assert "Question 1 of at most 6" in shown(begun)


def test_private_guides_of_two_people_in_one_channel_do_not_mix(slack: LocalSlack) -> None:
    mine = _press_until(slack, _guide(slack), FACTS, HOW_OFTEN)
    people.run_command(slack.workspace, "U0MARA", "C0GENERAL", "/guide", "")
    (theirs,) = slack.wait_for_private("U0MARA")
    assert WHAT in shown(theirs)
    _press_until(slack, mine, WEEKLY, RAG)


def test_a_private_recommendation_is_shared_to_its_channel_once(slack: LocalSlack) -> None:
    verdict = _press_until(slack, _press_until(slack, _guide(slack), FACTS, HOW_OFTEN), WEEKLY, RAG)
    for _ in range(2):
        press(slack, verdict, "Share")
    slack.wait_until(lambda: _shared(slack, "C0GENERAL"))
    slack.wait_for_quiet()
    (shared,) = _shared(slack, "C0GENERAL")
    assert "<@U0YOU> shared a recommendation for: we build a support bot" in shown(shared)
    assert RAG in shown(shared)
    assert labels(shared) == ["Why?", "Figures and sources"]
    press(slack, verdict, "Share")
    slack.wait_until(lambda: [m for m in _private(slack) if words.SHARED_BEFORE in shown(m)])


@pytest.mark.parametrize("text", ["help", "what can you do?"])
def test_help_is_nothing_to_build(slack: LocalSlack, text: str) -> None:
    help_given = shown(_guide(slack, text))
    assert WHAT not in help_given
    assert words.EXAMPLES[0] in help_given


def test_from_a_direct_message_the_channel_to_share_to_is_chosen_and_has_to_know_us(
    slack: LocalSlack,
) -> None:
    slack.workspace.add_channel(Channel("C0ELSE", "else", "public", ["U0YOU"]))
    question = slack.say("should we use RAG or fine-tune for our support bot?", "D0YOU")
    press(slack, slack.wait_for_reply(question), FACTS)
    press(slack, slack.wait_for_messages("D0YOU", question["ts"], 2)[-1], WEEKLY)
    verdict = slack.wait_for_messages("D0YOU", question["ts"], 3)[-1]
    press(slack, verdict, "Share")
    _enter(slack, "C0ELSE")
    (refused,) = slack.wait_for_private()
    assert "/invite @Ragtime" in shown(refused)
    press(slack, verdict, "Share")
    _enter(slack, "C0ONCALL")
    (shared,) = slack.wait_until(lambda: _shared(slack, "C0ONCALL"))
    assert RAG in shown(shared)
    assert _shared(slack, "C0ELSE") == []


def test_volumes_are_asked_for_only_by_the_figures_and_refine_them(slack: LocalSlack) -> None:
    asked = "Give me your own numbers and I refine it"
    verdict = _press_until(slack, _press_until(slack, _guide(slack), FACTS, HOW_OFTEN), WEEKLY, RAG)
    assert asked not in shown(verdict)
    press(slack, verdict, "Figures and sources")
    assert asked in shown(slack.wait_for_private(count=2)[-1])
    refined = shown(_guide(slack, "2,000 documents, 5,000 questions a month"))
    assert "2,000 documents" in refined
    assert "5,000 questions a month" in refined
