"""Whether a question is in another language than the documents, and putting it into theirs to search with."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chains.claims import content_words, language_of, read_claims
from chains.failures import failure
from chains.llm import Limits
from chains.prompts import prompt
from chains.streamed import complete
from chains.wordlists import FUNCTION_WORDS

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

QUICK = Limits(first=4.0, whole=6.0)
LONGEST = 300
# Passages that show which language the documents are in.
LOOKED_AT = 6
# One function word may be an accident ("die casting"). It counts where the passages know few of the words.
KNOWN_WORDS = 0.5
# Languages that are told by their script alone.
SCRIPTS = {
    "cjk": "Chinese",
    "hiragana": "Japanese",
    "katakana": "Japanese",
    "hangul": "Korean",
    "greek": "Greek",
    "hebrew": "Hebrew",
    "arabic": "Arabic",
    "thai": "Thai",
}
UNNAMED = "another language"


@dataclass(frozen=True, slots=True)
class Languages:
    """The language of a question, and another one, of the passages found for it."""

    question: str
    documents: str


def differing(question: str, passages: Sequence[str]) -> Languages | None:
    """The two languages where they differ; None where they do not, or cannot be told."""
    asked = language_of(question, least=1)
    if asked is None:
        return None
    written = Counter(filter(None, map(language_of, passages[:LOOKED_AT])))
    if not written:
        return None
    ((documents, _),) = written.most_common(1)
    if asked == documents:
        return None
    if language_of(question) is None:
        words = set(content_words(question, asked))
        known = {word for text in passages for word in content_words(text, asked)}
        if len(words & known) >= KNOWN_WORDS * len(words):
            return None
    return Languages(asked, documents)


def in_documents_language(
    question: str, languages: Languages, model: BaseChatModel, limits: Limits = QUICK
) -> str | None:
    """The question in the documents' language, only ever to search with.

    None where that language has no name here, the model fails, or it writes something else.
    """
    if named(languages.documents) == UNNAMED:
        return None
    message = prompt("translate_question", question=" ".join(question.split()))
    try:
        instructions = prompt("translate", language=named(languages.documents))
        written = complete(instructions, message, model, limits)
    except Exception as error:
        log.warning("Searching in the question's own language, the model failed: %r", failure(error))
        return None
    written = written.strip().strip("\"“”'`")
    if not _is_translation(written, question, languages):
        log.info("Searching in the question's own language, the model wrote something else")
        return None
    return written


def named(language: str) -> str:
    """A language's name for people and models."""
    return language.capitalize() if language in FUNCTION_WORDS else SCRIPTS.get(language, UNNAMED)


def _is_translation(written: str, question: str, languages: Languages) -> bool:
    """Whether it is one short line, not in the question's language, with the question's numbers."""
    if not written or "\n" in written or len(written) > LONGEST:
        return False
    if language_of(written, least=1) not in (None, languages.documents):
        return False
    own = read_claims(question, languages.question)
    return own.numbers <= read_claims(written, languages.documents).numbers
