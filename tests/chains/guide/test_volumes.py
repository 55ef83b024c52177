"""Numbers that a person gives for the cost figures."""

from __future__ import annotations

import pytest

from chains.guide.costs import volume_names
from chains.guide.volumes import read_volumes, without_rates


@pytest.mark.parametrize(
    ("text", "volumes"),
    [
        ("2,000 documents, 5,000 questions a month", {"documents": 2000, "questions": 5000}),
        ("300 questions a day", {"questions": 9000}),
        ("1.5 mio queries per year", {"questions": 125000}),
        ("about 12k pairs", {"rows": 12000}),
        ("12k tickets, all answered", {"rows": 12000}),
        ("300 Q&As", {"rows": 300}),
        ("300 tickets a month", {}),
        ("12 ticket categories", {}),
        ("20k pdf documents", {"documents": 20000}),
        ("200 pages", {"pages": 200}),
        ("5 minutes per example and 45 dollars an hour", {"minutes_per_label": 5, "hourly_rate": 45}),
        ("$60/hour", {"hourly_rate": 60}),
        ("100 questions", {}),
        ("in 3 weeks", {}),
        ("0 documents", {}),
    ],
)
def test_a_number_with_its_unit_is_a_volume(text: str, volumes: dict[str, float]):
    assert read_volumes(text) == pytest.approx(volumes, rel=1e-3)
    assert volumes.keys() <= volume_names().keys()


def test_the_first_of_two_numbers_for_the_same_counts():
    assert read_volumes("2,000 documents now, 3,000 documents next year") == {"documents": 2000}


def test_what_sounds_like_another_answer_is_left_out_before_it_is_read():
    text = "It changes weekly. 5,000 questions a month, 45 dollars an hour, 2,000 documents."
    assert without_rates(text) == "It changes weekly. ., ., 2,000 documents."
