"""What a sentence claims, in a form that can be looked up: content words, facts, whether it is negated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from chains.citations import BARE_URL, CODE, MARKDOWN_LINK, same_url
from chains.wordlists import (
    FUNCTION_WORDS,
    MONTHS,
    NEGATIONS,
    NUMERALS,
    OBJECT_STARTERS,
    OPENERS,
    ORDINARY_ENDINGS,
    RATE_WORDS,
    UNIT_QUALIFIERS,
    UNITS,
    WEAK_NUMERALS,
)
from knowledge.terms import snowball

TOKEN = re.compile(
    r"(?P<currency>[$€£](?=\s?\d))"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<number>\d+(?:[.,:/]\d+|-\d+)*(?:st|nd|rd|th)?(?![\w]))"
    r"|(?P<measure>\d+(?:[.,]\d+)*)(?P<unit>[a-zA-Z]{1,3}|%)(?!\w)"
    r"|(?P<word>[#@/~]?\w+(?:[-_./'’:@]\w+)*)"
    r"|(?P<percent>%)"
)
ENGLISH_NEGATION = re.compile(r"\w+n['’]t$", re.IGNORECASE)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
ENGLISH = FUNCTION_WORDS["english"]
SENTENCE_START = re.compile(r"[.!?:;|(“\"‘*•>]\s*$")


# Where a sentence falls into parts that are true or false each for itself.
CLAUSE_END = re.compile(
    r"[;:–—]\s+|,\s+|\s+\|\s+|\s+\((?=\w)|\s+(?:and|but|or|unless|if|when|while|because|although|so|then|und|aber|oder|wenn|"
    r"sondern|weil|et|mais|ou|si|y|pero|o|e|ma)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: stems of its content words and of all its words, and whether it is negated."""

    words: frozenset[str]
    tokens: frozenset[str]
    negated: bool


@dataclass(frozen=True, slots=True)
class Claims:
    """`words` are stems of content words in order; the rest must be found in what is cited.

    `numbers` are normalised ("1,000" is "1000"), `quantities` numbers with their unit. `identifiers`
    (SEV-2, config.yaml, #ops) are compared without punctuation, `names` as stems. `code` holds the
    contents of code spans, `urls` addresses without their scheme.
    """

    words: tuple[str, ...]
    numbers: frozenset[str]
    quantities: frozenset[tuple[str, str]]
    identifiers: frozenset[str]
    names: frozenset[str]
    code: frozenset[str]
    urls: frozenset[str]
    clauses: tuple[Clause, ...]
    whole: Clause


def language_of(text: str, least: int = 2) -> str | None:
    """A rough guess from at least so many function words, or the script; None where there is too little."""
    letters = [character for character in text if character.isalpha()]
    foreign = [character for character in letters if ord(character) > 0x24F]
    if letters and len(foreign) > len(letters) / 2:
        return unicodedata.name(foreign[0], "?").split()[0].lower()
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {name: sum(word in known for word in words) for name, known in FUNCTION_WORDS.items()}
    first, second = sorted(hits, key=lambda name: -hits[name])[:2]
    return first if hits[first] >= least and hits[first] > hits[second] else None


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """The stem of a lower-case word; languages without a stemmer keep the word."""
    if language not in FUNCTION_WORDS:
        return word
    return snowball(word.removesuffix("'s").removesuffix("’s"), language)


def content_words(text: str, language: str) -> Iterator[str]:
    """Stems of the words that carry content, in order; two-character pieces where no spaces are written."""
    ignored = FUNCTION_WORDS.get(language, frozenset())
    for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower()):
        if CJK.search(word):
            yield from (word[index : index + 2] for index in range(max(1, len(word) - 1)))
        elif word not in ignored and word not in NEGATIONS and not word[0].isdigit() and len(word) > 1:
            yield stem(word, language)


def compact(token: str) -> str:
    """An identifier without case and punctuation: SEV-2, sev2 and “SEV 2” are one."""
    return re.sub(r"[\W_]+", "", token).lower()


def normal_numbers(token: str) -> list[str]:
    """The numbers in a token: thousands joined, dates and times cut, decimals and versions whole."""
    token = re.sub(r"(?:st|nd|rd|th)$", "", token)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", token):
        token = token.replace(",", "")
    parts = [part.lstrip("0") or "0" for part in re.split(r"[:/,-]", token)]
    return [part for part in parts if part != "0" or len(parts) == 1]


def read_claims(text: str, language: str) -> Claims:
    """Reads what a sentence claims. Capitals count as names, except in German, where all nouns have them."""
    code = frozenset(_squeeze(match[0].strip("`")) for match in CODE.finditer(text))
    text = CODE.sub(" ", text)
    urls = {same_url(url) for _, url in MARKDOWN_LINK.findall(text)}
    text = MARKDOWN_LINK.sub(r"\1", text)
    urls |= {same_url(url) for url in BARE_URL.findall(text)}
    text = BARE_URL.sub(" ", text)
    numbers: set[str] = set()
    quantities: set[tuple[str, str]] = set()
    identifiers: set[str] = set()
    names: set[str] = set()
    tokens = list(TOKEN.finditer(text))
    for index, token in enumerate(tokens):
        word = token["word"]
        unit = unit_of(tokens, index)
        if values := number_values(token, strict=unit is None):
            numbers.update(values)
            quantities.update(
                (value, kind) for value in values for kind in (unit, rate_of(tokens, index)) if kind
            )
        elif token["mail"] or (word and _is_identifier(word)):
            identifiers.add(compact(token[0]))
        elif word and language != "german" and _is_name(text, tokens, index):
            names.add(_name_key(word, language))
    return Claims(
        words=tuple(content_words(text, language)),
        numbers=frozenset(numbers),
        quantities=frozenset(quantities),
        identifiers=frozenset(identifiers),
        names=frozenset(names),
        code=code,
        urls=frozenset(urls),
        clauses=read_clauses(text, language),
        whole=read_clause(text, language),
    )


def read_clauses(text: str, language: str) -> tuple[Clause, ...]:
    """Cuts a sentence into its clauses; those of a single content word say too little to compare."""
    clauses = (read_clause(part, language) for part in CLAUSE_END.split(text))
    return tuple(clause for clause in clauses if len(clause.words) > 1)


def read_clause(text: str, language: str) -> Clause:
    """A text as one clause. Identifiers count as content words."""
    identifiers = {compact(token[0]) for token in TOKEN.finditer(text) if _is_identifier(token[0])}
    tokens = frozenset(stem(word, language) for word in re.findall(r"\w+", text.lower()))
    return Clause(frozenset(content_words(text, language)) | identifiers, tokens, is_negated(text))


def is_negated(text: str) -> bool:
    """Whether a sentence says that something is not so."""
    words = re.findall(r"[\w'’]+", text.lower())
    return any(word in NEGATIONS or ENGLISH_NEGATION.match(word) for word in words)


def number_values(token: re.Match[str], *, strict: bool) -> list[str]:
    """The numbers that a token stands for; with `strict`, words such as “one” and “a” are none."""
    if digits := token["number"] or token["measure"]:
        return normal_numbers(digits)
    word = (token["word"] or "").lower()
    if word in NUMERALS and not (strict and word in WEAK_NUMERALS):
        return [NUMERALS[word]]
    return []


def unit_of(tokens: list[re.Match[str]], index: int) -> str | None:
    """The unit of the number at this place: attached, before it (a currency), or next."""
    if attached := tokens[index]["unit"]:
        return UNITS.get(attached.lower())
    if index and tokens[index - 1]["currency"]:
        return UNITS[tokens[index - 1][0]]
    for following in tokens[index + 1 : index + 3]:
        word = following[0].lower()
        if word in UNITS:
            return UNITS[word]
        if word not in UNIT_QUALIFIERS:
            return None
    return None


def rate_of(tokens: list[re.Match[str]], index: int) -> str | None:
    """What the number at this place is counted per: "/minute" in “600 requests per minute”."""
    following = [token[0].lower() for token in tokens[index + 1 : index + 6]]
    for word, unit in pairwise(following):
        if word in RATE_WORDS and unit in UNITS:
            return f"/{UNITS[unit]}"
    return None


def _is_identifier(word: str) -> bool:
    if word[0] in "#@/~":
        return len(word) > 1
    has_letter, has_digit = re.search(r"[^\W\d_]", word), re.search(r"\d", word)
    return bool(
        (has_letter and has_digit)
        or "_" in word
        or re.search(r"\w\.\w", word)
        or re.search(r"[a-z][A-Z]", word)
    )


def _is_name(text: str, tokens: list[re.Match[str]], index: int) -> bool:
    token = tokens[index]
    word = token["word"]
    if not word[0].isupper() or len(word) < 2:
        return False
    lower = word.lower()
    before = text[: token.start()]
    inside = bool(before.strip()) and not SENTENCE_START.search(before)
    if inside and lower in MONTHS:
        return True
    if re.split("['’]", lower)[0] in ENGLISH or lower in NEGATIONS:
        return False
    if inside or word.isupper():
        return True
    # At the start anything has a capital: a name is what looks neither like an ordinary word nor
    # like an imperative ("Ask your manager").
    following = tokens[index + 1]["word"] if index + 1 < len(tokens) else None
    if following and following[0].isupper() and re.split("['’]", following.lower())[0] not in ENGLISH:
        return True
    if lower in OPENERS or lower.endswith(ORDINARY_ENDINGS) or not following:
        return False
    return re.split("['’]", following.lower())[0] not in OBJECT_STARTERS


def _name_key(word: str, language: str) -> str:
    lower = word.lower().removesuffix("'s").removesuffix("’s")
    return MONTHS.get(lower) or stem(lower, language)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()
