"""Facts against a way of behaving, where one of them is denied: "not the tone, the facts"."""

from __future__ import annotations

import re

from chains.guide.reader.hits import Hit

FACTOR = "need"
# What each value is called.
_TERMS = {
    "facts": r"facts?|information|knowledge|contents?|substance|what (?:it|they) (?:knows?|says?)",
    "behaviour": (
        r"tone|style|voice|wording|manners?|formats?|phrasing|language|register|persona|behaviou?r|"
        r"how (?:it|they|he|she) (?:talks?|speaks?|sounds?|writes?|answers?|says?(?: it| things)?)|"
        r"the way (?:it|they) (?:talks?|speaks?|sounds?|writes?|answers?)"
    ),
}
_TERM = re.compile("|".join(rf"(?P<{value}>\b(?:{terms})\b)" for value, terms in _TERMS.items()))
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|isn't|ain't|neither|nor|without)|n't)\s+"
    r"(?:mind\s+)?(?:(?:really|so much|primarily|mainly)\s+)?(?:about\s+|a (?:matter|question) of\s+)?"
    r"(?:the\s+|its\s+|our\s+|a\s+|any\s+)?(?:\w+\s+(?=tone|style))?$"
)
_DENIED_BEHIND = re.compile(
    r"\s*(?:(?:is|are|was)(?:n't| not)|'s not)\s+(?:really\s+)?(?:the|our|a|an|what is|what's)\s+(?:\w+\s+)?"
    r"(?:problem|issue|point|matter|question|trouble|wrong|missing)\b"
    r"|\s*(?:is|are|'s|was|were)\s+(?:already\s+|all\s+|quite\s+|perfectly\s+|just\s+)?"
    r"(?:fine|ok|okay|good|right|great|perfect|alright|correct)\b"
)
# Facts that are missing, in other words than their own.
_LACKS_FACTS = re.compile(
    r"\b(?:doesn't|does not|didn't) (?:even )?know\b|"
    r"\bmak(?:es?|ing) (?:things|stuff|it|facts) up\b|\bhallucinat\w*"
)
_LACKS = re.compile(r"\b(?:lack(?:s|ing)?|miss(?:es|ing)?|has no|have no)\s+(?:the |our |any )?(?:\w+ )?$")


def denied(text: str) -> frozenset[str]:
    """The values that a plain text says are not what is missing, and not what is missing either."""
    affirmed, refused = _weighed(text)
    return frozenset(refused - affirmed)


def contrast_hits(text: str) -> list[Hit]:
    """The one value that a plain text puts against the other, which it denies."""
    affirmed, refused = _weighed(text)
    if len(affirmed) != 1 or not refused - affirmed:
        return []
    (value,) = affirmed
    return [Hit(FACTOR, value, 0, len(text), sure=True, certain=True)]


def _weighed(text: str) -> tuple[set[str], set[str]]:
    """The values that a plain text names as what is missing, and those of which it says that they are not."""
    affirmed, refused = set[str](), set[str]()
    for match in _TERM.finditer(text):
        value = match.lastgroup or ""
        before = text[: match.start()]
        is_denied = _DENIED_BEHIND.match(text, match.end()) or (
            _DENIED_BEFORE.search(before) and not _LACKS.search(before)
        )
        (refused if is_denied else affirmed).add(value)
    if _LACKS_FACTS.search(text):
        affirmed.add("facts")
    return affirmed, refused
