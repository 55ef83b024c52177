"""`make` on a machine whose Python does not fit: one line with what to install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Answers as a Python does that has what this environment says: `VERSION_FITS`, `HAS_VENV`.
PYTHON = """#!/bin/sh
case "$*" in
  *--version*) echo "Python 3.$MINOR.0" ;;
  *version_info*) [ "$VERSION_FITS" = yes ] ;;
  *"import venv"*) [ "$HAS_VENV" = yes ] ;;
  *) echo "asked for more: $*" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment."""
    for name in ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def make(checkout: Path, target: str, **python: str) -> list[str]:
    """What `make` with that Python says before it gives up, but for its own remark."""
    done = subprocess.run(
        ["make", target, f"PYTHON={checkout / 'python'}"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", **python},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert not (checkout / ".venv").exists()
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ")]


@pytest.mark.parametrize("target", ["run", "test"])
@pytest.mark.parametrize("minor", ["10", "14"])
def test_a_python_that_is_too_old_or_too_new_is_told_in_one_line(
    checkout: Path, target: str, minor: str
) -> None:
    (line,) = make(checkout, target, VERSION_FITS="no", MINOR=minor)
    assert line.startswith("Ragtime needs Python 3.11, 3.12 or 3.13, and ")
    assert f"is Python 3.{minor}.0: install one, then: make {target} PYTHON=python3.13" in line


def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    (line,) = make(checkout, "run", VERSION_FITS="yes", HAS_VENV="no", MINOR="12")
    assert line.endswith(
        "has no venv: install it (Debian, Ubuntu: apt-get install python3-venv), then: make run"
    )


@pytest.mark.parametrize(
    ("developed", "lock"), [(False, "requirements.lock"), (True, "requirements-dev.lock")]
)
def test_to_run_takes_development_tools_only_where_they_were_before(
    checkout: Path, developed: bool, lock: str
) -> None:
    tools = checkout / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("uv", "python"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "{checkout}/called"\n')
        (tools / name).chmod(0o755)
    if developed:
        (tools.parent / "dev.stamp").touch()
    # Where make itself runs the tests, it would say which folder it enters.
    command = ["make", "--no-print-directory", "run"]
    said = [
        subprocess.run(command, cwd=checkout, capture_output=True, check=True, text=True).stdout
        for _ in range(2)
    ]
    assert said == [
        f"Installing what Ragtime needs into .venv ({lock}): the first time it may take a minute or two…\n",
        "",
    ]
    assert (checkout / "called").read_text().splitlines() == [
        f"uv pip sync --quiet --require-hashes {lock}",
        "uv pip install --quiet --offline --no-deps --editable .",
        "python -m bot run",
        "python -m bot run",
    ]
