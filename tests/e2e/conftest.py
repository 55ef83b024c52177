"""A browser, and a playground for each test of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import browser as browser
from tests.support.playground import open_page, playground
from tests.support.slack import LocalSlack


@pytest.fixture
def local_slack(tmp_path: Path) -> Iterator[LocalSlack]:
    with playground(tmp_path) as slack:
        yield slack


@pytest.fixture
def page(browser: Browser, local_slack: LocalSlack) -> Iterator[Page]:
    with open_page(browser, local_slack, "/#/C0GENERAL") as page:
        yield page
