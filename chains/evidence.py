"""A retrieved passage, prepared so that a sentence's claims can be looked up in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from chains.citations import BARE_URL, same_url
from chains.claims import (
    TOKEN,
    Clause,
    compact,
    content_words,
    normal_numbers,
    number_values,
    rate_of,
    read_claims,
    read_clause,
    read_clauses,
    stem,
    unit_of,
)
from chains.wordlists import MONTHS
from knowledge.documents import Link


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved passage as the model sees it. `number` is how it is cited, from 1.

    `text` has one unit a line. Only what may leave for a model belongs here.
    """

    number: int
    title: str
    heading_path: tuple[str, ...]
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A passage, prepared for look-ups in one language."""

    passage: Passage
    language: str
    lines: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        lines = (line.strip() for line in self.passage.text.splitlines())
        object.__setattr__(self, "lines", tuple(line for line in lines if line))

    @cached_property
    def heading(self) -> str:
        """What stands above the passage."""
        return " › ".join((self.passage.title, *self.passage.heading_path))

    @cached_property
    def line_words(self) -> tuple[frozenset[str], ...]:
        """The stems of each line."""
        return tuple(frozenset(content_words(line, self.language)) for line in self.lines)

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of passage and headings."""
        return frozenset(content_words(self.heading, self.language)).union(*self.line_words)

    @cached_property
    def facts(self) -> Facts:
        """What passage and headings hold."""
        facts = read_facts(f"{self.heading}\n{self.passage.text}", self.language)
        urls = {same_url(link.url) for link in self.passage.links}
        return Facts(facts.numbers, facts.quantities, facts.tokens, facts.text, facts.urls | urls)

    @cached_property
    def line_facts(self) -> tuple[Facts, ...]:
        """What each line holds."""
        return tuple(read_facts(line, self.language) for line in self.lines)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of all lines."""
        return tuple(clause for line in self.lines for clause in read_clauses(line, self.language))

    @cached_property
    def whole_lines(self) -> tuple[Clause, ...]:
        """Each line as one clause."""
        return tuple(read_clause(line, self.language) for line in self.lines)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The lines, cut at semicolons: where numbers belong to the words beside them, and above."""
        nearest = (self.passage.title, *self.passage.heading_path)[-1]
        heading = frozenset(content_words(nearest, self.language))
        question = frozenset[str]()
        found: list[Segment] = []
        for line, words in zip(self.lines, self.line_words, strict=True):
            asks = line.endswith("?")
            question = words if asks else question
            for part in line.split(";"):
                claims = read_claims(part, self.language)
                found.append(
                    Segment(
                        read_facts(part, self.language),
                        frozenset(content_words(part, self.language)),
                        claims.names | claims.identifiers,
                        heading | question,
                        asks,
                    )
                )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text holds, to look claims up in: numbers, quantities, single words and pairs, addresses."""

    numbers: frozenset[str]
    quantities: frozenset[tuple[str, str | None]]
    tokens: frozenset[str]
    text: str
    urls: frozenset[str]


@dataclass(frozen=True, slots=True)
class Segment:
    """A line or part of it: its facts, the stems of its content words, its names and identifiers.

    `above` are the stems of the heading and of the question that it stands under. One that `asks` is such
    a question itself.
    """

    facts: Facts
    words: frozenset[str]
    names: frozenset[str]
    above: frozenset[str]
    asks: bool


def read_facts(text: str, language: str) -> Facts:
    """Reads generously: “an hour” is one hour, “March” the month 3, SEV 2 is also sev2."""
    tokens = list(TOKEN.finditer(text))
    numbers: set[str] = set()
    quantities: set[tuple[str, str | None]] = set()
    words: set[str] = set()
    for index, token in enumerate(tokens):
        word = token[0].lower()
        unit = unit_of(tokens, index)
        if word not in ("a", "an") or unit:
            values = number_values(token, strict=False)
            numbers.update(values)
            rate = rate_of(tokens, index)
            quantities.update((value, kind) for value in values for kind in {unit, rate or unit})
        # A number inside an identifier supports it, too: "SEV-2" a 2, "v3.1" a 3.1.
        for written in re.findall(r"\d+(?:\.\d+)*", word):
            numbers.update(normal_numbers(written))
        for part in {word, *re.split(r"\W+", word)} - {""}:
            words.update((compact(part), stem(part, language)))
        if month := MONTHS.get(word) if token[0][0].isupper() else None:
            numbers.add(month)
        if index + 1 < len(tokens):
            words.add(compact(word + tokens[index + 1][0]))
    urls = frozenset(same_url(url) for url in BARE_URL.findall(text))
    squeezed = re.sub(r"\s+", " ", text.replace("`", "")).lower()
    return Facts(frozenset(numbers), frozenset(quantities), frozenset(words | numbers), squeezed, urls)
