"""What kind of answer a question asks for, and which texts could hold one."""

from __future__ import annotations

import pytest

from chains.answer_kinds import OTHER_COUNT, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is the phone number of the caretaker?", "contact"),
        ("How much does a seat cost?", "money"),
        ("how many people fit into the room", "count"),
        ("What is the maximum size of an upload?", "amount"),
        ("How long is the pager mine?", "duration"),
        ("When is payday?", "moment"),
        ("Who founded the company?", "name"),
        ("Which insurer do we use?", "name"),
        ("Who approves a trip?", "person"),
        ("Where is the key?", "place"),
        ("How do I reset my password?", "way"),
        ("Is the pager red?", ""),
    ],
)
def test_a_question_says_what_kind_of_answer_it_wants(question: str, kind: str) -> None:
    assert wanted(question).name == kind


@pytest.mark.parametrize(
    ("question", "held", "missing"),
    [
        ("What is the caretaker's phone number?", "Call +45 33 12 34 56.", "Call the caretaker."),
        ("How much does a seat cost?", "A seat is 12 EUR a month.", "Seats are ordered by your lead."),
        ("How long is the pager mine?", "You carry it for one week.", "You carry it everywhere."),
        ("When is payday?", "The money comes on the 26th.", "The money goes to your account."),
        ("Is there a bonus?", "There are no bonuses.", "Bonuses are odd."),
        ("Who founded the company?", "It was founded by Ada Holm.", "It was founded in a cellar."),
    ],
)
def test_what_could_be_the_answer_is_told_from_what_could_not(question: str, held: str, missing: str) -> None:
    asked = wanted(question)
    assert asked.met_by(held) == 1
    assert asked.met_by(missing) == 0


def test_a_number_counts_what_it_stands_beside() -> None:
    asked = wanted("How many days of leave do I get?")
    assert asked.met_by("You have 29 days of leave a year.") == 1
    assert asked.met_by("Two of us are on leave every week.") == OTHER_COUNT
    assert asked.met_by("Leave is asked for in the calendar.") == 0


def test_a_bound_is_no_count_unless_the_question_asks_for_one() -> None:
    text = "Up to five days move into the next year."
    assert wanted("How many days of leave do I get?").met_by(text) == OTHER_COUNT
    assert wanted("How many days can I move at most?").met_by(text) == 1


def test_where_no_kind_is_asked_for_any_text_will_do() -> None:
    assert wanted("Is the pager red?").met_by("Bananas.") == 1
