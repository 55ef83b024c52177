"""A few kills of `make chaos`: each of the processes that share the work once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import Outcome, Plan, storm


@pytest.mark.timeout(600)
def test_whatever_is_killed_each_question_has_one_reply(model_folder: Path) -> None:
    outcome = storm("shared", Plan(kills=5, seed=1, between_kills=2.0), model_folder)
    assert set(outcome.kills) == {"postgres", "chroma", "web", "worker 1", "worker 2"}
    assert outcome.questions > 1
    assert outcome.held, outcome
    assert outcome.apologies == 0


@pytest.mark.parametrize("wrong", ["lost", "doubled", "open_streams", "strays"])
def test_whatever_is_wrong_counts(wrong: str) -> None:
    outcome = Outcome("shared")
    assert outcome.held
    setattr(outcome, wrong, 1)
    assert not outcome.held
