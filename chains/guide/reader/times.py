"""When it must be live: durations, days and seasons against the border of two months."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.numbers import numbers

FACTOR = "deadline"
# Under two months is soon; eight weeks and a few days are not yet two months.
SOON_BELOW_DAYS = 60.0

_UNITS = {
    r"hours?|hrs?": 0.05,
    r"days?|(?<=\d)d|(?<=\d )d": 1.0,
    r"weeks?|wks?|w|sprints?": 7.0,
    r"fortnights?": 14.0,
    r"months?|mths?|mo": 30.4,
    r"quarters?": 91.0,
    r"(?:half|hlf)[- ]?years?|semesters?|terms?": 182.0,
    r"years?|yrs?": 365.0,
}
_NUMBER = (
    r"\d{1,3}(?:[.,]\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|"
    r"sixteen|eighteen|twenty|thirty|forty|sixty|ninety|hundred|a|an|half an?|a couple(?: of)?|"
    r"a few|couple(?: of)?|few|several|some|"
    r"one and a half|two and a half|three and a half|a dozen"
)
_UNIT = "|".join(f"(?P<u{index}>{pattern})" for index, pattern in enumerate(_UNITS))
_DURATION = re.compile(
    rf"\b(?P<count>{_NUMBER})(?:\s*(?:-|to|or|,)\s*(?P<count2>{_NUMBER}))?[ -]*(?:more |full |short |"
    rf"good |lousy )?"
    rf"(?:{_UNIT})(?:'s?)?\b(?P<half> and a half)?"
)
_COMING = re.compile(
    r"\b(?:in|within|by|before|until|till|for|have|got|need it|live|launch|only|inside|next|last|"
    r"deadline|=|is|'s|to go)\s*"
    r"(?:about|around|roughly|approx\.?|like|~|some|the next|at most|max|less than|under|just|only|"
    r"another)?\s*$"
)
_PAST = re.compile(r"\s*(?:ago|old|of experience|since|now\b|back|in a row|long ago)")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_SEASONS = {
    "spring": 3,
    "easter": 4,
    "summer": 6,
    "midsummer": 6,
    "autumn": 9,
    "fall": 9,
    "winter": 12,
    "christmas": 12,
    "xmas": 12,
}
_SEASON = "|".join(_SEASONS)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SOON = re.compile(
    rf"\btomorrow\b|\btmrw\b|\byesterday\b(?!'s)|\btoday\b|\btonight\b|"
    rf"\bnext week\b|\bnext month\b|\bthis (?:week|month)\b|"
    rf"\b(?:by|on|until|till|before|next|this|deadline|is) {_WEEKDAY}\b"
    r"|\b(?:end|close) of (?:the|this) (?:month|week)\b|\b(?:within|inside) the (?:month|week)\b|"
    r"\bmonth'?s end\b|\ba matter of (?:days|weeks)\b"
    r"|\b(?:by|on|before) the \d{1,2}(?:st|nd|rd|th)\b(?! of)|\b(?:days|weeks),? not months\b|"
    r"\b(?:a few|some) (?:days|weeks)\b"
)
_LATER = re.compile(
    rf"\bnext (?:year|{_SEASON}|half[- ]year|budget year|fiscal year|season)\b|\b(?:{_SEASON}|"
    rf"{_MONTH}|q[1-4]|h[12]) (?:of )?next year\b|\bend of next year\b"
    rf"|\b(?:christmas|xmas|{_SEASON}|year) after next\b|\byear after\b|\bin the (?:new year|"
    rf"course of next year)\b"
    r"|\bmonths? away\b|\b(?:some|several|many) months\b|\bmonths,? not weeks\b|\byears\b(?! (?:ago|"
    r"old|of))|\bhalf a year\b|\ba year or (?:so|two)\b"
    r"|\bno (?:rush|hurry|pressure|stress|urgency)\b|\bnot? (?:in a|any) (?:rush|hurry)\b|"
    r"\bnot urgent\b|\btake (?:y?our|all the) time\b|\blong[- ]term\b|\bin the long run\b"
)
_POINT = re.compile(rf"\b(?:(?P<month>{_MONTH})|(?P<season>{_SEASON})|(?P<quarter>q[1-4])|(?P<half>h[12]))\b")
_NOW = re.compile(
    rf"\b(?:it's|it is|now|today is|today's|we're in|we are in|currently)\s+(?:now |already |"
    rf"in )*(?P<month>{_MONTH}|q[1-4])\b|\b(?P<month2>{_MONTH}|q[1-4]) now\b"
)


def time_hits(text: str, today: date | None = None) -> list[Hit]:
    """When a plain text says that it must be live. Sure where it is ahead by its form ("in six weeks").

    A month or a season by itself says something only with `today`, or where the text names the present.
    """
    hits = [Hit(FACTOR, value, start, end, sure) for value, start, end, sure in _times(text)]
    now = _now(text, today)
    for match in _POINT.finditer(text):
        if any(hit.start <= match.start() < hit.end for hit in hits) or _NOW.search(
            text, max(0, match.start() - 20), match.end()
        ):
            continue
        value = _value((_month(match) - now) % 12 * 30.4) if now else UNSURE
        hits.append(Hit(FACTOR, value, *match.span()))
    return sorted(hits, key=lambda hit: hit.start)


def _times(text: str) -> Iterator[tuple[str, int, int, bool]]:
    for match in _DURATION.finditer(text):
        if _PAST.match(text, match.end()):
            continue
        coming = bool(_COMING.search(text[: match.start()]))
        yield _value(_days(match)), *match.span(), coming
    for pattern, value in ((_SOON, "soon"), (_LATER, "later")):
        for match in pattern.finditer(text):
            yield value, *match.span(), False


def _value(days: float) -> str:
    return "soon" if days < SOON_BELOW_DAYS else "later"


def _days(match: re.Match[str]) -> float:
    groups = match.groupdict()
    unit = next(days for index, days in enumerate(_UNITS.values()) if groups[f"u{index}"])
    return (_count(groups["count2"] or groups["count"]) + (0.5 if groups["half"] else 0)) * unit


def _count(words: str) -> float:
    if re.fullmatch(r"an?", words):
        return 1.0
    found = numbers(words)
    return found[0].value if found else 3.0


def _now(text: str, today: date | None) -> float | None:
    """The present month (1 to 12, with its part that has passed), by the text itself or by `today`."""
    if match := _NOW.search(text):
        return float(_month_number(match["month"] or match["month2"]))
    return today.month + today.day / 31 if today else None


def _month(match: re.Match[str]) -> float:
    if match["season"]:
        return float(_SEASONS[match["season"]])
    if match["half"]:
        return 1.0 if match["half"] == "h1" else 7.0
    return float(_month_number(match["month"] or match["quarter"]))


def _month_number(word: str) -> int:
    if word[0] == "q":
        return 3 * int(word[1]) - 2
    return _MONTHS.index(word[:3]) + 1
