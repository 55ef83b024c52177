"""Tests which errors of a call to Slack are worth another try."""

from http.client import IncompleteRead
from urllib.error import URLError

import pytest

from bot.client import is_transient


@pytest.mark.parametrize(
    "error", [URLError("no route"), ConnectionResetError(), TimeoutError(), IncompleteRead(b"")]
)
def test_what_breaks_on_the_way_to_slack_passes(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", [FileNotFoundError("words.toml"), OSError(28, "No space left on device")])
def test_trouble_on_this_machine_is_not_taken_for_slacks(error: Exception) -> None:
    assert not is_transient(error)
