"""Abbreviations that documents join to their words: "Incident Commander (IC)", "SME: subject matter expert".

They are told by their letters, the first ones of the words: no list of them is kept. So a question with the
one can be searched for with the other, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from knowledge.terms import STOP_WORDS, stem, words

_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]{0,5}[A-Z](?=s?\b)")
_WORD = re.compile(r"[^\W\d_][\w’']*")
# What stands between an abbreviation and its words: more than a space.
_JOINT = r"\s*(?:[(\[/|–—:=\"“”>\n-]|(?:stands|short) for\b|means\b)[\s(\[\"“”]*"
_JOINT_BEFORE, _JOINT_AFTER = re.compile(rf"{_JOINT}$"), re.compile(rf"s?{_JOINT}")
_WITHIN = re.compile(r"[\s\"“”-]+")
# An abbreviation may pass over these ("Plan of Record", POR or PR).
_SMALL = frozenset(("a", "an", "and", "by", "for", "in", "of", "on", "or", "the", "to", "with"))
# How many words more than letters are looked at, for those, and how far away, in characters.
_MORE = 2
_REACH = 120


def joined(text: str) -> Iterator[tuple[str, str]]:
    """The abbreviations that stand beside their words in a text, with these words as it has them."""
    for match in _ABBREVIATION.finditer(text):
        groups = (*_before(text, match), *_after(text, match))
        if found := next((each for each in groups if _are_initials(match[0].lower(), each)), None):
            yield match[0], text[found[0].start() : found[-1].end()]


def in_other_form(question: str, texts: Iterable[str]) -> str:
    """The question with abbreviations as the words that the texts join to them, and the other way round.

    Empty where the texts join none that it has, or where it has both.
    """
    counts = Counter((short, long.lower()) for text in texts for short, long in joined(text))
    other = question
    settled: set[str] = set()
    for (short, long), _ in counts.most_common():
        if short in settled:
            continue
        as_short, as_words = _find_short(question, short), _find_words(question, long)
        if as_short or as_words:
            settled.add(short)
        if (as_short is None) == (as_words is None):
            continue
        written = question[slice(*(as_short or as_words or (0, 0)))]
        other = other.replace(written, long if as_short else short)
    return other if other != question else ""


def _before(text: str, short: re.Match[str]) -> list[Sequence[re.Match[str]]]:
    joint = _JOINT_BEFORE.search(text, max(0, short.start() - _REACH), short.start())
    if joint is None:
        return []
    found = list(_WORD.finditer(text, max(0, joint.start() - _REACH), joint.start()))
    adjoining = found and text[found[-1].end() : joint.start()] == ""
    return [found[-size:] for size in _sizes(short) if adjoining and size <= len(found)]


def _after(text: str, short: re.Match[str]) -> list[Sequence[re.Match[str]]]:
    joint = _JOINT_AFTER.match(text, short.end())
    if joint is None:
        return []
    found = list(_WORD.finditer(text, joint.end(), joint.end() + _REACH))
    adjoining = found and found[0].start() == joint.end()
    return [found[:size] for size in _sizes(short) if adjoining and size <= len(found)]


def _sizes(short: re.Match[str]) -> range:
    return range(len(short[0]), len(short[0]) + _MORE + 1)


def _are_initials(letters: str, group: Sequence[re.Match[str]]) -> bool:
    text = group[0].string
    between = (text[one.end() : other.start()] for one, other in pairwise(group))
    if not all(map(_WITHIN.fullmatch, between)):
        return False
    held = [word[0].lower() for word in group]
    counted = (held, [word for word in held if word not in _SMALL])
    return held[0] not in _SMALL and any("".join(w[0] for w in each) == letters for each in counted)


def _find_short(question: str, short: str) -> tuple[int, int] | None:
    for match in re.finditer(rf"\b{re.escape(short)}\b", question, re.IGNORECASE):
        if match[0] == short or match[0].lower() not in STOP_WORDS:
            return match.span()
    return None


def _find_words(question: str, long: str) -> tuple[int, int] | None:
    asked = list(words(question))
    stems, wanted = [stem(word[0]) for word in asked], [stem(word[0]) for word in words(long)]
    for start in range(len(stems) - len(wanted) + 1):
        if stems[start : start + len(wanted)] == wanted:
            return asked[start].start(), asked[start + len(wanted) - 1].end()
    return None
