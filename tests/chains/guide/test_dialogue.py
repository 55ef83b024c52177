"""How the guide talks: what it asks, when it stops, and what it makes of what is said and pressed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chains.guide.dialogue import CHANGE, Guide
from chains.guide.moves import MOST_EARLIER
from chains.guide.policy import POLICY
from chains.guide.reader import Reader
from knowledge.embeddings.minilm import MiniLM
from tests.support.guide_talk import ANN, BOB, START, Talk

MUSTS = "citations+deletion+access"


@pytest.fixture(scope="module")
def guide(minilm: MiniLM) -> Guide:
    return Guide(Reader(minilm))


@pytest.fixture
def talk(guide: Guide) -> Talk:
    return Talk(guide)


def known(talk: Talk) -> dict[str, str]:
    return talk.state.values


def only_tone(talk: Talk) -> Talk:
    """A dialogue that ends in fine-tuning, by buttons."""
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    return talk.press({"budget": "small"}).press({"team": "ml_team"}).press({"need": "yes"})


# What is asked, and what is not


def test_what_is_missing_is_asked_first(talk: Talk):
    talk.begin("rag or fine-tuning?")
    assert talk.asked.id == "need"
    assert (talk.asked.number, talk.asked.most) == (1, 6)


def test_it_greets_and_asks_where_nothing_was_said(talk: Talk):
    talk.begin("")
    assert "“I don’t know” is always a fine answer" in talk.notes
    assert talk.asked.id == "need"
    assert talk.state.topic == ""


@pytest.mark.parametrize("text", ["help", "hi", "thanks", "start over", "what can you do?"])
def test_a_command_or_a_greeting_at_the_beginning_is_not_what_is_being_built(talk: Talk, text: str):
    talk.begin(text)
    assert talk.state.topic == ""
    assert talk.asked.id == "need"


def test_just_tell_me_at_the_beginning_gives_the_verdict_on_nothing(talk: Talk):
    talk.begin("just tell me")
    assert talk.verdict.decision.verdict == "rag"
    assert (talk.state.topic, known(talk)) == ("", {})


def test_what_the_opening_says_is_not_asked(talk: Talk):
    talk.begin("It only has to answer in our tone of voice. We have 3,000 pairs.")
    assert known(talk) == {"need": "behaviour", "data": "some_pairs"}
    assert talk.asked.id == "budget"
    assert "Noted: only how it answers, 50 to 10,000 examples." in talk.notes


def test_what_the_opening_only_seems_to_say_is_asked_and_counts_where_nobody_can_answer(talk: Talk):
    said = "People complain about how the replies come over."
    talk.begin(f"We run a helpline for newcomers in town. {said} Could you help?")
    assert talk.asked.id == "need"
    talk.say("I don't know")
    assert (talk.state.known["need"].value, talk.state.known["need"].quote) == ("behaviour", said)


def test_what_was_said_in_passing_is_not_asked(talk: Talk):
    talk.begin().say("only the tone, and we have 3,000 pairs")
    assert talk.asked.id == "budget"
    talk.press({"budget": "small"})
    assert talk.asked.id == "team"


def test_an_opening_that_says_it_all_gets_its_verdict_at_once(talk: Talk):
    talk.begin("People keep asking questions about our handbook. It changes every week.")
    assert talk.verdict.decision.verdict == "rag"
    assert talk.step.ask is None


def test_it_stops_as_soon_as_one_answer_settles_it(talk: Talk):
    talk.begin().press({"need": "facts"}).say("every week")
    assert talk.verdict.decision.decided_by == "veto"
    assert talk.state.asked == ("need", "change_rate")


def test_each_question_has_a_button_for_every_value(talk: Talk):
    talk.begin().press({"need": "facts"})
    assert talk.asked.kind == "choice"
    assert [option.value for option in talk.asked.options] == list(POLICY.factors["change_rate"].points)


def test_the_three_musts_are_one_question_and_what_is_not_ticked_is_no_must(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"})
    assert (talk.asked.id, talk.asked.kind) == (MUSTS, "several")
    assert [(option.factor, option.value) for option in talk.asked.options] == [
        ("citations", "must"),
        ("deletion", "must"),
        ("access", "per_user"),
    ]
    talk.press({})
    assert {factor: known(talk)[factor] for factor in MUSTS.split("+")} == {
        "citations": "no",
        "deletion": "no",
        "access": "same",
    }


def test_a_must_that_is_known_is_not_asked_about_with_the_others(talk: Talk):
    talk.begin("Everybody sees the same documents.")
    talk.press({"need": "expertise"}).press({"change_rate": "never"})
    assert talk.asked.id == "citations+deletion"
    assert "different people" not in talk.asked.text


def test_the_musts_can_be_answered_in_words(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).say("no to all three")
    assert known(talk)["deletion"] == "no"
    assert talk.asked.id != MUSTS


def test_one_message_may_answer_several_questions(talk: Talk):
    talk.begin().press({"need": "behaviour"}).say("12k pairs, budget is 30,000 dollars")
    assert known(talk) == {"need": "behaviour", "data": "many_pairs", "budget": "small"}
    assert "Noted: over 10,000 examples, a limited budget." in talk.notes


def test_an_option_can_be_named_by_its_place(talk: Talk):
    talk.begin().press({"need": "behaviour"})
    third = talk.asked.options[2]
    assert known(talk.say("the third one"))["data"] == third.value


def test_a_button_needs_no_note(talk: Talk):
    talk.begin().press({"need": "facts"})
    assert talk.step.notes == ()


@pytest.mark.parametrize("reply", ["I don't know", "no idea", "skip", "pass"])
def test_not_knowing_is_an_answer_and_moves_on(talk: Talk, reply: str):
    talk.begin().press({"need": "behaviour"}).say(reply)
    assert talk.state.unsure == ("data",)
    assert talk.asked.id != "data"
    assert talk.notes == "That is fine: I leave it open."


def test_what_lies_between_two_values_is_asked_about_and_then_left_open(talk: Talk):
    talk.begin().press({"need": "facts"}).say("two or three times a year")
    assert "between “Every month or quarter” and “Every year or so”: which is nearer?" in talk.notes
    assert talk.asked.id == "change_rate"
    talk.say("two or three times a year")
    assert talk.state.unsure == ("change_rate",)


def test_what_lies_between_two_values_is_the_one_that_is_said_to_be_nearer(talk: Talk):
    talk.begin().press({"need": "facts"}).say("twice a year", "every quarter, rather")
    assert known(talk)["change_rate"] == "monthly"


def test_the_button_i_do_not_know_moves_on(talk: Talk):
    talk.begin().press_unsure()
    assert talk.state.unsure == ("need",)
    assert talk.asked.id != "need"


def test_an_unclear_reply_is_asked_for_once_more_and_then_left_open(talk: Talk):
    first = talk.begin().press({"need": "behaviour"}).asked
    again = talk.say("blue bananas").asked
    assert (again.id, again.number) == (first.id, first.number + 1)
    assert again.text != first.text
    talk.say("blue bananas")
    assert talk.notes == "I could not place that, so I leave it open; you can still tell me."
    assert talk.asked.id != "data"
    talk.say("3,000 pairs, to come back to that")
    assert known(talk)["data"] == "some_pairs"


def test_what_else_was_said_is_noted_and_the_question_stays_open(talk: Talk):
    talk.begin().press({"need": "behaviour"})
    assert talk.asked.id == "data"
    talk.say("We have a budget of 30,000 dollars.")
    assert known(talk)["budget"] == "small"
    assert talk.asked.id == "data"
    talk.say("and an ML team")
    assert known(talk)["team"] == "ml_team"
    assert "I leave open: training material. You can still tell me." in talk.notes
    assert "data" in talk.state.unsure


@pytest.mark.parametrize("message", ["over 10k pairs", "we have 12k tickets with good answers, by the way"])
def test_fine_tuning_is_not_concluded_while_the_musts_were_answered_by_something_else(
    talk: Talk, message: str
):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"})
    assert talk.asked.id == MUSTS
    talk.say(message)
    assert "data" in known(talk)
    assert talk.asked.id == MUSTS
    talk.press({"citations": "must"})
    assert talk.verdict.decision.decided_by == "veto"


def test_the_musts_that_an_answer_leaves_out_are_asked_once_more(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).say("sources are nice to have")
    assert talk.asked.id == "deletion+access"
    assert known(talk)["citations"] == "nice"


def test_a_question_that_was_missed_at_the_last_is_not_asked_a_seventh_time(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).press({})
    while talk.asked.number < 6:
        talk.press({talk.asked.id: talk.asked.options[-1].value})
    sixth = talk.asked.id
    talk.say("what is LoRA?")
    assert sixth in talk.state.unsure
    assert talk.step.recommendation or talk.asked.kind == "confirm"


def test_what_could_not_be_made_out_is_no_move_to_take_back(talk: Talk):
    talk.begin().press({"need": "facts"}).say("blue bananas", "undo")
    assert known(talk) == {}


def test_a_question_is_no_answer(talk: Talk):
    talk.begin().say("what is LoRA?")
    assert known(talk) == {}
    assert talk.asked.id == "need"


@pytest.mark.parametrize("message", ["", "  ", "👍", ":thumbsup:", "🙂🙂 !", "..."])
def test_a_message_without_words_is_no_answer(talk: Talk, message: str):
    before = talk.begin().state
    talk.say(message)
    assert talk.asked.id == "need"
    assert talk.state == before


@pytest.mark.parametrize("message", ["hmm", "ok, wait", "Thanks!", "lol"])
def test_a_courtesy_is_no_answer_to_a_question_with_options(talk: Talk, message: str):
    before = talk.begin().state
    assert talk.say(message).state == before


def test_ok_is_a_yes_where_something_is_to_be_confirmed(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    talk.press({"budget": "small"}).press({"team": "ml_team"}).say("ok")
    assert talk.verdict.decision.verdict == "fine-tuning"
    assert "Gladly!" in talk.say("thanks a lot!").notes


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-1, 5), min_size=12, max_size=12))
def test_no_more_than_six_questions_are_asked_and_none_in_the_same_words(guide: Guide, choices: list[int]):
    talk = Talk(guide).begin()
    texts: list[str] = []
    numbers: list[int] = []
    for choice in choices:
        if talk.step.ask is None:
            break
        texts.append(talk.asked.text)
        numbers.append(talk.asked.number)
        options = talk.asked.options
        if choice < 0:
            talk.press_unsure()
        elif talk.asked.kind == "several":
            chosen = [option for place, option in enumerate(options) if choice & 1 << place]
            talk.press({option.factor: option.value for option in chosen})
        else:
            option = options[choice % len(options)]
            talk.press({option.factor: option.value})
    assert talk.step.recommendation
    assert len(set(texts)) == len(texts)
    assert [number for number in numbers if number] == list(range(1, sum(map(bool, numbers)) + 1))
    assert max(numbers) <= 6


# Confirmations


def test_only_the_tone_is_confirmed_once_before_it_carries_the_verdict(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    talk.press({"budget": "small"}).press({"team": "ml_team"})
    assert (talk.asked.id, talk.asked.kind, talk.asked.number) == ("confirm:need", "confirm", 0)
    assert talk.asked.text == "So it is only how it answers, not what it knows?"
    talk.say("yes")
    assert (talk.verdict.decision.verdict, talk.verdict.decision.type) == ("fine-tuning", "LoRA")
    assert talk.state.confirmed == ("need",)


def test_a_no_to_only_the_tone_means_facts_too(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    talk.press({"budget": "small"}).press({"team": "ml_team"}).say("no")
    assert known(talk)["need"] == "both"
    assert "Changed: What is missing today: " in talk.notes
    assert "confirm:need" not in talk.state.asked[-1]


def before_the_verdict(talk: Talk) -> Talk:
    """A dialogue that waits for the confirmation that it is only the tone."""
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    return talk.press({"budget": "small"}).press({"team": "ml_team"})


def never_changes(talk: Talk) -> Talk:
    """A dialogue that waits for the confirmation that nothing ever changes."""
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).press({})
    talk.press({"data": "many_pairs"}).press({"budget": "large"})
    while talk.asked.id != "confirm:change_rate":
        talk.press({talk.asked.id: talk.asked.options[-1].value})
    return talk


def test_a_no_to_never_counts_as_the_rarest_change_even_after_the_sixth_question(talk: Talk):
    assert len(never_changes(talk).state.asked) == 6 + 1
    talk.say("no")
    assert known(talk)["change_rate"] == "yearly"
    assert "Changed: How often it changes: Never → Every year or so." in talk.notes
    assert talk.verdict.decision.verdict == "rag"


def test_a_correction_may_stand_in_the_answer_to_a_confirmation(talk: Talk):
    never_changes(talk).say("no, every month")
    assert known(talk)["change_rate"] == "monthly"
    assert "Changed: How often it changes: Never → Every month or quarter." in talk.notes


@pytest.mark.parametrize(
    "reply", ["that's wrong", "not only", "actually some facts too", "yes, but some facts too", "mostly"]
)
def test_a_denial_of_only_the_tone_in_whatever_words_is_a_no(talk: Talk, reply: str):
    before_the_verdict(talk).say(reply)
    assert known(talk)["need"] == "both"
    assert talk.settled["confirm:need"] == "Confirmed: it needs facts and a way of behaving"


@pytest.mark.parametrize("reply", ["that's wrong", "hardly ever", "almost never", "it will change in 2027"])
def test_a_denial_of_never_in_whatever_words_is_a_no(talk: Talk, reply: str):
    never_changes(talk).say(reply)
    assert known(talk)["change_rate"] == "yearly"


@pytest.mark.parametrize("reply", ["just the tone", "I think so", "that's all", "it is"])
def test_a_yes_to_only_the_tone_needs_not_the_word(talk: Talk, reply: str):
    before_the_verdict(talk).say(reply)
    assert talk.state.confirmed == ("need",)


@pytest.mark.parametrize(
    "reply", ["yes", "right, it never does", "no, it never changes", "never ever", "it won't", "it doesn't."]
)
def test_a_yes_to_never_is_one_even_where_it_begins_with_no(talk: Talk, reply: str):
    never_changes(talk).say(reply)
    assert talk.state.confirmed == ("change_rate",)
    assert talk.settled["confirm:change_rate"] == "Confirmed: never changes"


@pytest.mark.parametrize("reply", ["blue bananas", "a bot for legal contracts"])
def test_an_unclear_answer_to_a_confirmation_is_asked_for_once_more_and_is_then_not_known(
    talk: Talk, reply: str
):
    first = before_the_verdict(talk).asked
    again = talk.say(reply).asked
    assert (again.id, again.number) == (first.id, 0)
    assert again.text != first.text
    talk.say(reply)
    assert "need" in talk.state.unsure
    assert "I take that as not known: what is missing today." in talk.notes
    assert "Confirmed" not in str(talk.settled)
    assert talk.step.ask or talk.verdict.decision.verdict == "rag"


def test_an_unclear_answer_to_a_confirmation_may_be_followed_by_a_clear_one(talk: Talk):
    before_the_verdict(talk).say("blue bananas", "yes")
    assert talk.verdict.decision.verdict == "fine-tuning"


@pytest.mark.parametrize("reply", ["I don't know", "skip"])
def test_what_nobody_can_confirm_is_not_known(talk: Talk, reply: str):
    never_changes(talk).say(reply)
    assert "change_rate" in talk.state.unsure
    assert "I take that as not known: how often it changes." in talk.notes
    assert "Confirmed" not in str(talk.settled)


def test_the_button_i_do_not_know_confirms_nothing(talk: Talk):
    before_the_verdict(talk).press_unsure()
    assert "need" in talk.state.unsure
    assert "Confirmed" not in str(talk.settled)


def test_something_else_said_to_a_confirmation_is_noted_and_it_is_asked_in_other_words(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    first = talk.press({"budget": "small"}).press({"team": "ml_team"}).asked
    talk.say("it must be live in three weeks")
    assert known(talk)["deadline"] == "soon"
    assert talk.asked.id == first.id
    assert talk.asked.text != first.text


def test_a_correction_said_to_a_confirmation_replaces_at_once(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    talk.press({"budget": "small"}).press({"team": "ml_team"}).say(
        "wait, actually the budget is 200,000 dollars"
    )
    assert known(talk)["budget"] == "large"
    assert talk.asked.id == "confirm:need"


# Contradictions


def contradicted(talk: Talk, user: str = ANN) -> Talk:
    talk.begin().press({"need": "facts"}).say("it never changes")
    return talk.say("by now it changes every month", user=user)


def test_a_contradiction_is_asked_about_with_both_quotes_side_by_side(talk: Talk):
    contradicted(talk)
    assert (talk.asked.id, talk.asked.kind, talk.asked.number) == (
        "confirm:change_rate",
        "contradiction",
        0,
    )
    assert "“it never changes”" in talk.asked.text
    assert "“by now it changes every month”" in talk.asked.text
    assert [option.value for option in talk.asked.options] == ["monthly", "never"]
    assert known(talk)["change_rate"] == "never"


@pytest.mark.parametrize(
    ("reply", "value"),
    [("yes", "monthly"), ("no", "never"), ("every week", "weekly"), ("that's wrong", "never")],
)
def test_the_newer_value_counts_once_it_is_confirmed(talk: Talk, reply: str, value: str):
    contradicted(talk).say(reply)
    assert known(talk)["change_rate"] == value
    assert talk.state.doubt is None


def test_something_else_said_to_a_contradiction_is_noted_and_it_stays_open(talk: Talk):
    contradicted(talk).say("we have 3,000 pairs")
    assert known(talk)["data"] == "some_pairs"
    assert talk.asked.kind == "contradiction"


def test_an_answer_to_the_interrupted_question_is_noted_and_the_contradiction_stays_open(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    assert talk.asked.id == "budget"
    talk.press({"need": "facts"}, question="need").say("more than 50k euros")
    assert "budget" in known(talk)
    assert talk.asked.kind == "contradiction"


def test_what_contradicts_another_answer_meanwhile_is_asked_about_next(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"}).press({"budget": "large"})
    talk.press({"data": "raw"}, question="data").say("the budget is limited, maybe 10k dollars")
    assert talk.asked.id == "confirm:data"
    talk.say("yes")
    assert (talk.asked.id, talk.asked.kind) == ("confirm:budget", "contradiction")
    talk.say("yes")
    assert known(talk) == {"need": "behaviour", "data": "raw", "budget": "small"}


def test_what_settles_no_contradiction_is_asked_for_once_more_and_confirms_nothing(talk: Talk):
    first = contradicted(talk).asked
    assert talk.say("blue").asked.kind == "contradiction"
    assert talk.asked.text != first.text
    talk.say("blue")
    assert talk.state.doubt is None
    assert known(talk)["change_rate"] == "never"
    assert "That stays as it is: never changes." in talk.notes
    assert talk.state.confirmed == ()
    assert "Confirmed" not in str(talk.settled)


def test_a_contradiction_can_be_settled_by_its_buttons(talk: Talk):
    contradicted(talk).press({"change_rate": "monthly"})
    assert talk.state.known["change_rate"].quote == "by now it changes every month"
    assert "Changed: How often it changes: Never → Every month or quarter." in talk.notes


def test_the_question_that_a_contradiction_interrupted_comes_back_under_its_number(talk: Talk):
    talk.begin().press({"need": "facts"}).say("it never changes")
    interrupted = (talk.asked.id, talk.asked.number)
    talk.say("it changes every month", "no")
    assert (talk.asked.id, talk.asked.number) == interrupted


def test_two_people_who_contradict_each_other_are_both_heard(talk: Talk):
    contradicted(talk, user=BOB)
    assert talk.asked.text.startswith("The other said “it never changes”, you say “by now it")
    talk.say("yes", user=BOB)
    assert talk.state.known["change_rate"].user == BOB
    assert talk.state.known["need"].user == ANN


def test_a_second_person_contradicts_the_first_beside_the_open_question(talk: Talk):
    talk.begin().press({"need": "facts"})
    assert talk.asked.id == "change_rate"
    talk.say("no, it is about tone", user=BOB)
    assert (talk.asked.id, talk.asked.kind) == ("confirm:need", "contradiction")
    assert (
        "The other said “Facts from our documents or data”, you say “no, it is about tone”"
        in talk.notes + (talk.asked.text)
    )
    talk.say("yes", user=BOB)
    assert talk.state.known["need"].user == BOB


def test_several_contradictions_are_asked_about_one_after_the_other(talk: Talk):
    talk.begin().press({"need": "expertise"}).press({"change_rate": "never"}).press({})
    talk.press({"citations": "must", "access": "per_user"}, question=MUSTS)
    assert talk.asked.id == "confirm:citations"
    talk.say("no")
    assert talk.asked.id == "confirm:access"
    talk.say("yes")
    assert (known(talk)["citations"], known(talk)["access"]) == ("no", "per_user")
    assert talk.verdict.decision.decided_by == "veto"


# A change of mind


@pytest.mark.parametrize(
    "message",
    ["actually, it changes weekly", "I was wrong, it changes weekly", "correction: it changes weekly"],
)
def test_a_change_of_mind_replaces_at_once_and_says_so(talk: Talk, message: str):
    talk.begin().press({"need": "facts"}).press({"change_rate": "never"}).say(message)
    assert known(talk)["change_rate"] == "weekly"
    assert "Changed: How often it changes: Never → Every week." in talk.notes
    assert talk.verdict.decision.decided_by == "veto"


def test_a_change_of_mind_may_be_one_word_that_names_what_changes(talk: Talk):
    only_tone(talk).say("actually facts")
    assert known(talk)["need"] == "facts"
    assert "Changed: What is missing today: " in talk.notes


def test_a_change_of_mind_is_no_answer_to_the_open_question(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"})
    assert talk.asked.id == "budget"
    talk.say("no, I meant facts")
    assert known(talk) == {"need": "facts", "data": "some_pairs"}


@pytest.mark.parametrize("message", ["no, I meant facts", "I was wrong, it needs facts"])
def test_what_is_said_once_more_is_not_taken_back(talk: Talk, message: str):
    talk.begin().press({"need": "facts"}).say(message)
    assert known(talk) == {"need": "facts"}
    assert "I have that: it needs facts." in talk.notes
    assert talk.asked.id == "change_rate"


def test_a_correction_may_answer_the_open_question(talk: Talk):
    talk.begin().say("I was wrong, it needs facts")
    assert known(talk) == {"need": "facts"}


def test_what_is_known_is_said_to_be(talk: Talk):
    talk.begin("Somebody may want a patient's record removed for good, that is a must.")
    assert known(talk) == {"deletion": "must"}
    talk.press({"need": "facts"}).say("actually patients' records must be removable")
    assert "I have that: a fact must be removable." in talk.notes


def test_a_slip_is_put_right_where_the_last_answer_was_it(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"}).press({"budget": "small"})
    pending = talk.asked.id
    talk.say("I misclicked, should have been 200,000 dollars")
    assert known(talk)["budget"] == "large"
    assert talk.asked.id == pending


def test_a_change_of_mind_after_the_verdict_brings_a_new_one(talk: Talk):
    only_tone(talk)
    assert talk.verdict.decision.verdict == "fine-tuning"
    talk.say("actually, it should answer questions from our handbook")
    assert known(talk)["need"] == "facts"
    assert "That turns the verdict: from fine-tuning to RAG." in talk.notes


def test_a_change_that_does_not_turn_the_verdict_says_that_it_stays(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "monthly"})
    talk.say("actually, it changes every week")
    assert "The verdict stays: RAG." in talk.notes


def test_after_a_change_a_question_that_matters_again_is_asked(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"})
    assert talk.step.recommendation
    talk.say("actually, it never changes")
    assert talk.asked.number == 3


def test_what_is_taken_back_without_a_new_value_is_asked_in_other_words(talk: Talk):
    talk.begin().press({"need": "facts"})
    first = talk.asked
    talk.say("it changes every week", "I said every week but that is not quite true")
    assert "change_rate" not in known(talk)
    assert "Taken back: How often it changes: Every week." in talk.notes
    assert talk.asked.id == "change_rate"
    assert talk.asked.text != first.text


def test_a_correction_of_nobody_knows_what_asks_what_it_is(talk: Talk):
    talk.begin().press({"need": "facts"}).say("oh no, that was wrong")
    assert "Which answer should change, and to what?" in talk.notes
    assert talk.asked.id == "change_rate"


def test_an_answer_can_be_changed_from_the_menu_without_being_asked_again(talk: Talk):
    only_tone(talk).press({"budget": "large"}, question=f"{CHANGE}budget")
    assert known(talk)["budget"] == "large"
    assert "Changed: Budget for training: A limited amount, up to 50,000 → More than 50,000." in talk.notes
    assert talk.verdict.decision.verdict == "fine-tuning"


def test_news_after_the_verdict_are_taken_into_account(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "monthly"})
    talk.say("we have 3,000 pairs")
    assert known(talk)["data"] == "some_pairs"
    assert "Noted: 50 to 10,000 examples." in talk.notes
    assert talk.verdict


def test_what_cannot_be_placed_after_the_verdict_says_what_can_be_done(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"}).say("blue bananas")
    assert "I could not place that." in talk.notes
    assert talk.state.concluded


# Undo, start over, just tell me


@pytest.mark.parametrize("message", ["undo", "go back one question", "wait, take back my last answer"])
def test_the_last_answer_can_be_taken_back(talk: Talk, message: str):
    talk.begin().press({"need": "facts"}).say("it never changes", message)
    assert known(talk) == {"need": "facts"}
    assert (talk.asked.id, talk.asked.number) == ("change_rate", 2)


def test_a_verdict_can_be_taken_back(talk: Talk):
    only_tone(talk).say("undo")
    assert talk.asked.id == "confirm:need"
    assert not talk.state.concluded


def test_everything_can_be_taken_back_up_to_the_opening(talk: Talk):
    only_tone(talk)
    for _ in range(20):
        talk.say("undo")
    assert "There is nothing to take back yet." in talk.notes
    assert known(talk) == {}
    assert talk.asked.id == "need"


def test_only_so_many_moves_are_remembered(talk: Talk):
    talk.begin().press({"need": "facts"})
    for number in range(2 * MOST_EARLIER):
        talk.say(f"actually, it changes every {'week' if number % 2 else 'month'}")
    assert len(talk.state.earlier) == MOST_EARLIER
    assert all(earlier.earlier == () for earlier in talk.state.earlier)


def test_what_was_only_asked_about_is_no_move_to_take_back(talk: Talk):
    talk.begin().press({"need": "facts"}).say("why do you ask?", "how sure are you?", "undo")
    assert known(talk) == {}


def test_start_over_forgets_everything_but_can_be_taken_back(talk: Talk):
    only_tone(talk).say("start over")
    assert (known(talk), talk.asked.id, talk.asked.number) == ({}, "need", 1)
    talk.say("undo")
    assert talk.verdict.decision.verdict == "fine-tuning"


def test_a_verdict_after_starting_over_is_not_compared_with_the_one_before(talk: Talk):
    only_tone(talk).say("start over").press({"need": "facts"}).press({"change_rate": "weekly"})
    assert "verdict" not in talk.notes


def test_just_tell_me_gives_the_verdict_with_what_was_assumed(talk: Talk):
    talk.begin().say("just tell me")
    assert talk.verdict.decision.verdict == "rag"
    assert talk.verdict.assumed
    assert "on what I know so far" in talk.notes


def test_after_just_tell_me_nothing_more_is_asked(talk: Talk):
    talk.begin().press({"need": "behaviour"}).say("just tell me", "we have an ML team")
    assert talk.verdict
    assert talk.step.ask is None


# Going on later, and in between


def test_after_something_else_the_question_comes_back(guide: Guide, talk: Talk):
    talk.begin().press({"need": "facts"})
    step = guide.resume(talk.state, START)
    assert step.ask == talk.asked
    assert step.notes == ("Back to my question:",)


def test_nothing_comes_back_once_there_is_a_verdict(guide: Guide, talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "weekly"})
    step = guide.resume(talk.state, START)
    assert (step.ask, step.notes, step.recommendation) == (None, (), None)


def test_a_guide_left_for_a_week_picks_up_with_a_recap(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"}).wait(days=7).say("no budget")
    assert talk.step.notes[0] == "Welcome back! So far: only how it answers, 50 to 10,000 examples."
    talk.say("no ML people")
    assert "Welcome back" not in talk.notes


def test_a_lunch_break_needs_no_recap(talk: Talk):
    talk.begin().press({"need": "behaviour"}).wait(days=0.1).say("3,000 pairs")
    assert "Welcome back" not in talk.notes


def test_dialogues_side_by_side_never_mix(guide: Guide):
    one, other = Talk(guide).begin(), Talk(guide).begin("only the tone of our answers")
    one.press({"need": "facts"})
    other.say("3,000 pairs")
    one.say("every month")
    assert known(one) == {"need": "facts", "change_rate": "monthly"}
    assert known(other) == {"need": "behaviour", "data": "some_pairs"}


# Old buttons


def test_an_old_button_with_the_same_value_changes_nothing(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "never"})
    before = talk.state
    talk.press({"need": "facts"}, question="need")
    assert talk.state == before
    assert talk.notes == "That stays as it is: it needs facts."
    assert talk.asked.id == before.pending


def test_an_old_button_with_another_value_asks_whether_to_change(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "never"})
    talk.press({"need": "behaviour"}, question="need")
    assert (talk.asked.id, talk.asked.kind) == ("confirm:need", "contradiction")
    assert talk.asked.text.startswith("Earlier you said “Facts from our documents or data”. Shall I change")
    assert known(talk)["need"] == "facts"
    talk.say("yes")
    assert known(talk)["need"] == "behaviour"


def test_an_old_button_pressed_twice_asks_once(talk: Talk):
    talk.begin().press({"need": "facts"}).press({"change_rate": "never"})
    for _ in range(2):
        talk.press({"need": "behaviour"}, question="need")
    assert talk.asked.kind == "contradiction"
    talk.say("no")
    assert talk.state.doubt is None


def test_an_old_button_of_a_question_that_was_left_open_answers_it(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press_unsure()
    talk.press({"data": "some_pairs"}, question="data")
    assert known(talk)["data"] == "some_pairs"
    assert "data" not in talk.state.unsure


def test_an_old_i_do_not_know_changes_nothing(talk: Talk):
    talk.begin().press({"need": "facts"})
    before = talk.state
    talk.press_unsure(question="need")
    assert talk.state == before


def test_an_old_confirmation_is_understood_whatever_was_said_since(talk: Talk):
    only_tone(talk).press({"need": "yes"}, question="confirm:need")
    assert talk.notes == "That stays as it is: only how it answers."
    talk.press({"need": "no"}, question="confirm:need")
    assert talk.asked.kind == "contradiction"
    talk.say("yes")
    assert known(talk)["need"] == "both"
    talk.press({"need": "no"}, question="confirm:need")
    assert "That stays as it is: it needs facts and a way of behaving." in talk.notes


# What answered questions become


def test_answered_questions_become_one_line_each(talk: Talk):
    talk.begin().say("only the tone").press({"data": "some_pairs"}).press_unsure()
    assert talk.settled == {
        "need": "What is missing today: A way of behaving: tone, style, format (“only the tone”)",
        "data": "Training material: 50 to 10,000 good examples with answers",
        "budget": "Budget for training: not known",
    }


def test_what_was_said_in_passing_has_its_line_too(talk: Talk):
    talk.begin("Only the tone of our answers. We have 3,000 pairs.")
    assert set(talk.settled) == {"need", "data"}


def test_a_confirmation_and_a_contradiction_have_a_line(talk: Talk):
    assert only_tone(talk).settled["confirm:need"] == "Confirmed: only how it answers"
    contradicted(talk).say("yes")
    assert talk.settled["confirm:change_rate"] == "Confirmed: changes monthly"


# Whatever happens

SAID = (
    *(
        "weekly",
        "never",
        "facts",
        "only the tone",
        "3,000 pairs",
        "no budget",
        "yes",
        "no",
        "blue",
        "hmm",
        "🙂",
    ),
    *("actually, it changes every month", "that was wrong", "I misclicked", "undo", "start over", "skip"),
    *("just tell me", "why?", "what if it never changed?", "what would change it?", "how sure are you?"),
    *("what does it cost?", "2,000 documents", "the second one", "what do you mean?", "no to all"),
)
PRESSED = (
    *((factor, {factor: value}) for factor, entry in POLICY.factors.items() for value in entry.points),
    *((f"{CHANGE}{factor}", {factor: next(iter(entry.points))}) for factor, entry in POLICY.factors.items()),
    (MUSTS, {}),
    (MUSTS, {"deletion": "must"}),
    *(
        (f"confirm:{factor}", {factor: answer})
        for factor in POLICY.dialogue.confirmed
        for answer in ("yes", "no")
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from((*SAID, *PRESSED)), max_size=15), st.data())
def test_whatever_is_said_and_pressed_it_asks_or_has_concluded(
    guide: Guide, moves: list[object], data: st.DataObject
):
    talk = Talk(guide).begin()
    for move in moves:
        user = data.draw(st.sampled_from((ANN, BOB)))
        if isinstance(move, str):
            talk.say(move, user=user)
        elif isinstance(move, tuple):
            talk.press(move[1], question=move[0], user=user)
        assert (talk.state.pending is None) is talk.state.concluded
        assert (talk.step.ask is None) is talk.state.concluded
        assert not set(talk.state.unsure) & set(talk.state.known)
        assert set(talk.state.confirmed) <= set(talk.state.known)
        assert len([question for question in talk.state.asked if not question.startswith("confirm:")]) <= 6
        assert all(not note or note.strip() for note in talk.step.notes)


# A change of mind, and what is not said


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("actually we lost the two ML people", {"team": "none"}),
        ("our ML engineer quit", {"team": "none"}),
        ("we just let our data scientist go", {"team": "none"}),
        ("it's not only the tone", {"need": "both"}),
        ("it should also know our products", {"need": "both"}),
        ("actually it's not just the style", {"need": "both"}),
        ("sources yes, rest no", {"citations": "must", "deletion": "no", "access": "same"}),
        ("only sources", {"citations": "must", "deletion": "no", "access": "same"}),
        ("HR files are for HR only", {"access": "per_user"}),
        ("not really, maybe sources", {}),
    ],
)
def test_what_is_told_after_the_verdict_changes_what_it_is_about(
    talk: Talk, text: str, changed: dict[str, str]
):
    before = known(only_tone(talk))
    assert known(talk.say(text)) == before | changed


def test_people_who_are_there_after_all_are_heard_after_the_verdict(talk: Talk):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"}).press({"budget": "small"})
    talk.press({"team": "none"}).say("actually we have an in-house ML person")
    assert known(talk)["team"] == "ml_team"


@pytest.mark.parametrize(
    "text", ["we lost both ML engineers", "our ML people left", "our data scientist quit"]
)
def test_what_is_told_of_the_team_is_no_answer_to_what_is_to_be_confirmed(talk: Talk, text: str):
    talk.begin().press({"need": "behaviour"}).press({"data": "some_pairs"}).press({"budget": "small"})
    talk.press({"team": "ml_team"})
    assert talk.asked.id == "confirm:need"
    talk.say(text)
    assert (known(talk)["need"], known(talk)["team"]) == ("behaviour", "none")


@pytest.mark.parametrize(
    "text",
    ["RAG or fine-tuning for our bank?", "what should a small insurer use, RAG or fine-tuning?"],
)
def test_who_only_asks_which_it_should_be_has_said_nothing(talk: Talk, text: str):
    talk.begin(text)
    while talk.step.ask:
        talk.say("I don't know")
    assert known(talk) == {}
