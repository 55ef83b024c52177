"""Numbers as people write them: "12k", "12.000", "twelve hundred", "1.5 mio", "2-3k", "a couple hundred"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "dozen": 12, "couple": 2, "few": 3, "several": 4, "some": 3, "half": 0.5, "quarter": 0.25,
}  # fmt: skip
SCALES = {
    "hundred": 1e2, "hundreds": 1e2, "hundert": 1e2, "k": 1e3, "thousand": 1e3, "thousands": 1e3,
    "tausend": 1e3, "tsd": 1e3, "grand": 1e3, "mila": 1e3, "mille": 1e3, "lakh": 1e5, "lakhs": 1e5,
    "m": 1e6, "mn": 1e6, "mio": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6, "millionen": 1e6,
    "crore": 1e7, "crores": 1e7, "bn": 1e9, "billion": 1e9,
}  # fmt: skip

_DIGITS = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?![\d])|\d+(?:[.,]\d+)?"
_WORD = "|".join(word for word in SMALL if word != "some")
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
# One number: digits or number words, then scales. "a" and "of" join ("a quarter of a million").
_TERM = rf"(?:{_DIGITS}|\b(?:{_WORD})\b)"
_JOIN = r"(?:[\s-]+(?:(?:and\s+)?a\s+|of\s+(?:a\s+)?|(?<=hundred )and\s+|(?<=thousand )and\s+)?)"
_NUMBER = re.compile(
    rf"(?:{_TERM}(?:{_JOIN}(?:{_WORD})\b)*|\b(?:an?|some|many)\s+(?=(?:{_SCALE})\b)|\b(?=(?:hundred|"
    rf"thousand|million|hundert|tausend)s?\b))"
    rf"(?:{_JOIN}?(?:{_SCALE})(?![a-zäöü]))*(?:\s+(?:and\s+)?(?:{_TERM})(?=\s+(?:hundred|thousand)\b)"
    rf"(?:{_JOIN}(?:{_SCALE})\b)+)*",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|or|and|bis)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or the greater end of a range, where it stands in the text."""

    value: float
    start: int
    end: int


def numbers(text: str) -> list[Number]:
    """Every number of the text in order; a range ("2-3k") is one number, its greater end."""
    found: list[Number] = []
    for number in _single(text):
        before = found[-1] if found else None
        if before and _RANGE.fullmatch(text, before.end, number.start) and number.value >= before.value:
            found[-1] = Number(number.value, before.start, number.end)
        else:
            found.append(number)
    return found


def _single(text: str) -> Iterator[Number]:
    for match in _NUMBER.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isalnum() or not match[0].strip():
            continue
        yield Number(_value(match[0]), match.start(), match.start() + len(match[0].rstrip()))


def _value(words: str) -> float:
    """The worth of one match: "twelve and a half thousand" is 12,500, "two hundred thousand" 200,000."""
    total, current = 0.0, 0.0
    fraction = False
    for token in re.findall(rf"{_DIGITS}|[a-zäöü]+", words.lower()):
        if token[0].isdigit():
            current += digits(token)
        elif token in SMALL:
            current = current + SMALL[token]
            fraction = fraction or SMALL[token] < 1
        elif token in SCALES:
            current = (current or (3.0 if "some" in words.lower() else 1.0)) * SCALES[token]
            if SCALES[token] >= 1e3:
                total, current = total + current, 0.0
    return total + current


def digits(token: str) -> float:
    """ "12.000" and "12,000" are twelve thousand, "1.5" and "1,5" one and a half."""
    if re.fullmatch(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+", token):
        return float(re.sub(r"\D", "", token))
    return float(token.replace(",", "."))
