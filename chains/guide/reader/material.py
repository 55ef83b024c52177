"""Training material in numbers: how many examples, and whether they are pairs, ratings or mere text."""

from __future__ import annotations

import re

from chains.guide.reader.hits import UNSURE, Hit
from chains.guide.reader.numbers import Number, numbers

FACTOR = "data"
SOME_FROM = 50
MANY_ABOVE = 10_000
SOME, MANY, RAW = "some_pairs", "many_pairs", "raw"
# Pairs, before they are counted.
PAIRS = "pairs"
RATINGS = "ratings"

# Things that come in twos by themselves, or are said to.
_PAIRED = (
    r"pairs?|q ?& ?as?|qas?|question[s]?\W{0,3}(?:and|/|&|\+|with|,)?\W{0,3}(?:the |an? |their |his |"
    r"her |model )?(?:right |accepted |good )?(?:answers?|repl(?:y|ies))|"
    r"before[ -]and[ -]after|before (?:and|&) after|old and (?:new|rewritten)|original and|"
    r"side by side|both versions|"
    r"with (?:the|their|an?|our|his|her|its|each|every|worked|full|accepted|corresponding|matching|"
    r"answers?|repl(?:y|ies)|solutions?|reasons?)\b|w/|"
    r"each (?:one )?(?:with|w/|in response)|(?:they|it) (?:was|were) (?:written|made|drafted|"
    r"based) (?:from|on)|written from|drafted from|made from|it was based on|came from|"
    r"(?:and|&|plus|,|/|\+|->|=) (?:the |their |our |his |her |its |an? |"
    r"what )?(?:\w+ ){0,2}(?:repl(?:y|ies)|answers?|reactions?|solutions?|verdicts?|decisions?|"
    r"rewrites?|rewritten|outputs?|codes?|reports?|forms?|summar(?:y|ies)|labels?|explanations?|"
    r"reasons?|corrections?|responses?|versions?)|"
    r"(?:questions?|prompts?|inputs?|customer(?:'s)? (?:message|line|question)|request) (?:in|and|"
    r"with|,)|in, .{3,40} out|labell?ed|annotated|human[- ]checked|signed off|"
    r"answered|rewrote|rewritten|reworked|polished|corrected|graded|demonstrations?|dialog(?:ue)?s?|"
    r"chats|transcripts|conversations|examples|example answers|example replies|answered questions|samples|faq"
)
_PAIR = re.compile(rf"\b(?:{_PAIRED})\b|->|\w/\s?(?:answer|reply|response)|\bq/a\b")
_RATED = re.compile(
    r"\b(?:thumbs?|stars?|like[- ]buttons?|ratings?|rated|votes?|voted|upvotes?|likes|smileys?|smiley|"
    r"clicks?|picks?|picked|picks the|ranked|rankings?|preferences?|prefer(?:red|s)?|"
    r"better (?:one|of|or|/|than)|better/worse|compar(?:ed|isons?|e)|scores?|scored|marks?|ticks?|"
    r"ticked|which of (?:the )?two|a/b|left or right|"
    r"verdicts on|presses|pressed|nicer (?:one|of)|warmer one)\b"
)
_TEXT = re.compile(
    r"\b(?:pages?|documents?|docs|pdfs?|articles?|gb|tb|mb|books?|volumes?|words|files?|manuals?|"
    r"recordings?|records|inscriptions|theses|contracts?|leaflets?|binders?|logs?|boxes|"
    r"raw|unlabell?ed|no labels|plain text|text only|only text|tickets|emails|mails|letters|scans?)\b"
)
# What pairs would have beside the text, said to be missing.
_HALVES = (
    r"pairs?|answers?|repl(?:y|ies)|questions?|prompts?|tasks?|labels?|descriptions?|annotations?|captions?|"
    r"summar(?:y|ies)|solutions?|translations?|outputs?|inputs?|counterparts?|q ?& ?as?|verdicts?|comments?|"
    r"corrections?|targets?|metadata"
)
_UNPAIRED = re.compile(
    rf"\b(?:no|without(?: any| the)?|lacking(?: any| the)?|minus(?: any| the)?|but not the|not the|never the|"
    rf"(?:nobody|no one|no-one)(?: \w+){{1,3}}?|(?:aren't|isn't|are not|weren't) any) (?:\w+ ){{0,2}}?"
    rf"(?:{_HALVES})\b(?! (?:matter|count|needed|required))"
    rf"|\b(?:never|not|nothing|none of (?:it|them)) (?:was |were |been |is |are )?(?:ever )?(?:paired|"
    rf"labell?ed|annotated|commented|tagged|matched)\b"
)
# What stands right behind the number of a few of them.
_FEW = re.compile(
    r"\s+(?:[\w-]+ ){0,2}?(?:pairs?|examples?|answers?|repl(?:y|ies)|samples?|q ?& ?as?|demonstrations?)\b"
)
# What stands right behind the number of nothing but pairs.
_PAIRS_COUNTED = re.compile(
    r"\s+(?:good |q&a |question[- ]answer |prompt[- ]response |labell?ed |curated |answered |example )*"
    r"(?:pairs|q ?& ?as?|examples? with|example (?:answers|replies)|questions with|questions and answers)\b"
)
# Numbers that count something else.
_OTHER = re.compile(
    r"\s*(?:%|percent|people|persons|users|employees|members|customers|nurses|agents|staff|"
    r"engineers|clients|students|years?|yrs|months?|weeks?|days?|hours?|"
    r"languages|countries|sites?|houses|shops|stores|schools|studios|offices|gpus?|a100s?|h100s?|"
    r"dollars|euros?|eur|usd|bucks|pounds|k€|€|\$|£|chf|"
    r"gb|tb|mb|pages|of us|ml|data scientists|researchers|lawyers|codes\b|categories|queues|fields|"
    r"headings|bands|volunteers|families|parents|machines|centres?|branches|times(?! over))\b"
)
# Numbers that are money, or come anew each month, are no count of what there is.
_MONEY_BEFORE = re.compile(
    r"\b(?:budget|fund(?:s|ing|ed)?|grant|pay|costs?|spend|prize|worth|money|legacy|approved)\b[^.,;]{0,22}$"
)
_NO_STOCK = re.compile(
    r"\s*\)?\s*(?:budget|funds?|grant|all in|set aside|approved|usd|eur|euros?)\b|"
    r"(?:\s*[\w-]+)?\s*\b(?:a|per|each|every) (?:day|week|month|year)\b"
)
_MANY = re.compile(r"\b(?:(?:tens|hundreds) of thousands|millions?)\b")


def material_hits(text: str, *, asked: bool) -> list[Hit]:
    """Counted examples in a plain text. Sure where the words about the number say what is counted.

    Where their other half is said to be missing, they are texts.
    """
    hits: list[Hit] = [Hit(FACTOR, RAW, *match.span(), asked) for match in _UNPAIRED.finditer(text)]
    unpaired = bool(hits)
    found = [number for number in numbers(text) if _counts(text, number)]
    for index, number in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else len(text)
        before = max((each.end for each in found[:index] if each.value >= SOME_FROM), default=0)
        context = text[max(before, number.start - 90) : min(following, number.end + 110)]
        if _RATED.search(context):
            hits.append(Hit(FACTOR, RATINGS, number.start, number.end, True))
        elif _PAIR.search(context) and not unpaired:
            value = _size(number.value) if number.value >= SOME_FROM else UNSURE
            is_stock = number.value >= SOME_FROM
            certain = is_stock and bool(_PAIRS_COUNTED.match(text, number.end))
            hits.append(Hit(FACTOR, value, number.start, number.end, is_stock, certain))
        elif asked and _TEXT.search(context):
            hits.append(Hit(FACTOR, RAW, number.start, number.end))
    return hits


def kind(value: str) -> str:
    """A value of any factor as it is told by what a message means: without the count of pairs."""
    return PAIRS if value in (SOME, MANY) else value


def counted(text: str) -> str:
    """What the pairs that a plain text speaks of count as: some or many, texts where they are too few.

    Some, where it does not say.
    """
    found = [
        number
        for number in numbers(text)
        if number.value >= SOME_FROM
        and _counts(text, number)
        and not _MONEY_BEFORE.search(text, max(0, number.start - 40), number.start)
        and not _NO_STOCK.match(text, number.end)
    ]
    near = [number for number in found if _PAIR.search(text, max(0, number.start - 60), number.end + 80)]
    if found:
        return _size(max(number.value for number in near or found))
    if _MANY.search(text):
        return MANY
    return RAW if _too_few(text) else SOME


def _too_few(text: str) -> bool:
    """Whether a plain text counts its pairs, and comes to fewer than make a difference."""
    return any(
        2 < number.value < SOME_FROM
        and _counts(text, number)
        and (_FEW.match(text, number.end) or _PAIR.search(text, number.end, number.end + 40))
        for number in numbers(text)
    )


def _size(pairs: float) -> str:
    return MANY if pairs > MANY_ABOVE else SOME


def _counts(text: str, number: Number) -> bool:
    """Whether a number may count examples: no year, no money, no people."""
    words = text[number.start : number.end]
    if re.fullmatch(r"(?:1[5-9]|20)\d\d", words) and number.value < 2100:
        return False
    before = text[max(0, number.start - 3) : number.start]
    return number.value >= 2 and not re.search(r"[$€£¥]\s?$", before) and not _OTHER.match(text, number.end)
