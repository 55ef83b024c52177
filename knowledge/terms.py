"""Words as the lexical index counts them: split, folded, stemmed, the empty ones left out."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import snowballstemmer


class _Stemmers(threading.local):
    """Snowball's stemmers by language, each thread's own: a stemmer works on a word in place."""

    def __init__(self) -> None:
        self.of = cache(snowballstemmer.stemmer)


_STEMMERS = _Stemmers()
_WORD = re.compile(r"\w+")

# Words that carry no meaning of their own in a question.
_STOP_WORDS = (
    "a about am an and any anybody anyone are as at be been being but by can could did do does doing "
    "for from get had has have having he her here hers him his how i if in into is it its itself just "
    "let me my of on or our ours please she should so some somebody someone such than that the their "
    "them then there these they this those to us was we were what when where which who whom whose why "
    "will with would you your yours s t d ll m re ve don doesn didn isn aren won can cannot "
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text, as matches in it."""
    return _WORD.finditer(text)


def snowball(word: str, language: str) -> str:
    """A lower-case word's stem in one of Snowball's languages; safe in any thread."""
    return _STEMMERS.of(language).stemWord(word)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word's stem, lower case, without accents, as SQLite's FTS5 makes it ("porter")."""
    folded = unicodedata.normalize("NFKD", word.lower())
    return snowball("".join(mark for mark in folded if not unicodedata.combining(mark)), "porter")


def content_words(text: str) -> list[str]:
    """A text's words in lower case without stop words; where it has no others, those."""
    found = [match.group().lower() for match in words(text)]
    return [word for word in found if word not in STOP_WORDS] or found


def terms(text: str) -> list[str]:
    """The stems of a text's content words, in order."""
    return [stem(word) for word in content_words(text)]
