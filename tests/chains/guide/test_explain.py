"""The recommendation says the verdict first, gives reasons in the person's words, and invents nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings

from chains.guide.contract import Known, Recommendation
from chains.guide.decision import decide
from chains.guide.explain import recommend, why
from chains.guide.policy import POLICY
from chains.guide.texts import said, texts, would
from tests.support.guide_values import NAMES, some_values

TODAY = date(2026, 11, 25)
QUOTES = {
    "need": "it should sound like us",
    "change_rate": "prices change every Monday",
    "citations": "they want the page",
    "data": "just the PDFs",
    "budget": "not much",
    "team": "two web devs",
}
ARCHIVE = {"need": "expertise", "change_rate": "never", "citations": "no", "deletion": "no", "access": "same"}
MEANS = {"data": "raw", "budget": "large", "team": "ml_team"}
FIGURES = {
    *("0.481", "0.875", "0.504", "0.353", "0.585", "0.219", "37", "19", "17", "33", "2023", "2024"),
    *("10,000", "50", "1,000", "6", "7", "14", "4", "4.1", "2025", "2026", "2027"),
}
TONE = {"need": "behaviour", "data": "some_pairs", "budget": "small", "team": "ml_team"}


def recommended(
    values: dict[str, str], *, unsure: tuple[str, ...] = (), today: date = TODAY
) -> Recommendation:
    known = {factor: Known(value, QUOTES.get(factor, "")) for factor, value in values.items()}
    return recommend(known, unsure, {}, today)


def every_text(recommendation: Recommendation) -> list[str]:
    reasons = (*recommendation.reasons, *recommendation.against)
    return [
        recommendation.headline,
        recommendation.summary,
        *(reason.text for reason in reasons),
        *recommendation.flips,
        *recommendation.next_steps,
        *recommendation.remarks,
        *recommendation.assumed,
        *(item.text for item in recommendation.evidence),
    ]


@settings(deadline=None, max_examples=60)
@given(some_values())
def test_every_recommendation_is_whole_and_begins_with_its_verdict(values: dict[str, str]) -> None:
    recommendation = recommended(values)
    decision = recommendation.decision
    assert recommendation.headline.startswith("RAG" if decision.verdict == "rag" else "Fine-tuning")
    assert 1 <= len(recommendation.reasons) <= 3
    assert 1 <= len(recommendation.against) <= 2
    assert 3 <= len(recommendation.next_steps) <= 5
    assert len(recommendation.flips) <= 3
    assert len(recommendation.assumed) <= 3
    assert recommendation.costs
    assert bool(recommendation.type_name) == bool(recommendation.type_text) == (decision.type is not None)
    for text in every_text(recommendation):
        assert text
        assert "$" not in text
        assert text.endswith((".", "!"))


@settings(deadline=None, max_examples=60)
@given(some_values())
def test_reasons_rest_on_what_counts_for_their_side_and_quote_the_person(values: dict[str, str]) -> None:
    recommendation = recommended(values)
    decision = recommendation.decision
    sign = 1 if decision.verdict == "rag" else -1
    points = {line.factor: line.points * sign for line in decision.lines}
    for reason in recommendation.against:
        if reason.factor:
            assert points[reason.factor] < 0
            assert reason.quote == QUOTES.get(reason.factor, "")
    for reason in recommendation.reasons:
        if reason.factor and decision.decided_by == "feasibility":
            assert reason.factor in decision.missing
        elif reason.factor:
            assert points[reason.factor] >= 0
            assert reason.quote == QUOTES.get(reason.factor, "")


def test_every_value_has_its_words() -> None:
    assert set(texts()["factors"]) == set(NAMES)
    for factor, values in NAMES.items():
        assert set(texts()["factors"][factor]["values"]) == set(values)
        for value in values:
            assert said(factor, value)
            assert would(factor, value)
            entry = texts()["factors"][factor]["values"][value]
            # What counts has its reason, and what counts nothing has none.
            assert ("reason" in entry) == (POLICY.factors[factor].points[value] != 0)


def test_a_veto_is_the_first_reason_and_settles_it() -> None:
    recommendation = recommended({"need": "facts", "data": "raw", "change_rate": "weekly"})
    first = recommendation.reasons[0]
    assert (first.factor, first.quote) == ("change_rate", "prices change every Monday")
    assert "settles this by itself" in recommendation.summary
    assert "what it must know changes every week" in recommendation.summary


def test_a_veto_comes_before_what_counts_as_much() -> None:
    reasons = recommended({"need": "facts", "citations": "must"}).reasons
    assert [reason.factor for reason in reasons] == ["citations", "need"]


def test_what_is_not_feasible_is_said_as_not_now() -> None:
    recommendation = recommended(ARCHIVE | {"data": "none"}, unsure=("team",))
    assert recommendation.headline == (
        "RAG, not fine-tuning now: prompt and retrieve first, collect what is missing."
    )
    assert [reason.factor for reason in recommendation.reasons] == ["data", "budget", "team"]
    assert recommendation.reasons[0].quote == "just the PDFs"
    assert "is not known" in recommendation.reasons[2].text
    assert {reason.factor for reason in recommendation.against} == {"need", "change_rate"}


def test_living_without_sources_is_what_would_flip_it() -> None:
    recommendation = recommended(ARCHIVE | MEANS | {"citations": "must"})
    assert recommendation.flips[0] == (
        "It would be fine-tuning if you could live without sources in every answer."
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (TONE, "LoRA / QLoRA"),
        (TONE | {"data": "ratings"}, "Preference optimisation (RLHF, e.g. DPO)"),
        (ARCHIVE | MEANS, "Continued pre-training (CPT)"),
        (ARCHIVE | MEANS | {"data": "many_pairs"}, "Supervised fine-tuning (SFT)"),
    ],
)
def test_fine_tuning_names_its_type(values: dict[str, str], name: str) -> None:
    assert recommended(values).type_name == name


def test_lora_without_examples_says_that_they_come_first() -> None:
    assert "once there are examples" in recommended(ARCHIVE | MEANS | {"data": "none"}).type_text


def test_what_was_never_settled_and_would_flip_it_is_among_the_assumptions() -> None:
    close = {**ARCHIVE, "need": "both", "data": "ratings", "budget": "small", "team": "ml_team"}
    assert decide(close).total == -1
    assumed = " ".join(recommended(close).assumed)
    assert "private documents" in assumed
    assert "when it must be live" in assumed
    assert "You could not tell" not in assumed
    assert "You could not tell: private documents" in " ".join(
        recommended(close, unsure=("privacy",)).assumed
    )


def test_what_would_change_it_is_not_said_again_with_one_condition_exchanged() -> None:
    values = ARCHIVE | {"citations": "must"}
    assert len(decide(values).flips) == 6
    shown = recommended(values).flips
    assert ["could live without sources" in flip for flip in shown] == [True, False]


def test_what_cannot_flip_it_is_no_assumption() -> None:
    assert recommended({"need": "facts", "change_rate": "daily"}).assumed == ()


def test_nothing_known_is_a_default_that_says_what_is_open() -> None:
    recommendation = recommended({})
    assert recommendation.headline.startswith("RAG")
    assert len(recommendation.reasons) == 2
    assert "still open" in recommendation.summary


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 25), "OpenAI stops new self-serve fine-tuning jobs on 6 January 2027"),
        (date(2027, 1, 6), "OpenAI stopped new self-serve fine-tuning jobs on 6 January 2027"),
        (date(2027, 1, 13), "go dark with their base model (those on GPT-4o and GPT-4.1: 14 January 2027)"),
        (date(2027, 1, 14), "went dark with their base model (those on GPT-4o and GPT-4.1: 14 January 2027)"),
    ],
)
def test_shutdown_dates_are_told_as_of_today(today: date, words: str) -> None:
    (remark,) = [text for text in recommended(TONE, today=today).remarks if "OpenAI" in text]
    assert words in remark
    for fact in ("7 May 2026", "closed off earlier", "Cohere ended theirs in September 2025", "open-weight"):
        assert fact in remark


def test_remarks_are_made_where_the_policy_makes_them() -> None:
    (hybrid,) = recommended({"need": "both", "change_rate": "daily"}).remarks
    assert "RAG for the facts now, and a LoRA for the tone later" in hybrid
    raw = recommended(TONE | {"data": "raw", "budget": "large"}).remarks
    assert any("50 to 1,000 pairs" in text for text in raw)
    assert any("five to ten examples" in text for text in raw)
    assert recommended({"need": "facts", "change_rate": "daily"}).remarks == ()


def test_evidence_has_its_source_and_says_reduces() -> None:
    recommendation = recommended({"need": "facts", "change_rate": "daily", "deletion": "must"})
    assert [item.source for item in recommendation.evidence] == [
        "Ovadia et al. 2023, Fine-Tuning or Retrieval?",
        "MUSE 2024",
        "FineTuneBench 2024",
    ]
    grounded = recommended({"need": "facts", "change_rate": "daily"}).evidence[-1]
    assert (grounded.source, "reduces" in grounded.text) == ("Magesh et al. 2024", True)


def test_only_the_figures_of_the_policy_are_quoted() -> None:
    for values in ({}, TONE, ARCHIVE | MEANS, {"need": "facts", "change_rate": "daily", "deletion": "must"}):
        recommendation = recommended(values)
        counted = {str(abs(recommendation.decision.total)), "2", "0"}
        for text in every_text(recommendation):
            names_out = text.replace("Mistral-7B", "").replace("Llama2-7B", "")
            assert set(re.findall(r"\d[\d.,]*\d|\d", names_out)) <= FIGURES | counted, text


def test_why_shows_the_lines_that_decided_and_their_sum() -> None:
    table = why(decide({"need": "facts", "change_rate": "weekly", "budget": "small"}))
    assert (
        "| How often it changes | What it must know changes every week | +5, decides for RAG by itself |"
        in table
    )
    assert "| **Total** | | **+12** |" in table
    assert table.startswith("| | Your answer | Points |\n| --- | --- | --- |\n| Start | ")


def test_why_says_what_does_not_count_and_which_rule_had_the_last_word() -> None:
    tone = why(decide({"need": "behaviour", "change_rate": "daily"}))
    assert "| 0, as it is only how it answers |" in tone
    assert "missing or not known" in tone
    assert "below 0 is fine-tuning" in why(decide(TONE))
    assert "| −5 |" in tone


@pytest.mark.parametrize(("volumes", "label"), [({"questions": 50_000.0}, "Answering questions")])
def test_volumes_reach_the_costs(volumes: dict[str, float], label: str) -> None:
    usual = recommend({}, (), {}, TODAY)
    more = recommend({}, (), volumes, TODAY)
    first = {cost.label: cost.high for cost in usual.costs}
    assert {cost.label: cost.high for cost in more.costs}[label] == pytest.approx(50 * first[label])


def test_words_that_carry_several_reasons_are_quoted_once() -> None:
    said = "new prices every Monday, just the PDFs, and no money at all"
    known = {
        "need": Known("facts", "they ask for prices"),
        **{
            factor: Known(value, said)
            for factor, value in {"change_rate": "weekly", "data": "raw", "budget": "none"}.items()
        },
    }
    reasons = recommend(known, (), {}, TODAY).reasons
    assert [(reason.quote == said, reason.again) for reason in reasons] == [
        (True, False),
        *((reason.quote == said, reason.quote == said) for reason in reasons[1:]),
    ]
    assert any(reason.again for reason in reasons)
