"""A local Slack for each test of the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running
