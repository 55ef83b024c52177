"""Path rules: the `.ragtime.toml` in a folder, which says who may read what lies below a path.

    [[rule]]
    path = "people/**"            # as in .gitignore
    audience = ["group:hr"]       # everyone, external, channel:<id>, group:<id>, user:<id>
    model = false                 # no passage may be sent to a model
    url = "https://wiki.acme.com/"  # where the folder's documents can be opened; the path is appended

Where several rules match, the last one that says something about a key decides it. A rules file that
cannot be understood stops the sync: going on without it would publish what it restricts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from knowledge.access import UnknownPrincipal, parse_audience
from knowledge.errors import AdminError
from knowledge.parsers.text_pieces import absolute_url

RULES_FILE = ".ragtime.toml"
_KEYS = ("path", "audience", "model", "url")


class BadRules(AdminError):
    """A folder's rules or ignore file that cannot be used; the message names file, rule and key."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What is said about a document; None where nothing is."""

    audience: frozenset[str] | None = None
    model: bool | None = None
    url: str | None = None

    def over(self, other: Statements) -> Statements:
        """These statements, and the other's where these say nothing."""
        return Statements(
            self.audience if self.audience is not None else other.audience,
            self.model if self.model is not None else other.model,
            self.url if self.url is not None else other.url,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for the paths that match; `pattern` is what they match, as written."""

    pattern: str
    paths: GitIgnoreSpec
    statements: Statements


@dataclass(frozen=True, slots=True)
class Rules:
    """A folder's rules, in the order of its file."""

    rules: tuple[Rule, ...] = ()

    def about(self, path: str) -> Statements:
        """What the rules say about a document."""
        said = Statements()
        for rule in self.rules:
            if rule.paths.match_file(path):
                said = rule.statements.over(said)
        return said


def load_rules(root: Path) -> Rules:
    """Reads the folder's rules file; no rules where it has none.

    Raises:
        BadRules: the file cannot be understood.
    """
    text = read_control_file(root / RULES_FILE)
    if text is None:
        return Rules()
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadRules(f"{RULES_FILE}: not valid TOML: {error}") from None
    for key in values:
        if key != "rule":
            raise BadRules(f"{RULES_FILE}: unknown key “{key}”: rules are written as [[rule]]")
    rules = values.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise BadRules(f"{RULES_FILE}: rules are written as [[rule]], with double brackets")
    return Rules(tuple(_rule(rule, f"{RULES_FILE}, rule {number}") for number, rule in enumerate(rules, 1)))


def read_control_file(path: Path) -> str | None:
    """The text of a file that steers the sync; None where there is no such file.

    Raises:
        BadRules: it is there, but cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadRules(f"{path.name}: cannot be opened: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise BadRules(f"{path.name}: is not UTF-8 text") from None


def patterns(lines: list[str], where: str) -> GitIgnoreSpec:
    """Patterns as in .gitignore.

    Raises:
        BadRules: one is none.
    """
    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise BadRules(f"{where}: {error}") from None


def audience_of(value: object) -> frozenset[str]:
    """An audience as people write it: a principal, several with commas, or a list.

    Raises:
        ValueError: it names nobody, or not as principals are named.
    """
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("write a principal such as group:hr, or a list of them")
    names = [name.strip() for name in names if name.strip()]
    if not names:
        raise ValueError("it names nobody: write who may read, or everyone")
    return parse_audience(names)


def _rule(values: Mapping[str, object], where: str) -> Rule:
    for key in values:
        if key not in _KEYS:
            raise BadRules(f"{where}: unknown key “{key}”: known are {', '.join(_KEYS)}")
    path = values.get("path")
    if not isinstance(path, str) or not path.strip() or path.strip().startswith(("!", "#")):
        raise BadRules(f"{where}: path: write a pattern such as people/**")
    if len(values) == 1:
        raise BadRules(f"{where}: says nothing: add audience, model or url")
    audience = model = url = None
    if "audience" in values:
        try:
            audience = audience_of(values["audience"])
        except (UnknownPrincipal, ValueError) as error:
            raise BadRules(f"{where}: audience: {error}") from None
    if "model" in values and not isinstance(model := values["model"], bool):
        raise BadRules(f"{where}: model: write true or false")
    if "url" in values and not (isinstance(url := values["url"], str) and absolute_url(url)):
        raise BadRules(f"{where}: url: write an address with http:// or https://")
    return Rule(path, patterns([path], f"{where}: path"), Statements(audience, model, url))
