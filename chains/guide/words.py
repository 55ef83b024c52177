"""What the guide shows while it asks: questions with their options, settled lines, short notes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from chains.guide.contract import Ask, Doubt, Known, Option, State
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM, JOIN
from chains.guide.texts import fill, listed, sentence, title

LONGEST_QUOTE = 80

# Not a bare "2" or "one", which may count people or money.
ORDINAL = re.compile(
    r"(?:i (?:choose|pick|take)\s+)?"
    r"(?:(?:option|number|answer|choice)\s+(?P<number>\d|one|two|three|four|five)"
    r"|(?:the\s+)?(?P<place>first|second|third|fourth|fifth|last)(?:\s+(?:one|option|answer|choice))?)[\s.,!]*",
    re.IGNORECASE,
)
PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": 0}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def note(name: str, **values: str) -> str:
    """A line of the file, by its name ("costs.ask" is in a table), with its $names filled in."""
    return fill(_entry(name), **values)


def label(factor: str, value: str) -> str:
    """A value as its button says it."""
    return _factor(factor)["values"][value]["label"]


def noted(values: Mapping[str, str]) -> str:
    """Values as a short list: "changes weekly, no ML team"."""
    ordered = POLICY.in_order(values)
    return ", ".join(_factor(factor)["values"][values[factor]]["noted"] for factor in ordered)


def titles(factors: Iterable[str]) -> str:
    """What factors are called, in a sentence."""
    names = [title(factor) for factor in POLICY.in_order(factors)]
    return listed([name[:1].lower() + name[1:] for name in names])


def factors_of(question: str) -> tuple[str, ...]:
    """The factors that a question asks about; a confirmation's is the one that it confirms."""
    return tuple(question.removeprefix(CONFIRM).split(JOIN))


def named(text: str) -> tuple[str, ...]:
    """The factors that a message names by their own words, the first named one first."""
    found = {
        factor: match.start() for factor in POLICY.factors if (match := name_pattern(factor).search(text))
    }
    return tuple(sorted(found, key=found.__getitem__))


def names_open(question: str, words: str, *, alone: bool) -> bool:
    """Whether words name a factor that a question asks about; `alone`, with nothing besides."""
    patterns = [name_pattern(factor) for factor in factors_of(question)]
    return any(pattern.fullmatch(words) if alone else pattern.search(words) for pattern in patterns)


def meanings(question: str) -> str:
    """What the options of a question mean, one line each; of several factors, what each would be."""
    factors = factors_of(question)
    boxes = [(factor, _factor(factor)["box"]) for factor in factors] if len(factors) > 1 else []
    options = boxes or [(factor, value) for factor in factors for value in POLICY.factors[factor].points]
    lines = [
        note(
            "explained_line",
            label=_factor(factor)["box_label"] if boxes else label(factor, value),
            means=_factor(factor)["values"][value]["means"],
        )
        for factor, value in options
    ]
    return "\n".join([note("explained"), *lines])


def otherwise(factor: str) -> str:
    """The value that a "no" to a factor's confirmation stands for."""
    return _table()["confirmations"][factor]["otherwise"]


def ask(state: State, *, again: bool = False) -> Ask | None:
    """The open question as it is shown, None where none is open; `again` has it in other words.

    Other words are also taken where it was asked before.
    """
    if state.pending is None:
        return None
    again = again or state.missed or state.pending in state.asked[:-1]
    if state.doubt:
        return _contradiction(state.pending, state.doubt, again=again)
    kind = "again" if again else "text"
    factors = factors_of(state.pending)
    if state.pending.startswith(CONFIRM):
        return _confirmation(state.pending, factors[0], kind)
    questions = [question for question in state.asked if not question.startswith(CONFIRM)]
    number, most = len(questions), POLICY.dialogue.most_questions
    if len(factors) == 1:
        entry = _factor(factors[0])
        options = tuple(
            Option(factors[0], value, label(factors[0], value)) for value in POLICY.factors[factors[0]].points
        )
        return Ask(state.pending, "choice", entry[kind], options, number, most)
    entries = [_factor(factor) for factor in factors]
    text = note(f"musts.{kind}", parts=", ".join(entry["part"] for entry in entries))
    boxes = tuple(
        Option(factor, entry["box"], entry["box_label"])
        for factor, entry in zip(factors, entries, strict=True)
    )
    return Ask(state.pending, "several", text, boxes, number, most)


def unticked(factor: str) -> str:
    """The value that a box which is not ticked stands for: the one that is farthest from its own."""
    points = POLICY.factors[factor].points
    return min(points, key=points.__getitem__)


def option_meant(text: str, shown: Ask) -> Option | None:
    """The option that a message names by its place: "option 2", "the second one"."""
    found = ORDINAL.fullmatch(text.strip())
    if not found or shown.kind == "several":
        return None
    if place := (found["place"] or "").lower():
        number = PLACES[place] or len(shown.options)
    else:
        number = int(NUMBERS.get(found["number"].lower(), found["number"]))
    return shown.options[number - 1] if 1 <= number <= len(shown.options) else None


def settled(state: State) -> tuple[tuple[str, str], ...]:
    """What answered questions collapse into, and what was said in passing, one line each."""
    questions = [question for question in dict.fromkeys(state.asked) if question != state.pending]
    asked = {factor for question in questions for factor in factors_of(question)}
    confirmed = [CONFIRM + factor for factor in state.confirmed if factor in state.known]
    passing = [factor for factor in POLICY.in_order(state.known) if factor not in asked]
    return tuple(
        (question, line)
        for question in dict.fromkeys([*questions, *passing, *confirmed])
        if (line := _settled(question, state))
    )


def _settled(question: str, state: State) -> str:
    if question.startswith(CONFIRM):
        (factor,) = factors_of(question)
        if factor in state.confirmed:
            return note("confirmed", noted=noted({factor: state.known[factor].value}))
    return "; ".join(
        note("settled", title=title(factor), said=_said(state.known.get(factor)), label=value)
        for factor in factors_of(question)
        if (value := _value_label(factor, state))
    )


def _value_label(factor: str, state: State) -> str:
    if factor in state.known:
        return label(factor, state.known[factor].value)
    return note("unknown") if factor in state.unsure else ""


def _said(known: Known | None) -> str:
    return f" (“{shortened(known.quote)}”)" if known and known.quote.strip() else ""


def shortened(quote: str) -> str:
    """A person's words on one line, as far as they fit there."""
    line = " ".join(quote.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1].rstrip() + "…"


def _confirmation(question: str, factor: str, kind: str) -> Ask:
    entry = _table()["confirmations"][factor]
    options = (Option(factor, "yes", entry["yes"]), Option(factor, "no", entry["no"]))
    return Ask(question, "confirm", entry[kind], options)


def _contradiction(question: str, doubt: Doubt, *, again: bool) -> Ask:
    two = bool(doubt.old.user and doubt.new.user and doubt.old.user != doubt.new.user)
    if doubt.one_message:
        name = "in_two_ways" if doubt.new.quote in doubt.old.quote else "in_two_places"
    else:
        name = "again" if again else "other" if two else "same" if doubt.new.quote else "pressed"
    new, old = label(doubt.factor, doubt.new.value), label(doubt.factor, doubt.old.value)
    text = note(
        f"contradiction.{name}",
        title=sentence(title(doubt.factor)),
        old=_quoted(doubt.factor, doubt.old),
        new=_quoted(doubt.factor, doubt.new),
        value=new,
        before=old,
    )
    options = (Option(doubt.factor, doubt.new.value, new), Option(doubt.factor, doubt.old.value, old))
    return Ask(question, "contradiction", text, options)


def _quoted(factor: str, known: Known) -> str:
    return f"“{shortened(known.quote) or label(factor, known.value)}”"


@cache
def name_pattern(factor: str) -> re.Pattern[str]:
    """The words by which people name a factor."""
    return re.compile(rf"\b(?:{_factor(factor)['names']})\b", re.IGNORECASE)


def _factor(name: str) -> Mapping[str, Any]:
    return _table()["factors"][name]


def _entry(name: str) -> str:
    entry: Any = _table()
    for part in name.split("."):
        entry = entry[part]
    return entry


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("chains.guide").joinpath("words.toml").read_text(encoding="utf-8"))
