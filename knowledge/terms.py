"""Words as the lexical index counts them: split, folded, stemmed, the empty ones left out."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer


class _Stemmers(threading.local):
    """The stemmer that SQLite's FTS5 uses ("porter"), so that terms match its vocabulary.

    One a thread: it works on a word in place.
    """

    def __init__(self) -> None:
        self.porter = snowballstemmer.stemmer("porter")


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


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word's stem, lower case, without accents."""
    folded = unicodedata.normalize("NFKD", word.lower())
    return _STEMMERS.porter.stemWord("".join(mark for mark in folded if not unicodedata.combining(mark)))


def content_words(text: str) -> list[str]:
    """A text's words in lower case without stop words; where it has no others, those."""
    found = [match.group().lower() for match in words(text)]
    return [word for word in found if word not in STOP_WORDS] or found


def terms(text: str) -> list[str]:
    """The stems of a text's content words, in order."""
    return [stem(word) for word in content_words(text)]
