"""The doctor on settings by channel: a broken file, and a budget that cannot be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load_settings
from bot.doctor.channels import channels

BUDGET = "[limits]\ndollars_per_day = 5\n"


def found(home: Path, text: str | None, **variables: str) -> dict[str, str]:
    """Each subject with its status."""
    if text is not None:
        (home / "channels.toml").write_text(text)
    settings = load_settings({"RAGTIME_HOME": str(home), **variables})
    return {finding.subject: finding.status for finding in channels(settings)}


def test_no_file_and_a_good_one_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path, None) == {"Channels": "ok"}
    assert found(tmp_path, BUDGET) == {"Channels": "ok"}


def test_a_broken_file_has_failed(tmp_path: Path) -> None:
    assert found(tmp_path, "[chanel]") == {"Channels": "failed"}


def test_a_file_that_is_named_and_not_there_has_failed(tmp_path: Path) -> None:
    assert found(tmp_path, None, RAGTIME_CHANNELS=str(tmp_path / "nope.toml")) == {"Channels": "failed"}


@pytest.mark.parametrize(
    ("model", "more", "expected"),
    [
        ("gpt-6-luna", "", {"Channels": "ok"}),
        ("house-7b", "", {"Channels": "ok", "Budget": "warning"}),
        ("house-7b", '[price."house-7b"]\nread = 0\nwritten = 0\n', {"Channels": "ok"}),
    ],
)
def test_a_budget_needs_the_price_of_the_model(
    tmp_path: Path, model: str, more: str, expected: dict[str, str]
) -> None:
    assert found(tmp_path, BUDGET + more, OPENAI_API_KEY="sk-fake-key", RAGTIME_MODEL=model) == expected
