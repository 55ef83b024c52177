"""The docs say what is so: every setting, command, kind of file and rule in them is held against the code."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from dotenv import dotenv_values

from bot.channels import Channel, Limits, read_rules
from bot.config import SAMPLE_DOCS, Settings, load_settings
from knowledge.parsers import SUPPORTED
from knowledge.parsers.limits import MAX_FILE_BYTES
from knowledge.parsers.markdown import parse_markdown
from knowledge.sources.rules import RULES_FILE, load_rules
from tests.support.command_help import PAGE, command_names, renewed

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
VARIABLES = {name.upper() for name in Settings.model_fields}

SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
COMMENTED_VARIABLE = re.compile(r"^# ([A-Z_]+)=(.*)$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCED = re.compile(r"^[ ]*```(\w*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def examples(name: str, language: str) -> list[str]:
    found = [body for kind, body in FENCED.findall(read(name)) if kind == language]
    assert found, f"no {language} in {name}"
    return found


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# Settings


def test_every_setting_is_documented_and_no_other() -> None:
    assert [name for name, _ in SETTING_ROW.findall(read("configuration.md"))] != []
    assert {name for name, _ in SETTING_ROW.findall(read("configuration.md"))} == VARIABLES


def test_documented_defaults_are_the_real_ones() -> None:
    for name, said in SETTING_ROW.findall(read("configuration.md")):
        default = Settings.model_fields[name.lower()].default
        if default is None:
            assert said == "not set", name
        elif isinstance(default, Path):
            path = Path(said.strip("`"))
            assert path == (default.relative_to(ROOT) if default == SAMPLE_DOCS else default), name
        else:
            assert said == f"`{default}`", name


def test_the_example_names_every_variable_once_and_sets_none() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(name for name, _ in COMMENTED_VARIABLE.findall(text)) == sorted(VARIABLES)
    assert dotenv_values(ROOT / ".env.example") == {}


@pytest.mark.parametrize("without", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_the_example_can_be_used_once_it_is_filled_in(without: str) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    filled = {name: value or "filled-in" for name, value in COMMENTED_VARIABLE.findall(text)}
    assert load_settings({name: value for name, value in filled.items() if name != without})


# Commands


def test_the_help_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == renewed(page), (
        "docs/command-line.md is stale: renew it with .venv/bin/python -m tests.support.command_help"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_the_docs_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"`([^`\n]+)`", text), *(body for _, body in FENCED.findall(text))])
    used = set(re.findall(r"(?:^|/|`)ragtime ([a-z]+)", code, re.MULTILINE))
    assert used <= set(command_names())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^(?:.* )?make ([a-z-]+)", code, re.MULTILINE)) <= targets


def test_the_procfile_starts_what_there_is() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
    assert list(lines) == ["release", "web", "worker"]
    for command in lines.values():
        started, name = command.rsplit(" ", 1)
        assert started == "python -m bot"
        assert name in command_names()


# Links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / unquote(path)).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(file), f"{page.name} links to {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    linked = {Path(target).name for target in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert {page.name for page in DOCS.glob("*.md")} <= linked


def test_files_named_in_the_architecture_exist() -> None:
    section = ""
    for line in read("architecture.md").splitlines():
        if heading := re.match(r"\*\*`(\w+)`\*\*", line):
            section = heading[1]
        elif section and line.startswith("| `"):
            for name in re.findall(r"`([\w/.]+)`", line.split("|")[1]):
                assert (ROOT / section / name).exists(), f"{section}/{name}"
        elif line.startswith("## "):
            section = ""


# Documents


def test_every_kind_of_file_is_documented_and_no_other() -> None:
    table = read("documents.md").partition("## Kinds of files")[2].partition("##")[0]
    assert set(re.findall(r"`(\.\w+)`", table)) == SUPPORTED
    assert f"{MAX_FILE_BYTES // 2**20} MB" in read("documents.md")


def test_the_example_of_rules_does_what_the_page_says(tmp_path: Path) -> None:
    (rules_file,) = examples("documents.md", "toml")
    (tmp_path / RULES_FILE).write_text(rules_file)
    rules = load_rules(tmp_path)
    assert rules.about("people/pay.md").audience == frozenset({"group:S0PEOPLE"})
    assert rules.about("security/keys.md").model is False
    assert rules.about("public/prices.md").url == "https://docs.acme.com/"


def test_the_example_of_front_matter_is_understood(tmp_path: Path) -> None:
    (front_matter,) = examples("documents.md", "yaml")
    (tmp_path / "page.md").write_text(f"{front_matter}\n# Something\n\nText.\n")
    parsed = parse_markdown(tmp_path / "page.md")
    assert parsed.title == "Pay bands"
    assert parsed.metadata["model"] is False
    assert set(parsed.metadata) == {"title", "url", "audience", "model"}


# Channels


def test_the_example_of_channels_does_what_the_page_says(tmp_path: Path) -> None:
    (example,) = examples("channels.md", "toml")
    (tmp_path / "channels.toml").write_text(example)
    rules = read_rules(tmp_path / "channels.toml")
    assert (rules.of("C0HELP").mention, rules.of("C0HELP").documents) == (False, ("it/**",))
    assert rules.of("C0BOARD").documents == rules.default.documents
    assert rules.of("C0ANNOUNCE").quiet
    assert rules.limits.dollars_per_day == 5.0


def test_every_key_for_channels_and_limits_is_documented_and_no_other() -> None:
    keys = set(re.findall(r"^\| `(\w+)` \|", read("channels.md"), re.MULTILINE))
    assert keys == {*Channel.model_fields, *Limits.model_fields}


# Slack


def test_the_changes_for_http_fit_the_manifest() -> None:
    (change,) = examples("install-slack.md", "yaml")
    manifest = yaml.safe_load((ROOT / "slack-manifest.yaml").read_text(encoding="utf-8"))
    changed = yaml.safe_load(change)
    assert changed["settings"].keys() <= manifest["settings"].keys()
    assert changed["settings"]["socket_mode_enabled"] is not manifest["settings"]["socket_mode_enabled"]
    commands = {each["command"] for each in manifest["features"]["slash_commands"]}
    assert {each["command"] for each in changed["features"]["slash_commands"]} <= commands
    assert all(command in change for command in commands)


# Security


def test_the_tests_that_cover_threats_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", read("security.md"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists()
        or not re.search(rf"^ *def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


def test_every_threat_names_a_test_or_a_command() -> None:
    threats = read("security.md").partition("## Threats\n")[2].partition("\n## ")[0].split("\n### ")[1:]
    assert threats
    assert [threat.splitlines()[0] for threat in threats if not re.search(r"`tests/|`make ", threat)] == []


def test_all_ten_of_owasps_risks_have_a_row() -> None:
    assert re.findall(r"^\| LLM(\d\d) ", read("security.md"), re.MULTILINE) == [
        f"{n:02}" for n in range(1, 11)
    ]
