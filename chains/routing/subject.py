"""Whether a message is about RAG, fine-tuning, or fitting a language model to one's own needs."""

from __future__ import annotations

import re
from functools import cache

from chains.routing.patterns import patterns_file


def is_about_adapting(text: str) -> bool:
    """Whether a text (`features.normal`) is about the guide's subject."""
    named, described, other = _patterns()
    return bool(named.search(text) or described.search(text)) and not other.search(text)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    subject = patterns_file()["subject"]
    return tuple(re.compile(subject[name]) for name in ("named", "described", "other"))
