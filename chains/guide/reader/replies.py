"""Short replies: yes and no, and what they mean as an answer to a factor's question."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What "yes" and "no" say where the question can be answered so.
YES = {
    "citations": "must",
    "privacy": "private",
    "access": "per_user",
    "deletion": "must",
    "team": "ml_team",
}
NO = {
    "citations": "no",
    "privacy": "public",
    "access": "same",
    "deletion": "no",
    "team": "none",
    "budget": "none",
    "data": "none",
}

_YES = re.compile(
    r"(?:(?:oh|well|hm+|um|ah|lol|haha)[ ,.!]+)*(?:yes|yep|yeah|yup|ya|yah|ja|jo|aye|si|sí|oui|sure|"
    r"ok|okay|right|correct|exactly|precisely|indeed|absolutely|definitely|of course|certainly|true|"
    r"affirmative|that's (?:right|it|correct)|that is (?:right|correct)|spot on|agreed|confirmed|"
    r"y)\b"
)
_NO = re.compile(
    r"(?:(?:oh|well|hm+|um|ah|lol|haha|heavens|god|good lord|erm)[ ,.!]+)*(?:no|nope|nah|nay|nein|"
    r"nee|nö|ne|non|nao|não|not?|negative|never|none|nothing|wrong|n|hardly|certainly not|"
    r"of course not|not at all|by no means)\b"
)
_NOT_A_NO = re.compile(
    r"no (?:doubt|question|idea|clue|wait|comment|opinion|matter|one knows|way (?:around|round))|"
    r"not (?:sure|certain|a clue|only)|nothing (?:else|more|but)"
)
_ALL = re.compile(
    r"\b(?:all (?:three|of (?:them|these|it)|3)|each of (?:them|these)|tick all|every one of)\b|^\s*all\b\W*$"
)
_NONE_OF = re.compile(
    r"\b(?:none(?: of (?:them|these|those|the (?:three|above)))?|no to all|neither|"
    r"nothing of (?:the kind|that sort)|not one of)\b|^\W*(?:no|nope|nah)\W*$"
)


def affirms(text: str) -> bool | None:
    """Whether a plain text begins with a yes or a no; None where it does neither."""
    text = text.lstrip(" \t\n\"'*_->")
    if _NOT_A_NO.match(text):
        return None
    if _NO.match(text):
        return False
    return True if _YES.match(text) else None


def all_or_none(text: str) -> bool | None:
    """Whether a plain text says yes (or no) to several things at once."""
    if _NONE_OF.search(text):
        return False
    return True if _ALL.search(text) else None


def lines_for(text: str, asked: Sequence[str]) -> list[tuple[int, int]] | None:
    """The lines of a message, as spans, where there is one for each factor that was asked about."""
    spans: list[tuple[int, int]] = []
    place = 0
    for line in text.split("\n"):
        if line.strip():
            spans.append((place, place + len(line)))
        place += len(line) + 1
    return spans if len(asked) > 1 and len(spans) == len(asked) else None
