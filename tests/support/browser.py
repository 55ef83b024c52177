"""A real headless Chromium for tests of the page: found, or installed where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSTALL_SECONDS = 300


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, or a loud skip where none can be had (in CI: a failure)."""
    with sync_playwright() as playwright:
        executable = _system_browser() or _playwright_browser(playwright) or _install_browser()
        if executable is None:
            words = (
                "NO BROWSER: the page is not tested. Install Chromium, or run `playwright install chromium`."
            )
            if os.environ.get("CI"):
                pytest.fail(words)
            pytest.skip(words)
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


def _system_browser() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _playwright_browser(playwright: Playwright) -> str | None:
    executable = playwright.chromium.executable_path
    return executable if Path(executable).exists() else None


def _install_browser() -> str | None:
    """Debian's package, where we may install one."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]
    try:
        subprocess.run(["apt-get", "update", "-q"], check=False, capture_output=True, timeout=INSTALL_SECONDS)
        subprocess.run(command, check=False, capture_output=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return _system_browser()
