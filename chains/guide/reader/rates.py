"""How often something changes: "every two weeks", "several a day", "on Tuesdays", "twice a year"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.numbers import numbers
from chains.guide.reader.spans import around, clauses

FACTOR = "change_rate"
# Days after which the next value begins. Two or three times a year lies between two values.
BORDERS = ((2.5, "daily"), (20.0, "weekly"), (115.0, "monthly"), (300.0, UNSURE))
BEYOND = "yearly"

_WEEKDAYS = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tues?|wed|thur?s?|fri|sat|sun)(?!\w))"
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)"
)
UNITS = {
    r"milliseconds?|secs?|seconds?|min(?:ute)?s?|hours?|hrs?|shifts?": 0.04,
    r"(?:working |business |week ?|match ?)?days?|mornings?|nights?|evenings?|night|tag": 1.0,
    r"weeks?|wks?|woche|sprints?": 7.0,
    _WEEKDAYS: 7.0,
    r"fortnights?": 14.0,
    r"months?|mths?|monat": 30.4,
    r"quarters?|qtrs?|seasons?": 91.0,
    r"semesters?|terms?|half[- ]?years?": 150.0,
    r"years?|yrs?|jahr|springs?|summers?|autumns?|falls?|winters?": 365.0,
    _MONTHS: 365.0,
    r"decades?": 3650.0,
}
ADVERBS = {
    r"daily|nightly|hourly|constantly|continuously|continually|round the clock|around the clock": 1.0,
    r"by the (?:minute|hour|day)|minute by minute|live data|real[- ]?time|intraday|everyday": 1.0,
    r"weekly|fortnightly|bi-?weekly|week by week": 7.0,
    r"monthly|quarterly|bi-?monthly|month by month": 30.4,
    r"yearly|annually|annual|year by year": 365.0,
}

_UNIT = "|".join(f"(?P<u{index}>{pattern})" for index, pattern in enumerate(UNITS))
_COUNT = (
    r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|couple|few|several|other|"
    r"second)"
)
_SPAN = (
    rf"(?:(?P<count>{_COUNT})(?:\s*(?:-|to|or)\s*(?P<count2>{_COUNT}))?[ -]+)?(?:single |"
    rf"of the )?(?:{_UNIT})\b"
)
_TIMES = (
    r"(?P<times>once|twice|thrice|one time|1 ?x|(?:\d{1,3}|two|three|four|five|six|ten|twelve|several|"
    r"many|few) ?(?:x|times))"
)
_TIMES2 = (
    r"(?:\s*(?:,|or|to|-|/)\s*(?P<times2>once|twice|thrice|(?:\d{1,3}|two|three|four|five|six) times?))?"
)

_OFTEN = re.compile(
    rf"\b{_TIMES}{_TIMES2}\s*,?\s*(?:a|an|per|each|every|in the same|in same|in a|in one|in|"
    rf"im)\s+(?:the )?{_SPAN}"
)
_EVERY = re.compile(rf"\b(?:every|each|per|evry)\s+(?:after )?{_SPAN}")
_EACH_DATE = re.compile(
    rf"\b(?:every|each)\s+(?:\d{{1,2}}(?:st|nd|rd|th)?|first|last)(?: day)?(?: of)?\s+{_MONTHS}\b"
)
_AMOUNT = re.compile(rf"\b(?:an?|per|one)\s+(?:single |working )?(?:{_UNIT})\b")
_ONCE_IN = re.compile(rf"\bonce (?:in )?{_SPAN}")
_ADVERBS = [(re.compile(rf"\b(?:{pattern})\b"), days) for pattern, days in ADVERBS.items()]
_ON_WEEKDAYS = re.compile(
    r"\bon (?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\bmost (?:mon|tues|wednes|thurs|fri)days\b"
)
_CHANGES = re.compile(
    r"\b(?:chang\w+|updat\w+|revis\w+|edit\w*|refresh\w*|renew\w*|amend\w*|replac\w+|out of date|outdated|"
    r"re-?wr(?:it\w+|ote)|rework\w*|redo(?:ne|es)?|overhaul\w*|publish\w*|releas\w+|fluctuat\w+|var(?:y|ies)|"
    r"new (?:editions?|releases?|prices?|products?|rules|articles?|documents?|pages?)|"
    r"(?:prices?|rules|documents?|manuals?|articles?) (?:\w+ ){0,2}?(?:moves?|arrives?|appears?))\b"
)
# What is so short is one of these words, perhaps mistyped.
_WORDS = {
    "hourly": "daily", "daily": "daily", "weekly": "weekly", "biweekly": "weekly", "monthly": "monthly",
    "quarterly": "monthly", "yearly": "yearly", "annually": "yearly", "never": "never",
}  # fmt: skip
_MOST_WORDS = 3
_WORKDAYS = re.compile(r"\bmon(?:day)? (?:to|till|-|through) (?:fri|sun|sat)(?:day)?\b|\b24/7\b")


def rate_hits(text: str) -> list[Hit]:
    """What a plain text says of how often something changes. Sure where it is a frequency by its form."""
    return [Hit(FACTOR, value_of(days), start, end, sure) for days, start, end, sure in _rates(text)]


def misspelt_hits(text: str) -> list[Hit]:
    """Rates that a short answer holds with one letter wrong, missing, doubled or out of place: "weeky"."""
    words = list(re.finditer(r"[^\W\d_]+", text))
    if len(words) > _MOST_WORDS:
        return []
    return [
        Hit(FACTOR, value, *match.span(), sure=True, certain=True)
        for match in words
        for right, value in _WORDS.items()
        if match[0] != right and _is_slip(match[0], right)
    ]


def is_of_change(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a rate in an answer to another question is one at which something changes, by its own words.

    People train weekly, are paid monthly and meet daily.
    """
    spans = clauses(text)
    return any(
        _CHANGES.search(text, span.start, span.end)
        for hit in hits
        for span in [around(spans, hit.start, hit.end)]
    )


def value_of(days: float) -> str:
    """The value for a change every so many days."""
    return next((value for border, value in BORDERS if days <= border), BEYOND)


def _rates(text: str) -> Iterator[tuple[float, int, int, bool]]:
    taken: list[tuple[int, int]] = []

    def free(match: re.Match[str]) -> bool:
        if any(match.start() < end and start < match.end() for start, end in taken):
            return False
        taken.append(match.span())
        return True

    for match in _OFTEN.finditer(text):
        if free(match):
            # Of "twice a year or thrice", the lesser number still lies between two values.
            times = max(_times(match["times"]), _times(match["times2"]) if match["times2"] else 0)
            yield _period(match) / times, *match.span(), True
    for match in _ONCE_IN.finditer(text):
        if free(match):
            yield _period(match), *match.span(), True
    for match in _EVERY.finditer(text):
        if free(match):
            # "Four per year".
            number = next((n for n in numbers(text) if n.end == match.start() - 1), None)
            times = number.value if number and match[0].startswith("per") else 1.0
            yield _period(match) / max(1.0, times), *match.span(), True
    for pattern, days in _ADVERBS:
        for match in pattern.finditer(text):
            if free(match):
                yield days, *match.span(), True
    for pattern, days in ((_EACH_DATE, 365.0), (_ON_WEEKDAYS, 7.0), (_WORKDAYS, 1.0)):
        for match in pattern.finditer(text):
            if free(match):
                yield days, *match.span(), True
    for match in _AMOUNT.finditer(text):
        if free(match) and (amount := _amount_before(text, match.start())) is not None:
            yield _period(match) / amount, *match.span(), False


def _is_slip(typed: str, right: str) -> bool:
    """Whether one slip of the fingers makes one word of the other; the first letter is always hit."""
    if len(typed) < 4 or typed[0] != right[0] or abs(len(typed) - len(right)) > 1:
        return False
    if len(typed) == len(right):
        places = [place for place, pair in enumerate(zip(typed, right, strict=True)) if pair[0] != pair[1]]
        swapped = len(places) == 2 and places[1] == places[0] + 1 and {*typed} == {*right}
        return len(places) == 1 or swapped
    longer, shorter = sorted((typed, right), key=len, reverse=True)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _period(match: re.Match[str]) -> float:
    groups = match.groupdict()
    unit = next(days for index, days in enumerate(UNITS.values()) if groups[f"u{index}"])
    count = _count(groups.get("count2") or groups.get("count"))
    return unit * count


def _count(word: str | None) -> float:
    if word is None:
        return 1.0
    if word in ("other", "second"):
        return 2.0
    found = numbers(word)
    return found[0].value if found else 2.0


def _times(word: str) -> float:
    if word in ("once", "one time") or word.replace(" ", "") == "1x":
        return 1.0
    if word in ("twice", "thrice"):
        return 2.0 if word == "twice" else 3.0
    found = numbers(word)
    return found[0].value if found else 4.0


def _amount_before(text: str, place: int) -> float | None:
    """How many things come in a time: "four bulletins a day", "hundreds a week"."""
    before = [number for number in numbers(text[:place]) if place - number.end <= 30]
    if before:
        return max(1.0, before[-1].value)
    return (
        1.0
        if re.search(r"\b(?:many|lots?|loads|something|several|new|some)\b[^.;]{0,25}$", text[:place])
        else None
    )
