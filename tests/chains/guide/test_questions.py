"""The next question is the one that matters, and none is asked once nothing can change any more."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from chains.guide.outcomes import outcomes
from chains.guide.policy import POLICY
from chains.guide.questions import next_question
from tests.support.guide_values import NAMES, some_factors, some_values

MUSTS = "citations+deletion+access"
NO_MUSTS = {"citations": "no", "deletion": "no", "access": "same"}
STATIC = {"need": "expertise", "change_rate": "never"}
MEANS = {"data": "some_pairs", "budget": "large", "team": "ml_team"}


def answers(question: str) -> Iterator[dict[str, str | None]]:
    """Every answer to a question; None for what the person cannot tell."""
    first, *rest = question.split("+")
    for value in (*NAMES[first], None):
        if not rest:
            yield {first: value}
        else:
            for others in answers("+".join(rest)):
                yield {first: value} | others


def with_answer(
    values: dict[str, str], unsure: tuple[str, ...], answer: dict[str, str | None]
) -> tuple[dict[str, str], tuple[str, ...]]:
    known = {factor: value for factor, value in answer.items() if value is not None}
    return values | known, (*unsure, *(factor for factor, value in answer.items() if value is None))


def assert_settled(values: dict[str, str], unsure: tuple[str, ...]) -> None:
    """Whatever the factors that are still open turn out to be, the verdict stays as it is."""
    still_open = set(NAMES) - set(values) - set(unsure)
    rag = outcomes(values, still_open)
    assert rag.all() or not rag.any(), values
    if not rag.all():
        needed = {"need", "data", "budget", "team"}
        if values.get("need") != "behaviour":
            needed |= {"change_rate", "citations", "deletion", "access"}
        assert not needed & still_open, values


def test_stopping_early_never_differs_from_asking_on_whatever_is_answered() -> None:
    """Every dialogue that an empty opening can lead to, walked to its ends."""
    ends = 0
    pending: list[tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]] = [({}, (), ())]
    seen: set[frozenset[tuple[str, str | None]]] = set()
    while pending:
        values, unsure, asked = pending.pop()
        question = next_question(values, unsure=unsure, asked=asked, confirmed=("need", "change_rate"))
        if question is None:
            ends += 1
            assert len(asked) <= 6
            if len(asked) < 6:
                assert_settled(values, unsure)
            continue
        assert question not in asked
        for answer in answers(question):
            known, unknown = with_answer(values, unsure, answer)
            state = frozenset(known.items()) | {(factor, None) for factor in unknown}
            if state not in seen:
                seen.add(state)
                pending.append((known, unknown, (*asked, question)))
    assert ends > 1000


@settings(deadline=None)
@given(some_values(), some_factors(), st.data())
def test_any_opening_leads_to_a_settled_end_in_at_most_six_questions(
    values: dict[str, str], opened: frozenset[str], data: st.DataObject
) -> None:
    heard = {factor: value for factor, value in values.items() if factor in opened}
    unsure: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    while (
        question := next_question(heard, unsure=unsure, asked=asked, confirmed=("need", "change_rate"))
    ) is not None:
        assert question not in asked
        assert not set(question.split("+")) & (set(heard) | set(unsure))
        asked += (question,)
        answer = data.draw(st.sampled_from(list(answers(question))))
        heard, unsure = with_answer(heard, unsure, answer)
    assert len(asked) <= 6
    if len(asked) < 6:
        assert_settled(heard, unsure)


@settings(deadline=None)
@given(some_values(), some_factors())
def test_the_order_in_which_things_were_said_never_matters(
    values: dict[str, str], unsure: frozenset[str]
) -> None:
    backwards = dict(reversed(values.items()))
    assert next_question(values, unsure=sorted(unsure)) == next_question(
        backwards, unsure=sorted(unsure, reverse=True)
    )


def test_what_is_missing_today_is_asked_first() -> None:
    assert next_question({}) == "need"
    assert next_question({"data": "raw", "deadline": "soon"}) == "need"


def test_what_was_said_or_cannot_be_told_is_not_asked_about() -> None:
    assert next_question({"need": "facts"}) == "change_rate"
    assert next_question({}, unsure=("need",)) == "change_rate"
    assert next_question({"need": "expertise"}, unsure=("change_rate",)) == MUSTS


def test_a_veto_ends_it_at_once() -> None:
    assert next_question({"need": "facts", "change_rate": "weekly"}) is None
    assert next_question({"need": "expertise", "citations": "must"}) is None


def test_a_veto_alone_does_not_end_it_while_it_may_be_behaviour_only() -> None:
    assert next_question({"change_rate": "weekly"}) == "need"


def test_missing_means_end_it_even_before_the_first_question() -> None:
    assert next_question({"budget": "none", "team": "none"}) is None


def test_the_three_musts_are_one_question_about_those_that_are_open() -> None:
    assert next_question(STATIC) == MUSTS
    assert next_question(STATIC | {"citations": "no"}) == "deletion+access"
    assert next_question(STATIC | {"citations": "no"}, unsure=("access",)) == "deletion"


def test_fine_tuning_waits_for_everything_that_it_rests_on() -> None:
    certain = {"need": "behaviour", "data": "many_pairs", "budget": "large"}
    assert not outcomes(certain, set(NAMES) - set(certain)).any()
    assert next_question(certain) == "team"
    assert next_question(certain, unsure=("team",)) == "confirm:need"


def test_behaviour_only_asks_nothing_about_what_the_model_must_know() -> None:
    asked: list[str] = []
    values = {"need": "behaviour"}
    answered = {"data": "some_pairs", "budget": "small", "team": "none", "deadline": "later"}
    while (question := next_question(values, asked=asked, confirmed=("need",))) is not None:
        asked.append(question)
        values |= {question: answered[question]}
    assert set(asked) == set(answered)


def test_privacy_and_deadline_are_asked_only_where_they_can_flip_the_verdict() -> None:
    close = {"need": "both", "change_rate": "never", **NO_MUSTS, "data": "ratings", "budget": "small"}
    close |= {"team": "ml_team"}
    assert next_question(close, confirmed=("change_rate",)) == "privacy"
    assert next_question(close | {"privacy": "private"}, confirmed=("change_rate",)) is None
    clear = STATIC | NO_MUSTS | MEANS
    assert next_question(clear, confirmed=("change_rate",)) is None


def test_the_sixth_question_is_the_last() -> None:
    asked = ["need", "change_rate", MUSTS, "data", "budget", "privacy"]
    open_still = {"need": "both", "change_rate": "never", **NO_MUSTS, "data": "ratings", "budget": "large"}
    assert next_question(open_still, asked=asked[:5]) is not None
    assert next_question(open_still, asked=asked, confirmed=("change_rate",)) is None


def test_a_confirmation_is_not_counted_and_comes_after_the_sixth_too() -> None:
    asked = ["need", "change_rate", MUSTS, "data", "budget", "team"]
    assert next_question(STATIC | NO_MUSTS | MEANS, asked=asked) == "confirm:change_rate"
    some = ["need", "confirm:need", "data", "budget", "confirm:change_rate", "team"]
    assert next_question({"need": "both"}, asked=some) is not None


def test_what_carries_the_verdict_is_confirmed_once() -> None:
    values = {"need": "behaviour", "change_rate": "never", **MEANS}
    assert next_question(values) == "confirm:need"
    assert next_question(values, confirmed=("need",)) is None
    assert next_question(values, asked=("confirm:need",)) is None


def test_what_does_not_carry_the_verdict_is_not_confirmed() -> None:
    assert next_question({"need": "expertise", "change_rate": "never", "citations": "must"}) is None
    assert next_question({"need": "behaviour", "data": "none", "budget": "none", "team": "none"}) is None


def test_every_question_is_about_factors_of_the_policy_in_its_order() -> None:
    for factor in NAMES:
        question = next_question({}, unsure=(factor,))
        assert question is not None
        parts = tuple(question.split("+"))
        assert parts == POLICY.in_order(parts)
