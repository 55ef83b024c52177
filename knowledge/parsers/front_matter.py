"""Front matter: the YAML (`---`) or TOML (`+++`) before a document's text, as a plain dictionary."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import yaml

from knowledge.documents import UnreadableDocument
from knowledge.parsers.limits import MAX_FRONT_MATTER_CHARS

_FENCED = re.compile(
    r"\A\s*?^(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)^(?:(?P=fence)|\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_BEGINS_LIKE_ONE = re.compile(r"\A\s*?^(?:---[ \t]*\n[ \t]*[\w-]+[ \t]*:|\+\+\+[ \t]*\n)", re.MULTILINE)


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    """Front matter and the document after it; an empty dictionary where there is none.

    Dates become ISO strings, keys lower-case strings.

    Raises:
        UnreadableDocument: it is broken. It may say who may read the document, so that a document
            whose front matter cannot be understood must not be taken as one without.
    """
    match = _FENCED.match(text)
    if match is None:
        if _BEGINS_LIKE_ONE.match(text):
            raise UnreadableDocument("its front matter is not closed: end it with a line of its own, ---")
        return {}, text
    body = match["body"]
    if len(body) > MAX_FRONT_MATTER_CHARS:
        raise UnreadableDocument("its front matter is too long")
    values = _toml(body) if match["fence"] == "+++" else _yaml(body)
    if values is None:
        return {}, text[match.end() :]
    if not isinstance(values, dict):
        if _BEGINS_LIKE_ONE.match(text):
            raise UnreadableDocument("its front matter is not a list of keys and values")
        # A document that begins with a thematic break, not with front matter.
        return {}, text
    plain = {str(key).lower(): _plain(value) for key, value in values.items()}
    if len(plain) < len(values):
        raise UnreadableDocument("its front matter has a key twice, in capitals and without")
    return plain, text[match.end() :]


def stated_title(metadata: Mapping[str, object]) -> str | None:
    """The title that front matter gives the document."""
    title = metadata.get("title")
    return str(title) if title and isinstance(title, str | int | float) else None


def _yaml(body: str) -> object:
    try:
        return yaml.load(body, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The opening fence is the document's first line.
        where = f" (line {mark.line + 2})" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise UnreadableDocument(f"its front matter is broken{where}: {problem}") from None
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(f"its front matter is broken: {error}") from None


def _toml(body: str) -> object:
    try:
        return tomllib.loads(body)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableDocument(f"its front matter is broken: {error}") from None


def _plain(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return value


class _StrictLoader(yaml.SafeLoader):
    """Safe loading that also refuses what could mislead: keys given twice, and aliases (YAML bombs)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(
                None, None, "aliases (*name) are not supported here", self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key.value, str) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key “{key.value}” is there twice", key.start_mark
                )
            if isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep)
