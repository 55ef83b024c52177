"""Makes a follow-up understandable by itself, from what the person asked before in the thread."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from chains.claims import content_words, language_of, read_claims
from chains.contract import Turn
from chains.failures import failure
from chains.llm import Limits
from chains.prompts import prompt
from chains.streamed import complete
from chains.wordlists import word_set
from knowledge.terms import snowball

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

# Measured with tests/evaluation/rewrite.py: a message of so few content words may lean on those before it,
# and earlier messages are added until they hold so many content words together.
FEW_WORDS = 3
ENOUGH_CONTEXT = 4
TURNS_BACK = 3
LONGEST = 300
QUICK = Limits(first=4.0, whole=6.0)

POINTING_WORDS = word_set(
    """
    it its they them their theirs this that these those there he she him his her hers one ones both either
    same such another other others else instead too former latter
    dort dafür davon damit darüber dazu daran ihm ihn
    celui celle ceux cela ça eso esto ese esa allí
    """
)
PERSON_WORDS = word_set("he she him his her hers er ihm ihn ihr il elle lui él ella")
# Words of content that say nothing by themselves of what is asked: “whom do I tell?”, “what happens first?”.
VAGUE_WORDS = frozenset(
    snowball(word, "english")
    for word in word_set(
        """
        tell ask know say mean happen cost take start begin end finish work help need want use try look find
        go come give put make write read send call pay apply long often soon much many first next last then
        early late far reason example examples exactly really still again already more else please thanks
        time day days week weeks month months year years hour hours thing things way part detail details
        """
    )
)
# Where a pointing word points at nothing: “are there printers?”, “is it allowed to …?”, “this week”.
NOT_POINTING = re.compile(
    r"\b(?:is|are|was|were|isn't|aren't) there\b|\bthere (?:is|are|was|were|will|must)\b"
    r"|\b(?:is|was|isn't) it (?:possible|allowed|ok|okay|fine|necessary|required|mandatory|true|safe|worth)\b"
    r"|\bthis (?:week|month|quarter|year|morning|afternoon|evening|spring|summer|autumn|winter)\b"
    r"|\b(?:each other|one (?:to|on) ones?|such as|instead of)\b"
    r"|\bboth\b(?=.*\band\b)|\beither\b(?=.*\bor\b)",
    re.IGNORECASE,
)
# How a whole question begins, as against a piece of one: “in Porto?”, “if nobody answers?”.
WHOLE = re.compile(
    r"(?:who|whom|whose|what|whats|when|where|which|why|how|is|are|am|was|were|do|does|did|can|could|may|might|must"
    r"|shall|should|will|would|has|have|wer|wem|wen|was|wann|wo|welche\w*|warum|wie|ist|sind|kann|können|darf|dürfen"
    r"|muss|müssen|soll|gibt|habe\w*|hat|qui|que|quand|où|quel\w*|pourquoi|comment|est|peut|quién|qué|cuándo|dónde"
    r"|cuál\w*|cómo|es|puedo)\b(?!\s+(?:if|wenn|falls|si)\b)",
    re.IGNORECASE,
)
# How a piece of a question begins that belongs to the one before: “in Porto?”, “if nobody answers?”.
BELONGING = re.compile(
    r"(?:in|at|on|for|from|with|without|by|to|of|under|above|below|before|after|during|than|as|if|when|while|because"
    r"|für|bei|mit|ohne|von|nach|vor|wenn|falls|à|en|pour|avec|sans|si|para|con|sin)\b",
    re.IGNORECASE,
)
SUPPOSING = re.compile(r"(?:and\s+|but\s+)?what if\b", re.IGNORECASE)
OPENING = re.compile(
    r"^(?:(?:and|but|or|so|ok|okay|also|then|und|aber|oder|et|mais|y|pero)\b[,\s]*)*"
    r"(?:what about|how about|what if|was ist mit|wie ist es mit|et pour|qué tal)?\b[,\s]*",
    re.IGNORECASE,
)
CORRECTION = re.compile(
    r"^(?:(?:oops|sorry|excuse me|no|ok|i am sorry|i'm sorry|my apologies|entschuldigung)\b[,.!\s]*)*"
    r"(?:i|ich) (?:meant|mean|meinte)(?: to (?:ask|say|write))?\b[,:\s]*",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\b([^\W\d_]+)([- ]?)(\d+)\b")
PLACED = re.compile(r"\b(in|at|for|from|with|on|für|bei|à|en)\s+((?:[A-ZÄÖÜ][\w-]*\s?)+)(?=\W|$)")
FULL_NAME = re.compile(r"\b[A-Z][\w'’-]+ [A-Z][\w'’-]+\b")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A message, understood: `question` for people and the model, `search` for the retriever.

    `alone` is the message as it stands, where it may follow up on those before or be about something else:
    what is found for each shows which it is.
    """

    question: str
    search: str
    alone: str = ""


class Leaning(Enum):
    """Whether a message is to be understood from those before it."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


def rewrite(
    message: str, history: Sequence[Turn], model: BaseChatModel | None = None, limits: Limits = QUICK
) -> Rewritten:
    """A message that can be understood alone comes back as it is, without a call.

    Another is rewritten by the model, if there is one; by rules where it fails or writes something
    else. Only the person's own messages are sent: earlier answers may quote what must not leave.
    """
    by_rules = rewrite_by_rules(message, history)
    if model is None or by_rules.question == " ".join(message.split()):
        return by_rules
    written = _by_model(message, history, model, limits)
    return replace(written, alone=by_rules.alone) if written else by_rules


def rewrite_by_rules(message: str, history: Sequence[Turn]) -> Rewritten:
    """Without a model: context is added to a message that leans on it."""
    message = " ".join(message.split())
    earlier = [" ".join(turn.content.split()) for turn in history if turn.role == "user"]
    leans = leaning(message)
    if not earlier or leans is Leaning.NO:
        return Rewritten(message, message)
    alone = message if leans is Leaning.MAYBE else ""
    said = CORRECTION.sub("", message) or message
    if (swapped := _swap(said, earlier[-1])) is not None:
        return Rewritten(swapped, swapped, alone if is_whole(said) else "")
    context = _context(earlier)
    question = f"{said} (after: “{context[0]}”)"
    return Rewritten(question, " ".join((said, *context, *_people(message, history))), alone)


def leaning(message: str) -> Leaning:
    """Whether a message points to something before it, begins in the middle, or says too little by itself.

    A short one that says what it is about may be a question of its own, “what about expenses?” too.
    """
    opening = OPENING.match(message)
    rest = message[opening.end() :] if opening else message
    words = set(content_words(rest, language_of(rest, least=1) or "english"))
    few = len(words) <= FEW_WORDS
    if (
        _points(message)
        or CORRECTION.match(message)
        or words <= VAGUE_WORDS
        or (few and SUPPOSING.match(message))
        or (not is_whole(rest) and (BELONGING.match(rest) or (rest != message and not few)))
    ):
        return Leaning.YES
    return Leaning.MAYBE if few else Leaning.NO


def is_whole(message: str) -> bool:
    """Whether a message is a whole question, as against a piece of one."""
    opening = OPENING.match(message)
    return WHOLE.match(message, opening.end() if opening else 0) is not None


def _points(message: str) -> bool:
    """Whether a word points to something that was said before."""
    words = re.findall(r"[^\W\d_]+", NOT_POINTING.sub(" ", message.lower()))
    return not POINTING_WORDS.isdisjoint(words)


def _context(earlier: Sequence[str]) -> list[str]:
    """The person's messages before, newest first, until they say enough."""
    context: list[str] = []
    words = 0
    for text in reversed(earlier[-TURNS_BACK:]):
        context.append(text)
        words += len(list(content_words(text, language_of(text, least=1) or "english")))
        if words >= ENOUGH_CONTEXT:
            break
    return context


def _swap(said: str, before: str) -> str | None:
    """The question before with one thing exchanged: “and for a SEV-2?” after one about SEV-1."""
    rest = said[match.end() :] if (match := OPENING.match(said)) else said
    if len(rest.split()) > 4:
        return None
    for new in NUMBERED.finditer(rest):
        old = [found for found in NUMBERED.finditer(before) if found[1].lower() == new[1].lower()]
        if len(old) == 1 and old[0][0] != new[0]:
            return before[: old[0].start()] + new[0] + before[old[0].end() :]
    for new in PLACED.finditer(rest):
        old = [found for found in PLACED.finditer(before) if found[1] == new[1]]
        if len(old) == 1:
            return before[: old[0].start()] + new[0].strip() + before[old[0].end() :]
    return None


def _people(message: str, history: Sequence[Turn]) -> list[str]:
    """Full names in the last answer, where the message says “he” or “her”."""
    words = re.findall(r"[^\W\d_]+", message.lower())
    answers = [turn.content for turn in history if turn.role == "assistant"]
    if not answers or PERSON_WORDS.isdisjoint(words):
        return []
    return list(dict.fromkeys(FULL_NAME.findall(answers[-1])))


def _by_model(
    message: str, history: Sequence[Turn], model: BaseChatModel, limits: Limits
) -> Rewritten | None:
    earlier = [turn.content for turn in history if turn.role == "user"][-TURNS_BACK:]
    try:
        written = _ask(message, earlier, model, limits).strip().strip("\"“”'`")
    except Exception as error:
        log.warning("Rewriting by rules, the model failed: %r", failure(error))
        return None
    if not _is_rewriting(written, message, earlier):
        log.info("Rewriting by rules, the model wrote something else")
        return None
    return Rewritten(written, written)


def _ask(message: str, earlier: Sequence[str], model: BaseChatModel, limits: Limits) -> str:
    turns = "\n".join(f"- {' '.join(text.split())[:LONGEST]}" for text in earlier)
    return complete(
        prompt("rewrite"), prompt("rewrite_question", turns=turns, question=message), model, limits
    )


def _is_rewriting(written: str, message: str, earlier: Sequence[str]) -> bool:
    """Whether it is one short line that names nothing new and keeps the message's own facts."""
    if not written or "\n" in written or len(written) > LONGEST:
        return False
    language = language_of(message, least=1) or "english"
    new = read_claims(written, language)
    own = read_claims(message, language)
    known = read_claims(" \n".join((message, *earlier)), language)
    words = {word for text in (message, *earlier) for word in content_words(text, language)}
    return (
        new.numbers <= known.numbers
        and own.numbers <= new.numbers
        and new.identifiers <= known.identifiers
        and own.identifiers <= new.identifiers
        and new.urls <= known.urls
        and len(set(new.words) - words) <= len(new.words) / 3
    )
