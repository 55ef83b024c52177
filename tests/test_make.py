"""`make`: what it says where the Python does not fit, what it installs, and when it audits."""

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
# Answers as pip-audit does, run by uv: about the one version with holes, and about the lock.
AUDIT = """#!/bin/sh
case "$*" in
  *hole.txt) echo "$SAYS_OF_HOLE"; exit "$STATUS_OF_HOLE" ;;
  *requirements.lock) exit "$STATUS_OF_LOCK" ;;
esac
"""
FOUND = '{"dependencies": [{"name": "pyyaml", "version": "5.3", "vulns": [{"id": "PYSEC-2020-96"}]}]}'
NOT_THERE = '{"dependencies": [{"name": "pyyaml", "skip_reason": "Dependency not found on PyPI"}]}'
LEFT_OUT = "No audit: the advisory database cannot be asked from here\n"


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


def audit_where_offered(
    checkout: Path, *, of_hole: tuple[str, int], of_lock: int
) -> subprocess.CompletedProcess[str]:
    """Has the checkout audited by a pip-audit that says this, and ends with these statuses."""
    tools = checkout / ".venv" / "bin"
    tools.mkdir(parents=True)
    (tools / "uv").write_text(AUDIT)
    (tools / "uv").chmod(0o755)
    (tools.parent / "run.stamp").touch()
    says, status = of_hole
    answers = {"SAYS_OF_HOLE": says, "STATUS_OF_HOLE": str(status), "STATUS_OF_LOCK": str(of_lock)}
    return subprocess.run(
        ["make", "--silent", "audit-where-offered"],
        cwd=checkout,
        env={"PATH": "/usr/bin:/bin", **answers},
        capture_output=True,
        text=True,
    )


def test_an_audit_that_finds_something_fails(checkout: Path) -> None:
    assert audit_where_offered(checkout, of_hole=(FOUND, 1), of_lock=1).returncode != 0


def test_an_audit_that_finds_nothing_is_well(checkout: Path) -> None:
    done = audit_where_offered(checkout, of_hole=(FOUND, 1), of_lock=0)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("of_hole", [(NOT_THERE, 0), ("", 1)])
def test_an_audit_is_left_out_only_where_the_database_cannot_be_asked(
    checkout: Path, of_hole: tuple[str, int]
) -> None:
    done = audit_where_offered(checkout, of_hole=of_hole, of_lock=1)
    assert (done.returncode, done.stdout) == (0, LEFT_OUT)
