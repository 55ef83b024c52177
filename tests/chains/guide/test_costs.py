"""Costs come out of the price file by formula, with their assumptions, and people's volumes count."""

from __future__ import annotations

import pytest

from chains.guide.contract import Cost
from chains.guide.costs import (
    embedding_price,
    estimate,
    figure,
    labelling_hours,
    prices_as_of,
    question_price,
    training_hours,
    training_price,
    volume_names,
)

TONE = {"need": "behaviour", "data": "many_pairs", "budget": "small", "team": "ml_team"}
FACTS = {"need": "facts", "change_rate": "daily"}
ARCHIVE = {"need": "expertise", "change_rate": "never", "data": "raw", "budget": "large", "team": "ml_team"}


def labelled(costs: tuple[Cost, ...], words: str) -> Cost:
    (cost,) = [cost for cost in costs if words in cost.label]
    return cost


def test_a_lora_run_over_ten_thousand_rows_is_about_1_4_a100_hours() -> None:
    hours = training_hours("LoRA", TONE, {"rows": 10_000})
    assert hours.unit == "A100-hours"
    assert round((hours.low + hours.high) / 2, 1) == 1.4
    assert hours.high - hours.low < 0.6


def test_a_lora_run_over_ten_thousand_rows_is_five_to_eight_dollars_as_a_managed_job() -> None:
    price = training_price("LoRA", TONE, {"rows": 10_000})
    assert (round(price.low), round(price.high), price.unit) == (5, 8, "USD")


def test_a_full_run_costs_half_as_much_again_as_lora() -> None:
    volumes = {"rows": 10_000.0}
    assert training_hours("SFT", TONE, volumes).low == pytest.approx(
        1.5 * training_hours("LoRA", TONE, volumes).low
    )


def test_labels_people_and_the_next_retraining_outweigh_the_run() -> None:
    costs = estimate(TONE, {})
    run = labelled(costs, "managed job")
    for heavier in ("examples, paid", "People", "retraining"):
        assert labelled(costs, heavier).low > run.high


def test_rag_is_embedding_once_and_then_tokens_per_question() -> None:
    costs = estimate(FACTS, {})
    assert [cost.label for cost in costs[:2]] == ["Embedding the documents, once", "Answering questions"]
    assert costs[1].unit == "USD a month"
    assert all(cost.label.startswith("For comparison, fine-tuning: ") for cost in costs[2:])


@pytest.mark.parametrize(
    ("values", "first", "unit"), [(TONE, "GPU time", "A100-hours"), (ARCHIVE, "GPU time", "A100-hours")]
)
def test_fine_tuning_begins_with_its_run_and_ends_with_rag_to_compare(
    values: dict[str, str], first: str, unit: str
) -> None:
    costs = estimate(values, {})
    assert first in costs[0].label
    assert costs[0].unit == unit
    assert costs[-1].label == "For comparison, RAG: answering questions"


def test_raw_text_is_counted_by_its_pages_and_needs_no_labels() -> None:
    costs = estimate(ARCHIVE, {"pages": 1000})
    assert "1,000 pages in all" in costs[0].assumptions
    assert not any("examples" in cost.label for cost in costs)
    assert training_hours("CPT", ARCHIVE, {"pages": 2000}).low == pytest.approx(2 * costs[0].low)


def test_volumes_that_a_person_gave_override_the_file() -> None:
    assert question_price({"questions": 2000}).high == pytest.approx(2 * question_price({}).high)
    assert embedding_price({"documents": 2000}).low == pytest.approx(embedding_price({"pages": 10_000}).low)
    assert embedding_price({"documents": 9, "pages": 10_000}) == embedding_price({"pages": 10_000})
    own = labelling_hours(TONE, {"rows": 600, "minutes_per_label": 10})
    assert (own.low, own.high, own.unit) == (100, 100, "hours")
    assert "10 minutes to check an example that is there already" in own.assumptions


def test_examples_that_are_there_are_checked_and_others_written() -> None:
    there = labelling_hours({"data": "some_pairs"}, {"rows": 1000})
    missing = labelling_hours({"data": "none"}, {"rows": 1000})
    assert (there.label, missing.label) == ("Checking the examples", "Making and checking examples")
    assert there.high < missing.low


def test_every_figure_is_a_range_with_its_assumptions_and_every_price_its_source() -> None:
    for values in ({}, FACTS, TONE, ARCHIVE, TONE | {"data": "ratings"}):
        for cost in estimate(values, {}):
            assert 0 < cost.low <= cost.high
            assert cost.assumptions
            for line in cost.assumptions:
                assert "{" not in line
                if "USD per million" in line:
                    assert line.endswith(")")


@pytest.mark.parametrize(
    ("volumes", "message"),
    [
        ({"elephants": 3.0}, "no volume 'elephants'"),
        ({"rows": 0.0}, "rows must be more than 0"),
        ({"rows": -5.0}, "rows must be more than 0"),
        ({"pages": float("nan")}, "pages must be more than 0"),
        ({"pages": float("inf")}, "pages must be more than 0"),
    ],
)
def test_a_volume_that_cannot_be_is_refused(volumes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate({}, volumes)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (5.106, 7.95, "5.1 to 8 USD"),
        (4987.0, 30_213.0, "5,000 to 30,000 USD"),
        (0.0512, 0.52, "0.051 to 0.52 USD"),
        (3.0, 3.0, "3 USD"),
        (1_250_000.0, 12_000_000_000.0, "1.2 million to 12 billion USD"),
    ],
)
def test_a_figure_is_shown_to_two_digits(low: float, high: float, words: str) -> None:
    assert figure(Cost("", low, high, "USD", ())) == words


def test_the_price_file_is_dated_and_names_the_volumes_to_ask_for() -> None:
    assert prices_as_of().endswith("2026")
    assert {"documents", "pages", "questions", "rows", "minutes_per_label", "hourly_rate"} == set(
        volume_names()
    )
