"""Compounds and labels as the documents write them: "finetuning" where they have "fine-tuning", "sev1" where
they have "SEV-1", and the other way round.

To the index they are different words. No list of them is kept: the passages found show how they are written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from knowledge.terms import stem

_WORD = re.compile(r"\w+")
_HYPHENATED = re.compile(r"\b([^\W\d_]{2,})-([^\W\d_]{2,})\b")
_LABEL = re.compile(r"\b([^\W\d_]{1,5})([- ]?)(\d{1,3})\b")
# Shorter words are joined by chance: "is-land".
LEAST_LETTERS = 7


def as_written(question: str, texts: Iterable[str]) -> str:
    """A question with its compounds and labels split, or joined, as the texts have them.

    A compound that the texts have as the question does stays; a label is written as most of them have it.
    """
    whole = "\n".join(texts)
    text = whole.lower()
    held = {stem(word) for word in _WORD.findall(text)}
    return _labelled(_joined(_split(question, text, held), text, held), whole)


def _split(question: str, text: str, held: set[str]) -> str:
    """The question with words that the text has with a hyphen written so."""
    strange = [
        match
        for match in _WORD.finditer(question)
        if len(match[0]) >= LEAST_LETTERS and stem(match[0]) not in held
    ]
    if not strange:
        return question
    first_parts = {stem("".join(parts)): len(parts[0]) for parts in _HYPHENATED.findall(text)}
    for match in reversed(strange):
        length = first_parts.get(stem(match[0]), 0)
        if length:
            split = f"{match[0][:length]}-{match[0][length:]}"
            question = question[: match.start()] + split + question[match.end() :]
    return question


def _joined(question: str, text: str, held: set[str]) -> str:
    """The question with words with a hyphen that the text has as one written so."""

    def written(match: re.Match[str]) -> str:
        whole = match[1] + match[2]
        is_one = stem(whole) in held and match[0].lower() not in text
        return whole if is_one and len(whole) >= LEAST_LETTERS else match[0]

    return _HYPHENATED.sub(written, question)


def _labelled(question: str, text: str) -> str:
    """The question with letters and a number ("sev1") as the text has them more often ("SEV-1")."""
    forms: dict[tuple[str, str], Counter[str]] = {}
    for match in _LABEL.finditer(text):
        forms.setdefault(_label(match), Counter())[match[0]] += 1

    def written(match: re.Match[str]) -> str:
        held = forms.get(_label(match), Counter())
        other = {form: count for form, count in held.items() if form.isalnum() == bool(match[2])}
        return (
            max(other, key=other.__getitem__)
            if other and 2 * sum(other.values()) > held.total()
            else match[0]
        )

    return _LABEL.sub(written, question)


def _label(match: re.Match[str]) -> tuple[str, str]:
    return match[1].lower(), match[3]
