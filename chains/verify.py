"""Checks a model's sentences against the passages that they cite, and finds the words that support them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chains.citations import make_safe, read_citations, read_quotes
from chains.claims import Claims, Clause, is_negated, language_of, read_claims, stem
from chains.contract import Statement
from chains.evidence import Evidence, Facts, Passage, read_facts
from chains.languages import differing
from chains.sentences import Piece
from chains.wordlists import OPPOSITES, UNIT_QUALIFIERS, UNITS

NOT_IN_DOCUMENTS = "NOT_IN_DOCUMENTS"
DEFAULT_LANGUAGE = "english"
# Clauses that share nearly as many words as the closest one count as close, too.
CLOSEST = 0.85
# In another language than the passage's, a sentence rests on at least so many of its words.
LEAST_WORDS_QUOTED = 2
ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…|\[…\])\s*")
UNIT_STEMS = frozenset(stem(word, "english") for word in (*UNITS, *UNIT_QUALIFIERS))
OPPOSITE_STEMS = tuple((stem(one, "english"), stem(other, "english")) for one, other in OPPOSITES)

# Why a sentence is not supported; None where it is.
Doubt = Literal[
    "number", "unit", "identifier", "name", "code", "url", "overlap", "invented", "opposite", "misplaced"
]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a sentence counts as supported; chosen on labelled sentences (tests/evaluation/verify.py).

    `overlap` is the least share of its content words that the passages hold, `novel_run` how many
    content words in a row may be new, `clause` the share of a clause's words that a clause of the
    passage must hold for the two to be compared word for word.
    """

    overlap: float = 0.6
    novel_run: int = 2
    clause: float = 0.5


THRESHOLDS = Thresholds()


class Verifier:
    """Checks sentence after sentence of one answer against its passages."""

    def __init__(
        self, question: str, passages: Sequence[Passage], thresholds: Thresholds = THRESHOLDS
    ) -> None:
        self.question = question
        self.passages = {passage.number: passage for passage in passages}
        self.thresholds = thresholds
        self.urls = [link.url for passage in passages for link in passage.links]
        self.language = {
            passage.number: language_of(passage.text) or DEFAULT_LANGUAGE for passage in passages
        }
        self.languages = differing(question, [passage.text for passage in passages])
        self._evidence: dict[tuple[int, str], Evidence] = {}

    def check(self, piece: Piece) -> Statement | None:
        """The piece as a statement with the sources that support it, or None where none does."""
        plain, quotes = read_quotes(piece.text)
        written, cited = read_citations(plain)
        text, links = make_safe(written, self.urls)
        if not re.search(r"\w", text):
            return None
        statement = Statement(
            text=text,
            sources=(),
            quotes=(),
            quoted=False,
            kind=piece.kind,
            cells=tuple(self._cell(cell) for cell in piece.cells),
            header=tuple(self._cell(cell) for cell in piece.header),
            links=links,
            before=piece.before,
        )
        named = tuple(number for number in cited if number in self.passages)
        if piece.kind == "code":
            return self._check_code(statement)
        asked = language_of(self.question, least=1)
        language = language_of(text) or self._likely_language(text, quotes, named)
        if named and all(self.language[number] != language for number in named):
            # Nobody asked for a third language.
            return self._check_foreign(statement, named, quotes, language) if asked == language else None
        claims = read_claims(text, language)
        if sources := self._supporters(claims, named, language):
            return self._with_quotes(statement, sources, language)
        if quotes and asked is None and language_of(text, least=1) is None:
            # Both may be in a language that is not known here.
            return _marked(self._check_foreign(statement, named, quotes, language))
        return None

    def _cell(self, cell: str) -> str:
        return make_safe(read_citations(read_quotes(cell)[0])[0], self.urls)[0]

    def _likely_language(self, text: str, quotes: Mapping[int, Sequence[str]], named: Sequence[int]) -> str:
        """The language of a sentence with too few function words to tell."""
        if self.languages and quotes and language_of(text, least=1) in (None, self.languages.question):
            return self.languages.question
        return self._common_language(named)

    def _common_language(self, numbers: Sequence[int]) -> str:
        languages = [self.language[number] for number in numbers or self.passages]
        return max(languages, key=languages.count) if languages else DEFAULT_LANGUAGE

    def _supporters(self, claims: Claims, cited: Sequence[int], language: str) -> tuple[int, ...]:
        """Those of the cited passages that support the claims, alone or together; else the best other one."""
        if cited and self.doubt(claims, cited, language) is None:
            alone = [number for number in cited if self.doubt(claims, [number], language) is None]
            return tuple(alone or cited)
        able = [number for number in self.passages if self.doubt(claims, [number], language) is None]
        return (max(able, key=lambda number: self._share(claims, number, language)),) if able else ()

    def doubt(self, claims: Claims, numbers: Sequence[int], language: str) -> Doubt | None:
        """The first reason to doubt that these passages, taken together, support the claims."""
        evidence = [self.evidence(number, language) for number in numbers]
        facts = [item.facts for item in evidence]
        asked = read_facts(self.question, language)
        return (
            _missing_fact(claims, facts, asked)
            or self._strange_words(claims, evidence, asked)
            or self._contradiction(claims, evidence)
            or _misplaced_number(claims, evidence)
        )

    def evidence(self, number: int, language: str) -> Evidence:
        """The passage with this number, prepared once for each language."""
        key = (number, language)
        if key not in self._evidence:
            self._evidence[key] = Evidence(self.passages[number], language)
        return self._evidence[key]

    def _share(self, claims: Claims, number: int, language: str) -> float:
        words = set(claims.words)
        return len(words & self.evidence(number, language).words) / len(words) if words else 0.0

    def _strange_words(self, claims: Claims, evidence: Sequence[Evidence], asked: Facts) -> Doubt | None:
        """Too few of the passages' words, or too many others in a row; the question's count as neither."""
        held = frozenset[str]().union(*(item.words for item in evidence))
        found = [word in held for word in claims.words if word in held or word not in asked.tokens]
        if not found:
            # Nothing but numbers and the question's own words: the facts have been looked up.
            return None if claims.numbers or claims.identifiers or claims.code else "overlap"
        if sum(found) / len(found) < self.thresholds.overlap:
            return "overlap"
        return "invented" if _longest_run(found) > self.thresholds.novel_run else None

    def _contradiction(self, claims: Claims, evidence: Sequence[Evidence]) -> Doubt | None:
        """A clause, or the whole, that says the opposite of what is closest to it in the passages."""
        known = [clause for item in evidence for clause in item.clauses]
        for clause in claims.clauses:
            close = _closest(clause, known, self.thresholds.clause)
            if close and all(clause.negated != other.negated or _opposite(clause, other) for other in close):
                return "opposite"
        lines = _closest(
            claims.whole, [line for item in evidence for line in item.whole_lines], self.thresholds.clause
        )
        return "opposite" if lines and all(_opposite(claims.whole, line) for line in lines) else None

    def _check_code(self, statement: Statement) -> Statement | None:
        """Code stays if one passage holds each of its lines."""
        inner = [line for line in statement.text.splitlines()[1:] if not line.startswith(("```", "~~~"))]
        lines = [" ".join(line.split()).lower() for line in inner if line.strip()]
        for number in self.passages:
            evidence = self.evidence(number, self.language[number])
            if lines and all(line.replace("`", "") in evidence.facts.text for line in lines):
                return replace(statement, sources=(number,), quotes=("\n".join(inner),))
        return None

    def _check_foreign(
        self,
        statement: Statement,
        cited: tuple[int, ...],
        quotes: Mapping[int, Sequence[str]],
        language: str,
    ) -> Statement | None:
        """A sentence in another language than its passage. Words cannot be compared; facts and quotes can.

        It is supported where the words that the model gives for it stand in the passage and hold the
        sentence's facts; without such words it is marked, and with words made up it is dropped.
        """
        found = {number: [self._found(number, words) for words in quotes.get(number, ())] for number in cited}
        if any(line is None for lines in found.values() for line in lines):
            return None
        asked = read_facts(self.question, language)
        readings = [
            _without_opening(read_claims(_without_compounds(text), language), text)
            for text in (statement.text, _other_decimals(statement.text))
        ]

        def missing(facts: Sequence[Facts]) -> bool:
            return all(_missing_fact(claims, facts, asked) for claims in readings)

        evidence = {number: self.evidence(number, self.language[number]) for number in cited}
        if missing([item.facts for item in evidence.values()]):
            return None
        lines = {number: "\n".join(filter(None, given)) for number, given in found.items()}
        quoted = {number: line for number, line in lines.items() if line}
        facts = [
            read_facts(f"{evidence[number].heading}\n{line}", self.language[number])
            for number, line in quoted.items()
        ]
        negated = any(is_negated(line) for line in quoted.values())
        supported = bool(quoted) and not missing(facts) and negated == is_negated(statement.text)
        return replace(
            statement,
            sources=cited,
            quotes=tuple(
                quoted.get(number) or self._quote(statement.text, evidence[number]) for number in cited
            ),
            supported=supported,
        )

    def _found(self, number: int, words: str) -> str | None:
        """The passage's line that holds these words, or the words themselves; None where it has them not."""
        parts = [_plain(part) for part in ELLIPSIS.split(words)]
        if sum(len(part.split()) for part in parts) < LEAST_WORDS_QUOTED:
            return None
        lines = self.evidence(number, self.language[number]).lines
        if len(parts) == 1:
            line = next((line for line in lines if parts[0] in _plain(line)), None)
            if line:
                return line
        whole = _plain(" ".join(lines))
        return words if all(part in whole for part in parts) else None

    def _with_quotes(self, statement: Statement, sources: tuple[int, ...], language: str) -> Statement:
        quotes = tuple(self._quote(statement.text, self.evidence(number, language)) for number in sources)
        return replace(statement, sources=sources, quotes=quotes)

    def _quote(self, text: str, evidence: Evidence) -> str:
        """The passage's line that shares most with the sentence, word for word."""
        claims = read_claims(text, evidence.language)
        words = frozenset(claims.words)

        def shared(index: int) -> float:
            line, facts = evidence.line_words[index], evidence.line_facts[index]
            numbers = len(claims.numbers & facts.numbers) + len(claims.identifiers & facts.tokens)
            # Long lines share more by chance.
            return (len(words & line) + 2 * numbers) / (8 + len(line)) ** 0.5

        return evidence.lines[max(range(len(evidence.lines)), key=shared)] if evidence.lines else ""


def _marked(statement: Statement | None) -> Statement | None:
    return replace(statement, supported=False) if statement else None


def _plain(text: str) -> str:
    """A text's letters, digits and signs as they are compared with a quote: without marks and line ends."""
    text = re.sub(r"[*_`“”„«»\"]", "", text).replace("’", "'").replace("–", "-")
    return re.sub(r"\s+", " ", text).strip(" .,;:").lower()


def _without_opening(claims: Claims, text: str) -> Claims:
    """Without the sentence's first word among the names: it has a capital whatever it is."""
    opening = re.match(r"\W*(\w+)", text)
    first = opening[1].lower() if opening else ""
    return replace(claims, names=frozenset(name for name in claims.names if not first.startswith(name)))


def _without_compounds(text: str) -> str:
    """Identifiers apart from the words that are joined to them: “SEV-1-Meldung” names SEV-1."""
    return re.sub(r"(?<=\d)-(?=[^\W\d_]{3,})", " ", text)


def _other_decimals(text: str) -> str:
    """The text with points and commas in numbers exchanged: 1.200,50 is 1,200.50 elsewhere."""
    return re.sub(r"\d[\d.,]*\d", lambda match: match[0].translate(str.maketrans(".,", ",.")), text)


def _missing_fact(claims: Claims, facts: Sequence[Facts], asked: Facts) -> Doubt | None:
    """The first kind of fact that neither the passages nor the question hold."""
    pool = (*facts, asked)
    numbers = frozenset[str]().union(*(item.numbers for item in pool))
    tokens = frozenset[str]().union(*(item.tokens for item in pool))
    if claims.numbers - numbers:
        return "number"
    known = {pair for item in pool for pair in item.quantities}
    for value, unit in claims.quantities:
        rate = unit.startswith("/")
        units = {
            other for number, other in known if number == value and (other or "").startswith("/") == rate
        }
        if units and unit not in units and None not in units:
            return "unit"
    if claims.identifiers - tokens:
        return "identifier"
    if claims.names - tokens:
        return "name"
    if any(not any(code in item.text for item in pool) for code in claims.code):
        return "code"
    if claims.urls - frozenset[str]().union(*(item.urls for item in facts)):
        return "url"
    return None


def _longest_run(found: Sequence[bool]) -> int:
    longest = run = 0
    for known in found:
        run = 0 if known else run + 1
        longest = max(longest, run)
    return longest


def _misplaced_number(claims: Claims, evidence: Sequence[Evidence]) -> Doubt | None:
    """A number that stands in the passages beside other names than in the sentence."""
    segments = [segment for item in evidence for segment in item.segments]
    subjects = claims.names | claims.identifiers
    words = frozenset(claims.words) - UNIT_STEMS
    held = frozenset[str]().union(*(segment.facts.tokens for segment in segments))
    for number in claims.numbers:
        beside = [segment for segment in segments if number in segment.facts.numbers]
        own = [segment for segment in beside if not segment.words - UNIT_STEMS or words & segment.words]
        if not own:
            # What is told of a heading or an answered question is named above alone. A word that another line
            # has, too, may be what that line's number belongs to.
            told = [other for other in segments if other not in beside and not other.asks]
            if not any(words & other.words for other in told):
                own = [segment for segment in beside if words & segment.above]
        if beside and words and not own:
            return "misplaced"
        placed = subjects & held - {number}
        if (
            placed
            and own
            and all(segment.names - subjects and not placed & segment.facts.tokens for segment in own)
        ):
            return "misplaced"
    return None


def _closest(clause: Clause, known: Sequence[Clause], least: float) -> list[Clause]:
    """The clauses that share most of this one's words, if that is at least the given share."""
    if not clause.words:
        return []
    shares = [len(clause.words & other.words) / len(clause.words) for other in known]
    bar = max(least, CLOSEST * max(shares, default=0.0))
    return [other for share, other in zip(shares, known, strict=True) if share >= bar]


def _opposite(clause: Clause, other: Clause) -> bool:
    here, there = clause.tokens - other.tokens, other.tokens - clause.tokens
    return (
        any((one in here and two in there) or (two in here and one in there) for one, two in OPPOSITE_STEMS)
        or any(f"{prefix}{word}" in there for prefix in ("un", "non") for word in here)
        or any(f"{prefix}{word}" in here for prefix in ("un", "non") for word in other.tokens)
    )
