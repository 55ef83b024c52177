"""The guide in a thread, end to end: the real Bolt app, the real router and dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import words
from bot.assembly import Assembly
from bot.playground.workspace import Message
from bot.tables import guides
from chains.guide.saved import state_from_json, state_to_json
from knowledge.embeddings.minilm import MiniLM
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.guide_bot import (
    Talk,
    guiding_answerer,
    labels,
    now_of,
    press,
    shown,
)
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

FACTS = "Facts from our documents or data"
BEHAVIOUR = "A way of behaving: tone, style, format"
WEEKLY = "Every week"
NEVER = "Never"
RAG = "RAG: keep the model as it is"
WHAT = "What is missing from the model today"
HOW_OFTEN = "How often does what it must know change?"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture
def answerer(minilm: MiniLM) -> FakeAnswerer:
    return guiding_answerer(minilm)


@pytest.fixture(autouse=True)
def bot(slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer) as bot:
        yield bot


def _to_the_verdict(talk: Talk) -> str:
    talk.press(FACTS)
    return talk.press(WEEKLY)


# Asking


def test_a_question_of_choice_begins_the_guide_which_asks_first_what_is_missing(slack: LocalSlack) -> None:
    talk = Talk(slack)
    assert WHAT in shown(talk.last)
    assert labels(talk.last)[:2] == [FACTS, "Both: facts and a way of behaving"]
    assert words.UNSURE in labels(talk.last)
    assert "Question 1 of at most 6 · or just answer in your own words" in shown(talk.last)
    assert talk.last["thread_ts"] == talk.thread


def test_a_pressed_button_goes_on_and_the_question_before_becomes_one_line(slack: LocalSlack) -> None:
    talk = Talk(slack)
    first = talk.last
    assert HOW_OFTEN in talk.press(FACTS)
    assert "Question 2 of at most 6" in shown(talk.last)
    assert words.IN_YOUR_WORDS not in shown(talk.last)
    slack.wait_until(lambda: labels(now_of(slack, first)) == [])
    assert f"✓ What is missing today: {FACTS}" in shown(now_of(slack, first))
    assert WHAT not in shown(now_of(slack, first))
    # The reply to the message is still told by its metadata.
    assert slack.replies_to("C0GENERAL", talk.thread) == [now_of(slack, first)]


def test_words_answer_as_well_as_buttons(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.say("people keep asking where things are in our manuals, it should answer from those")
    assert "it needs facts" in shown(talk.last)
    assert HOW_OFTEN in shown(talk.last)


def test_what_the_opening_says_is_not_asked_again(slack: LocalSlack) -> None:
    talk = Talk(
        slack,
        "@Ragtime should we fine-tune or use RAG? our support bot has to answer from our manuals, "
        "which change every week",
    )
    assert RAG in shown(talk.last)
    assert len(talk.messages()) == 1


def test_one_message_may_answer_several_questions(slack: LocalSlack) -> None:
    talk = Talk(slack)
    said = talk.say("it needs deep expertise in our field, which never changes, and we have no budget")
    noted = re.search(r"Noted: [^\n]*", said)
    assert noted is not None
    assert "deep expertise" in noted[0]
    assert "never changes" in noted[0]
    assert "no budget" in noted[0]


def test_the_three_musts_are_one_question_with_boxes(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press("Deep expertise in our field")
    talk.press(NEVER)
    assert "Is any of these a must" in shown(talk.last)
    assert labels(talk.last) == [words.DONE, words.UNSURE]
    asked = talk.last
    assert RAG in talk.tick("Answers show their source")
    slack.wait_until(lambda: "Sources in answers: Yes, a must" in shown(now_of(slack, asked)))


def test_i_do_not_know_is_an_answer(slack: LocalSlack) -> None:
    talk = Talk(slack)
    assert HOW_OFTEN in talk.press(words.UNSURE)
    assert HOW_OFTEN not in talk.say("no idea")


def test_it_says_why_it_asks_and_the_question_stays(slack: LocalSlack) -> None:
    talk = Talk(slack)
    said = talk.say("why do you ask?")
    assert "Because your answer can change the result" in said
    assert WHAT in said
    assert HOW_OFTEN in talk.press(FACTS)


def test_undo_takes_the_last_answer_back(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    assert WHAT in talk.say("undo")
    assert HOW_OFTEN in talk.press(FACTS)


def test_start_over_begins_anew(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    said = talk.say("start over")
    assert WHAT in said
    assert "Question 1 of at most 6" in said


def test_just_tell_me_gives_the_verdict_on_what_is_known(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press("Deep expertise in our field")
    said = talk.say("just tell me")
    assert "RAG, not fine-tuning now" in said
    assert "Not settled" in said


def test_only_the_tone_is_confirmed_once(slack: LocalSlack) -> None:
    talk = Talk(
        slack,
        "@Ragtime should we fine-tune? only the tone of the replies matters; we have 500 good examples, "
        "a team that has trained models, and a large budget",
    )
    assert "So it is only how it answers, not what it knows?" in shown(talk.last)
    assert "Fine-tuning" in talk.press("Yes, only how it answers")


# Mending


def test_a_contradiction_names_both_and_the_newer_wins_once_confirmed(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.say("the manuals are rewritten from scratch every year, and it needs deep expertise in our field")
    said = talk.say("the manuals never change, and we have nothing to train on")
    assert "rewritten from scratch every year" in said
    assert "the manuals never change" in said
    assert "Changed: How often it changes: Every year or so → Never." in talk.say("yes")


def test_an_old_button_asks_whether_to_change_that_answer(slack: LocalSlack) -> None:
    talk = Talk(slack)
    slack.fail_next("chat.update", error="ratelimited", status=500)
    first = talk.last
    talk.press(FACTS)
    said = talk.press(BEHAVIOUR, message=first)
    assert f"Earlier you said “{FACTS}”. Shall I change that to “{BEHAVIOUR}”?" in said
    assert "Changed: What is missing today" in talk.press(BEHAVIOUR)


def test_a_change_of_mind_after_the_verdict_may_turn_it(slack: LocalSlack) -> None:
    talk = Talk(slack)
    assert RAG in _to_the_verdict(talk)
    said = talk.say("actually, it never changes")
    assert "Changed: How often it changes: Every week → Never." in said


def test_change_an_answer_offers_every_answer_that_was_given(slack: LocalSlack) -> None:
    talk = Talk(slack)
    _to_the_verdict(talk)
    assert "Changed: What is missing today" in talk.change("need=behaviour")
    assert RAG not in shown(talk.last)


# The recommendation


def test_the_recommendation_says_the_verdict_first_then_why_in_the_persons_own_words(
    slack: LocalSlack,
) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    talk.say("new prices every monday")
    (markdown,) = [block["text"] for block in talk.last["blocks"] if block["type"] == "markdown"]
    assert f"**{RAG}" in markdown
    assert "(“new prices every monday”)" in markdown
    order = [markdown.index(f"**{part}**") for part in ("Why", "Against it", "What would change it", "Next")]
    assert order == sorted(order)
    assert markdown.index(RAG) < order[0]
    assert len(markdown) < 2_000
    assert [label for label in labels(talk.last) if label != "Search the documents"] == [
        "Why?",
        "Figures and sources",
        "Share",
        "Export",
    ]


def test_why_shows_the_lines_that_decided_to_whoever_asks(slack: LocalSlack) -> None:
    talk = Talk(slack)
    _to_the_verdict(talk)
    press(slack, talk.last, "Why?")
    (private,) = slack.wait_for_private()
    assert "| How often it changes | What it must know changes every week | +5, decides" in shown(private)
    assert private["thread_ts"] == talk.thread
    assert "+5, decides for RAG by itself" in talk.say("why?")


def test_figures_come_with_what_they_assume_and_findings_with_their_source(slack: LocalSlack) -> None:
    talk = Talk(slack)
    _to_the_verdict(talk)
    press(slack, talk.last, "Figures and sources")
    (private,) = slack.wait_for_private()
    assert "5,000 pages in all" in shown(private)
    assert "Ovadia et al. 2023" in shown(private)


def test_export_gives_the_decision_record_to_copy(slack: LocalSlack) -> None:
    talk = Talk(slack)
    _to_the_verdict(talk)
    press(slack, talk.last, "Export")
    intro, record = slack.wait_for_private(count=2)
    assert words.EXPORTED in shown(intro)
    assert "```\\n# Decision: RAG or fine-tuning" in shown(record)
    assert "# Decision: RAG or fine-tuning" in talk.say("export the decision")


def test_share_shows_it_to_the_channel_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    _to_the_verdict(talk)
    for _ in range(2):
        press(slack, talk.last, "Share")

    def shared() -> list[Message]:
        return [m for m in slack.workspace.messages("C0GENERAL") if "shared a recommendation" in shown(m)]

    slack.wait_until(shared)
    assert words.SHARED in talk.say("share this")
    slack.wait_for_quiet()
    (message,) = shared()
    assert "thread_ts" not in message
    assert RAG in shown(message)
    assert labels(message) == ["Why?", "Figures and sources"]


# Among others


def test_an_off_topic_question_is_answered_and_the_guide_picks_up_where_it_was(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    pending = talk.last
    said = talk.say("who is on call tonight?")
    assert "On call is answered." in said
    assert said.index("On call is answered.") < said.index(HOW_OFTEN)
    answered = talk.last
    assert RAG in talk.press(WEEKLY)
    slack.wait_until(lambda: labels(now_of(slack, answered)) == [])
    assert "On call is answered." in shown(now_of(slack, answered))
    assert "✓ How often it changes: Every week" in shown(now_of(slack, answered))
    assert labels(now_of(slack, pending)) == []
    assert f"{HOW_OFTEN} {words.ASKED_BELOW}" in shown(now_of(slack, pending))
    assert words.TICK not in shown(now_of(slack, pending))


def test_after_an_off_topic_question_nothing_is_ticked_that_was_not_answered(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.say("who is on call tonight?")
    first = talk.last
    talk.say("who is on call tonight?")
    slack.wait_until(lambda: labels(now_of(slack, first)) == [])
    assert WHAT not in shown(now_of(slack, first))
    assert not any(words.TICK in shown(message) for message in talk.messages())


def test_never_mind_ends_the_guide_rather_than_its_question(slack: LocalSlack) -> None:
    assert words.CANCELLED in Talk(slack).say("never mind")


def test_friendly_words_get_one_friendly_line(slack: LocalSlack) -> None:
    talk = Talk(slack)
    said = talk.say("thanks!")
    assert "You’re welcome!" in said
    assert words.STILL_ASKING in said
    assert HOW_OFTEN in talk.press(FACTS, message=talk.messages()[0])


@pytest.mark.parametrize("text", ["asdfgh", "😀"])
def test_nonsense_is_asked_back(slack: LocalSlack, text: str) -> None:
    assert words.NOT_UNDERSTOOD in shown(slack.wait_for_reply(slack.say(text)))


def test_a_documents_title_is_no_command(slack: LocalSlack) -> None:
    assert "Leave is answered." in shown(slack.wait_for_reply(slack.say("leave")))


def test_a_command_that_is_unknown_and_no_title_is_said_to_be(slack: LocalSlack) -> None:
    assert words.CANNOT in shown(slack.wait_for_reply(slack.say("shut up bot")))


@pytest.mark.parametrize("text", ["Show me the long script", "the long script"])
def test_what_may_be_about_a_document_is_answered_from_the_documents(slack: LocalSlack, text: str) -> None:
    said = shown(slack.wait_for_reply(slack.say(text)))
    assert words.CANNOT not in said
    assert words.NOT_UNDERSTOOD not in said
    assert "is answered." in said or words.REFUSAL in said


def test_two_people_in_one_thread_are_both_heard(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(FACTS, user="U0MARA")
    said = talk.say("every week", user="U0TOMAS")
    assert RAG in said
    assert "every week" in said


def test_guides_in_parallel_threads_do_not_mix(slack: LocalSlack) -> None:
    one, other = Talk(slack), Talk(slack)
    one.press(FACTS)
    other.press(BEHAVIOUR)
    assert RAG in one.say("every week")
    assert HOW_OFTEN not in shown(other.last)
    assert "So it is only how it answers" not in shown(one.last)


def test_a_guide_left_for_a_week_picks_up_with_a_recap(slack: LocalSlack, bot: Assembly) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    with bot.services.engine.begin() as connection:
        state = state_from_json(connection.scalar(select(guides.c.state)))
        assert state.touched_at is not None
        old = replace(state, touched_at=state.touched_at - timedelta(days=7))
        connection.execute(update(guides).values(state=state_to_json(old)))
    assert "Welcome back! So far: it needs facts." in talk.say("every week")


def test_a_direct_message_goes_on_with_the_guide_that_asked(slack: LocalSlack) -> None:
    talk = Talk(slack, "should we use RAG or fine-tune for our support bot?", "D0YOU")
    talk.press(FACTS)
    reply = slack.wait_for_reply(slack.say("every week"))
    assert RAG in shown(reply)


# Meaning something else


def test_an_answer_about_the_subject_offers_the_guide_and_one_press_begins_it(slack: LocalSlack) -> None:
    question = slack.say("@Ragtime what is LoRA?", "C0GENERAL")
    answer = slack.wait_for_reply(question)
    assert words.OFFER in shown(answer)
    for _ in range(2):
        press(slack, answer, words.START)
    _, begun = slack.wait_for_messages("C0GENERAL", question["ts"], 2)
    assert WHAT in shown(begun)
    slack.wait_for_quiet()
    assert len(slack.messages_in("C0GENERAL", question["ts"])) == 2


def test_what_was_no_question_of_choice_is_searched_for_with_one_press(slack: LocalSlack) -> None:
    talk = Talk(slack, "@Ragtime should we fine-tune or use RAG for our on call bot?")
    first = talk.last
    assert "On call is answered." in talk.press("Search the documents")
    slack.wait_until(lambda: labels(now_of(slack, first)) == [])
    assert words.SET_ASIDE in shown(now_of(slack, first))
    assert WHAT not in talk.say("leave?")


# Whatever happens


def test_an_event_that_comes_again_moves_the_guide_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    for attempt in slack.attempts():
        slack.deliver(attempt.outgoing)
    slack.wait_for_quiet()
    assert RAG in talk.press(WEEKLY)
    assert len(talk.messages()) == 3


def test_a_double_press_counts_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    first = talk.last
    press(slack, first, FACTS)
    talk.press(FACTS, message=first)
    slack.wait_for_quiet()
    assert HOW_OFTEN in shown(talk.last)
    assert RAG in talk.press(WEEKLY)
    assert len(talk.messages()) == 3


def test_a_reply_whose_posting_is_not_known_to_have_worked_is_not_repeated(slack: LocalSlack) -> None:
    talk = Talk(slack)
    slack.do_but_lose_answer("chat.postMessage")
    talk.press(FACTS)
    assert RAG in talk.press(WEEKLY)
    assert len(talk.messages()) == 3


def test_a_reply_that_could_not_be_posted_comes_later_and_the_answer_counts_once(slack: LocalSlack) -> None:
    talk = Talk(slack)
    slack.fail_next("chat.postMessage", status=503, times=2)
    assert HOW_OFTEN in talk.press(FACTS)
    assert "Question 2 of at most 6" in shown(talk.last)


def test_after_a_restart_the_guide_goes_on(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly, tmp_path: Path
) -> None:
    talk = Talk(slack)
    talk.press(FACTS)
    bot.stop(1.0)
    with running_bot(slack, tmp_path, answerer):
        assert RAG in talk.press(WEEKLY)
