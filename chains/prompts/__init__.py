"""The prompts: each a Markdown file with `$placeholders`, filled in here."""

from __future__ import annotations

from functools import cache
from importlib import resources
from string import Template


@cache
def _template(name: str) -> Template:
    return Template(resources.files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip())


def prompt(name: str, **values: str) -> str:
    """The prompt file with this name, its placeholders filled in; values are taken as they are."""
    return _template(name).substitute(values)
