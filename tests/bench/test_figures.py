"""Figures: which side is better, by how much, and how they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.figures import Figure, percentile
from tests.bench.indexing import Round
from tests.bench.indexing import figures as indexing_figures
from tests.bench.latency import Asked
from tests.bench.latency import figures as latency_figures
from tests.bench.table import with_unit, write_json


def test_half_the_time_and_twice_the_speed_are_both_twice_as_good():
    assert Figure("p", "time", "s", "less", ours=1.0, peer=2.0).advantage == 2.0
    assert Figure("p", "speed", "1/s", "more", ours=2.0, peer=1.0).advantage == 2.0


def test_without_a_peer_there_is_no_advantage():
    assert Figure("p", "time", "s", "less", ours=1.0).advantage is None


@pytest.mark.parametrize(("better", "met"), [("less", False), ("more", True)])
def test_a_bar_is_met_from_the_better_side(better, met: bool):
    assert Figure("p", "n", "", better, ours=0.9, bar=0.8).meets_bar is met
    assert Figure("p", "n", "", better, ours=0.8, bar=0.8).meets_bar is True


def test_a_figure_that_is_missing_meets_no_bar_and_misses_none():
    assert Figure("p", "n", "", "more", ours=None, bar=0.8).meets_bar is None


def test_percentiles_lie_between_the_values():
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)


def test_latency_leaves_the_first_answer_out_and_takes_the_highest_peak():
    rounds = [Asked(9.0, (0.1, 0.2, 0.3), 0.1, 100 << 20), Asked(7.0, (0.2, 0.2, 0.2), 0.3, 200 << 20)]
    p50, p95, processor, first, memory = latency_figures(10_000, rounds, rounds)
    assert p50.ours == pytest.approx(200)
    assert p50.meets_bar is False
    assert p95.ours == pytest.approx(275)
    assert processor.ours == pytest.approx(200)
    assert first.ours == 8.0
    assert memory.ours == 200


def test_indexing_speed_is_of_the_median_round():
    ours, peer = (
        [Round(seconds, seconds / 2, 40, 0.1) for seconds in times] for times in ((1, 2, 9), (4, 4, 4))
    )
    whole, documents, characters, processor, chunks, again = indexing_figures("docs", 10, 1_000, ours, peer)
    assert (whole.ours, whole.peer, whole.advantage) == (2, 4, 2.0)
    assert (documents.ours, characters.ours, chunks.ours) == (5, 500, 20)
    assert (processor.ours, again.ours) == (1, 0.1)


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1234.5, "1/s", "1,234 1/s"),
        (12.34, "ms", "12.3 ms"),
        (1.234, "s", "1.23 s"),
        (0.8765, "", "0.876"),
        (None, "s", "–"),
    ],
)
def test_numbers_are_written_with_the_digits_that_count(value, unit: str, written: str):
    assert with_unit(value, unit) == written


def test_the_json_holds_each_figure_with_its_advantage(tmp_path: Path):
    write_json([Figure("p", "time", "s", "less", ours=1.0, peer=2.0)], tmp_path / "bench.json")
    content = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert content["figures"][0]["advantage"] == 2.0
    assert content["packages"]["chromadb"]
