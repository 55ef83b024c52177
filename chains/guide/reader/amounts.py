"""Money against the border between a small budget and a large one."""

from __future__ import annotations

import re

from chains.guide.reader.hits import Hit
from chains.guide.reader.numbers import Number, numbers

FACTOR = "budget"
# "Up to about 50,000": a little above is still meant.
SMALL_UP_TO = 52_000.0

# Roughly what one unit is worth in dollars or euros; a rough value decides only far from the border.
CURRENCIES = {
    r"€|euros?|eur|eu": 1.0,
    r"us\$|\$|usd|us dollars?|dollars?|bucks|dollar": 1.0,
    r"£|gbp|pounds?|quid|sterling": 1.2,
    r"chf|francs?|franken|sfr|swiss francs?": 1.05,
    r"a\$|aud|c\$|cad|nzd|sgd": 0.65,
    r"nok|sek|dkk|kr|kroner|kronor|crowns?": 0.095,
    r"z[łl]|pln|zlot(?:y|ys|ych)": 0.24,
    r"₹|rs\.?|inr|rupees?|lakhs? (?:rupees|rs|inr)|(?<=lakh)|(?<=lakhs)|(?<=crore)|(?<=crores)": 0.011,
    r"¥|jpy|yen": 0.0065,
    r"cny|rmb|yuan": 0.13,
    r"rm|myr|ringgit": 0.22,
    r"r\$|brl|reais|real": 0.18,
    r"lei|ron": 0.2,
    r"czk|k[čc]|huf|forint|php|pesos?|mxn": 0.05,
    r"dong|vnd|₫": 0.00004,
    r"ils|shekels?|aed|sar|try|tl|zar|rand": 0.06,
    r"krw|won|idr|rupiah": 0.0007,
}
_CURRENCY = [(re.compile(pattern), rate) for pattern, rate in CURRENCIES.items()]
_AFTER = re.compile(r"\s*(?:of\s+)?([^\W\d_]+\$?|[€£$₹¥₫])")
_BEFORE = re.compile(r"([^\W\d_]{2,4}|[€£$₹¥₫]|us\$|r\$|a\$|c\$)\s*$")
_FIGURES = re.compile(r"\b(?P<size>four|five|six|seven|eight|nine|[4-9])[- ](?:figures?|digits?)\b")
_MONEY_WORD = re.compile(
    r"\b(?:budget|money|fund(?:s|ed|ing)?|grant(?:s|ed)?|spend|pay(?:s|ing)?|cost|approved|"
    r"earmarked|set aside|"
    r"sponsor|donat(?:ion|ed)|pot|cash|invest|allotted|ring-?fenced|allocated|legacy|tender|"
    r"sanctioned|reserve[sd]?)\b"
)

# What a bare number counts where it is no money: "20,000 good question and answer pairs".
_COUNTED = re.compile(
    r"\s*(?:(?:gpu|a100|h100|v100|people|months?|years?|yrs?|weeks?|%)|"
    r"(?:[\w-]+ ){0,4}?(?:pairs|examples|samples|tickets|chats|conversations|"
    r"dialog(?:ue)?s|emails|messages|rows|records|documents|docs|pages|files|"
    r"questions|answers|replies|q&as|ratings|labels)\b)"
)


def money_hits(text: str, *, asked: bool) -> list[Hit]:
    """Amounts of money in a plain text. Sure where a currency or a word for money stands by the number.

    `asked` takes bare numbers for money too.
    """
    hits: list[Hit] = []
    for number in numbers(text):
        rate = _rate(text, number)
        near = bool(_MONEY_WORD.search(text, max(0, number.start - 40), number.end + 40))
        scaled = number.value >= 1000 and bool(
            re.search(r"(?:k|grand|thousand)$", text[number.start : number.end])
        )
        if rate is None and not asked and not (near and scaled):
            continue
        if rate is None and _COUNTED.match(text, number.end):
            continue
        worth = number.value * (rate or 1.0)
        value = "none" if worth == 0 else "small" if worth <= SMALL_UP_TO else "large"
        hits.append(Hit(FACTOR, value, number.start, number.end, rate is not None or (near and scaled)))
    for match in _FIGURES.finditer(text):
        value = "small" if match["size"] in ("four", "five", "4", "5") else "large"
        hits.append(Hit(FACTOR, value, *match.span(), True))
    sure = [hit for hit in hits if hit.sure]
    # Beside an amount with its currency, a bare number is a date or a count.
    return sure or hits


def _rate(text: str, number: Number) -> float | None:
    """What one unit of the number's currency is worth; None where no currency stands by it."""
    tail = text[number.start : number.end]
    if re.search(r"(?:lakhs?|crores?)$", tail):
        return 0.011
    after = _AFTER.match(text, number.end)
    before = _BEFORE.search(text[: number.start])
    for word in (after[1] if after else "", before[1] if before else ""):
        for pattern, rate in _CURRENCY:
            if word and pattern.fullmatch(word):
                return rate
    if re.search(r"(?:trieu|triệu)\s+(?:dong|vnd)", text[number.end : number.end + 14]):
        return 40.0
    return None
