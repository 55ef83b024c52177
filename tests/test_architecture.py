"""Who may import whom: bot -> chains -> knowledge, Slack in bot alone, and a command that starts light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "chains", "knowledge")
FORBIDDEN = {
    "bot": (),
    "chains": ("bot", "slack_bolt", "slack_sdk"),
    "knowledge": ("bot", "chains", "slack_bolt", "slack_sdk"),
}
COMMUNITY = Path("knowledge/parsers/community.py")
# Each takes from a tenth of a second to some seconds to import, or calls out when it is.
HEAVY = (
    "chromadb",
    "langchain",
    "langchain_community",
    "langchain_core",
    "langchain_openai",
    "numpy",
    "onnxruntime",
    "openai",
    "slack_bolt",
    "slack_sdk",
    "sqlalchemy",
    "tokenizers",
)


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"no modules in {package}"
    return found


def imported(source: str) -> Iterator[str]:
    """The modules that a source imports, anywhere in it, by their whole names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where things come from"
            yield node.module or ""
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            name = node.args[0] if node.args else None
            assert isinstance(name, ast.Constant), "an import by a name that no reader can tell"
            yield str(name.value)


def top(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_dependencies_point_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path.read_text(encoding="utf-8"))
        if top(name) in FORBIDDEN[package]
    ]
    assert wrong == []


def test_langchain_community_is_in_one_module_alone() -> None:
    users = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in modules(package)
        for name in imported(path.read_text(encoding="utf-8"))
        if top(name) in ("langchain_community", "langchain_classic")
    }
    assert users == {COMMUNITY}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_product_does_not_import_its_tests(package: str) -> None:
    assert not [
        path
        for path in modules(package)
        if any(top(name) in ("tests", "pytest") for name in imported(path.read_text(encoding="utf-8")))
    ]


def test_settings_and_the_command_load_nothing_heavy() -> None:
    program = "import sys, bot.config, bot.cli; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {top(name) for name in result.stdout.split()}
    assert sorted(loaded.intersection(HEAVY)) == []


def test_the_guide_in_a_terminal_leaves_the_assistant_for_when_it_is_asked_something() -> None:
    program = "import sys, bot.command_line.terminal_guide; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert sorted(loaded & {"bot.assistant", "chromadb", "openai", "slack_bolt"}) == []


def test_a_task_that_a_running_bot_carries_out_costs_no_library() -> None:
    program = (
        "import sys, bot.cli, bot.command_line.carrying_out, bot.command_line.terminal, bot.replies.spoken; "
        "print(*sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {top(name) for name in result.stdout.split()}
    assert sorted(loaded.intersection({*HEAVY, "chains", "langsmith", "starlette"})) == []


def test_imports_are_seen_wherever_they_stand() -> None:
    source = "import a.b\ndef f():\n    from c.d import e\n    importlib.import_module('g')\n"
    assert sorted(imported(source)) == ["a.b", "c.d", "g"]
