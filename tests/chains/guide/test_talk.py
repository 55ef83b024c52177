"""What the guide says when it is asked about itself: nothing of it changes anything."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chains.guide.decision import decide
from chains.guide.dialogue import Guide
from chains.guide.policy import POLICY
from chains.guide.reader import Reader
from chains.guide.texts import signed
from knowledge.embeddings.minilm import MiniLM
from tests.support.guide_talk import Talk


@pytest.fixture
def talk(minilm: MiniLM) -> Talk:
    return Talk(Guide(Reader(minilm)))


def asked_often(talk: Talk) -> Talk:
    return talk.begin().press({"need": "facts"})


def tuned(talk: Talk) -> Talk:
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    return talk.press({"budget": "small"}).press({"team": "ml_team"}).press({"need": "yes"})


@pytest.mark.parametrize(
    "message",
    [
        "why do you ask?",
        "why?",
        "how sure are you?",
        "what would change your mind?",
        "what if it changed every week?",
        "what does it cost?",
        "what do you have so far?",
        "can you rephrase that?",
    ],
)
def test_what_is_asked_back_leaves_the_question_open_and_the_answers_alone(talk: Talk, message: str):
    before = asked_often(talk).state
    talk.say(message)
    assert talk.state == before
    assert talk.asked.id == "change_rate"
    assert talk.notes or talk.asked.text != "How often does what it must know change?"


# Why do you ask?


def test_why_do_you_ask_says_what_the_answer_changes(talk: Talk):
    asked_often(talk).say("why do you ask?")
    assert talk.notes == (
        "Because your answer can change the result: “Daily or more often” or “Every week” alone would decide "
        "for RAG; “Never” speaks for fine-tuning (−4)."
    )


def test_why_do_you_ask_speaks_of_no_veto_where_only_behaviour_counts(talk: Talk):
    talk.begin().press({"need": "behaviour"}).say("why does that matter?")
    assert "alone would decide" not in talk.notes
    assert "“Nothing yet” speaks for RAG (+2)" in talk.notes
    assert "fine-tuning is not feasible now" in talk.notes


def test_why_do_you_ask_about_the_musts_and_about_a_confirmation_is_one_line(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).say("why?")
    assert "each of these alone would decide for RAG" in talk.notes
    talk.press({"need": "behaviour"}, question="need").say("why?")
    assert talk.notes == "Because I heard both, and they count differently."
    talk.say("yes").press({"data": "some_pairs"}).press({"budget": "small"}).press({"team": "ml_team"})
    assert talk.step.recommendation, "it was confirmed by the contradiction"


def test_why_do_you_ask_has_an_answer_for_every_question(talk: Talk):
    talk.begin()
    for _ in range(20):
        if talk.step.ask is None:
            break
        talk.say("why do you ask?")
        assert talk.notes.startswith("Because ")
        assert "\n" not in talk.notes
        talk.press_unsure()
    assert talk.step.recommendation


# Why?


@pytest.mark.parametrize("message", ["why?", "why fine-tuning?", "show me the points", "why not RAG?"])
def test_why_shows_the_lines_of_the_table_that_decided(talk: Talk, message: str):
    tuned(talk).say(message)
    assert "| Start | RAG is the better default | +2 |" in talk.notes
    assert "| −5 |" in talk.notes
    assert talk.step.recommendation is None


def test_why_before_the_verdict_says_that_it_is_not_one(talk: Talk):
    asked_often(talk).say("why rag?")
    assert talk.step.notes[0] == "I have not finished asking. On what I know so far:"


# What do you mean?


@pytest.mark.parametrize(
    "message",
    [
        "what's the difference between facts and behaviour?",
        "can you explain the options",
        "hmm, what do you mean by a way of behaving, tone?",
        "what counts as expertise?",
        "what is expertise?",
        "what do you mean?",
        "what does that mean?",
    ],
)
def test_a_question_about_the_question_is_explained_and_is_no_answer(talk: Talk, message: str):
    before = talk.begin().state
    talk.say(message)
    assert talk.notes.startswith(
        "What is meant:\n- **Facts from our documents or data**: it has to answer with"
    )
    assert talk.state == before
    assert talk.asked.id == "need"


def test_how_much_a_small_budget_is_is_explained_and_what_it_costs_is_told(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    assert talk.asked.id == "budget"
    talk.say("how much is a small budget?")
    assert "up to some 50,000 dollars or euros" in talk.notes
    talk.say("how much is it in all?")
    assert "Cost and effort" in talk.notes


def test_undo_says_what_it_takes_back(talk: Talk):
    asked_often(talk).press({"change_rate": "never"}).say("undo")
    assert talk.notes == "Taken back: never changes."
    talk.press({"change_rate": "never"}).say("actually, it changes every month").say("undo")
    assert talk.notes == "Taken back: changes monthly.\nIt is again: never changes."
    talk.say("start over").say("undo")
    assert talk.notes == "It is again: it needs facts, never changes."


def test_what_the_musts_mean_is_explained_one_by_one(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).say("explain the options")
    assert "- **A single fact can be removed for good**: somebody, by law" in talk.notes
    assert talk.notes.count("\n- ") == 3


def test_every_question_can_be_explained(talk: Talk):
    talk.begin()
    for _ in range(20):
        if talk.step.ask is None:
            break
        assert talk.say("what do the options mean?").notes.count("\n- ") >= 2
        talk.press_unsure()
    assert talk.step.recommendation


def test_what_is_not_of_the_open_question_is_not_explained(talk: Talk):
    talk.begin().say("what's the difference between RAG and fine-tuning?")
    assert "What is meant" not in talk.notes


def test_what_if_i_say_that_is_about_the_open_question(talk: Talk):
    before = talk.begin().state
    talk.say("what happens if I say both?")
    assert talk.notes.startswith("With that (it needs facts and a way of behaving) it would still be RAG")
    assert talk.state == before


# What would change it, what if, how sure


def test_what_would_change_its_mind_are_changes_that_do(talk: Talk):
    tuned(talk).say("what would change your mind?")
    flips = [line for line in talk.notes.splitlines() if line.startswith("- ")]
    assert flips
    assert all(line.startswith("- It would be RAG if ") for line in flips)


def test_what_if_says_the_verdict_without_changing_anything(talk: Talk):
    before = tuned(talk).state.values
    talk.say("what if it had to answer questions from our handbook?")
    supposed = decide({**before, "need": "facts"})
    assert talk.notes.startswith(f"With that (it needs facts) it would be RAG: +{supposed.total} points")
    assert talk.state.values == before


def test_what_if_understands_what_nobody_would_answer_with(talk: Talk):
    asked_often(talk).say("what if we had no deadline?")
    assert talk.notes.startswith("With that (there are months) it would still be RAG")


@pytest.mark.parametrize("begun", [tuned, asked_often], ids=["after the verdict", "before it"])
def test_what_if_understands_a_must_by_its_name(talk: Talk, begun: Callable[[Talk], Talk]):
    begun(talk).say("what if sources were a must?")
    assert talk.notes.startswith("With that (sources are a must) it would")
    assert "citations" not in talk.state.values or talk.state.values["citations"] != "must"


def test_what_if_of_what_counts_nothing_says_that_the_points_stay(talk: Talk):
    before = tuned(talk).state.values
    talk.say("what if it were public?")
    total = signed(decide(before).total)
    assert talk.notes.startswith(
        f"With that (public documents) it would still be fine-tuning: the points stay at {total}."
    )


def test_what_if_of_nothing_it_knows_says_what_to_ask(talk: Talk):
    tuned(talk).say("what if pigs could fly?")
    assert talk.notes.startswith("I could not tell which answer that would change.")


def test_what_if_of_what_is_so_already_says_so(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"})
    talk.say("what if it changed every week?")
    assert talk.notes == "That is what I have already: changes weekly."


def test_how_sure_tells_how_much_it_would_take(talk: Talk):
    tuned(talk).say("how sure are you?")
    assert "It is fine-tuning with −2 points" in talk.notes
    smallest = min(len(flip.changes) for flip in decide(talk.state.values).flips)
    assert smallest == 1
    assert "A single different answer could turn it" in talk.notes


def test_how_sure_of_a_veto_is_quite_sure(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"}).say("are you sure?")
    assert talk.notes.startswith("Quite sure that it is RAG")


def test_how_sure_before_the_verdict_names_what_is_open(talk: Talk):
    asked_often(talk).say("how sure are you?")
    assert talk.notes.startswith("I have not finished asking.")
    assert "Still open: how often it changes, " in talk.notes


# Other words, costs


@pytest.mark.parametrize("message", ["can you rephrase the question?", "I don't understand", "huh?"])
def test_a_question_can_be_had_in_other_words(talk: Talk, message: str):
    first = asked_often(talk).asked
    talk.say(message)
    assert talk.asked.text != first.text
    assert talk.asked.options == first.options


def test_the_recommendation_can_be_seen_again(talk: Talk):
    shown = tuned(talk).verdict
    assert talk.say("what was your recommendation?").verdict == shown


def test_costs_are_figures_with_what_they_assume_and_ask_for_volumes(talk: Talk):
    tuned(talk).say("what does it cost?")
    lines = talk.step.notes[0].splitlines()
    assert lines[0] == "Cost and effort, as far as I can tell:"
    assert all(re.match(r"- [^:]+: (.+: )?\*\*[\d,.]+.*\*\* \(.+\)$", line) for line in lines[1:])
    assert talk.step.notes[1].startswith("Give me your own numbers")


def test_volumes_refine_the_figures_and_no_answer_is_taken_for_them(talk: Talk):
    before = talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"}).state.values
    usual = talk.say("what does it cost?").notes
    talk.say("2,000 documents, and 5,000 questions a month")
    assert talk.step.notes[0].startswith("With your numbers (2,000 documents, 5,000 questions a month):")
    assert talk.notes != usual
    assert talk.state.values == before
    assert talk.state.volumes == {"documents": 2000, "questions": 5000}


def test_volumes_are_no_answer_to_the_open_question(talk: Talk):
    asked_often(talk).say("what does it cost?", "5,000 questions a month")
    assert talk.asked.id == "change_rate"
    assert talk.state.unsure == ()


def test_nobody_is_asked_for_volumes_who_did_not_ask_for_costs(talk: Talk):
    tuned(talk)
    assert "numbers" not in talk.notes
    assert POLICY.dialogue.most_questions >= talk.state.asked.index("confirm:need")
