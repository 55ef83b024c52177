"""Whether a message is about RAG, fine-tuning, or fitting a language model to one's own needs."""

from __future__ import annotations

import re
import tomllib
from functools import cache

from chains.routing.features import PATTERNS


def is_about_adapting(text: str) -> bool:
    """Whether a normal text (`features.normal`) is about the guide's subject."""
    by_name, by_context, other = _patterns()
    return bool(by_name.search(text) or by_context.search(text)) and not other.search(text)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    table: dict[str, str] = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))["subject"]
    return re.compile(table["named"]), re.compile(table["described"]), re.compile(table["other"])
