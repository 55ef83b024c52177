"""The decision record: what was decided, on what, and why, as a Markdown document to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from chains.guide.contract import Cost, Reason, Recommendation, State
from chains.guide.costs import figure, prices_as_of
from chains.guide.explain import why
from chains.guide.policy import POLICY
from chains.guide.texts import fill, fitting, said, same_words, sentence, texts, title

# What Markdown reads as markup anywhere, addresses included; and what only where a line begins.
MARKUP = re.compile(
    r"[\\`*_{}\[\]<>|~&!@]|(?<=http):|(?<=https):|(?<=ftp):|(?<=mailto):|(?<=www)\.", re.IGNORECASE
)
LINE_START = re.compile(r"^([#+=:-]|\d+(?=[.)]))")


def decision_record(state: State, recommendation: Recommendation, today: date) -> str:
    """The record as Markdown. People's own words are escaped: they cannot become markup or links."""
    words = texts()["record"]
    decision = recommendation.decision
    topic = escaped(state.topic)
    parts = (
        f"# {words['title']}",
        fill(words["dated"], date=_day(today)),
        f"## {words['context']}",
        fill(words["topic"], topic=topic) if topic else "",
        _known(state),
        _unknown(state),
        f"## {words['decision']}",
        f"**{recommendation.headline}**",
        # Perhaps a model's words.
        escaped(recommendation.summary),
        fill(words["type"], name=recommendation.type_name, text=recommendation.type_text)
        if recommendation.type_name
        else "",
        *_section("###", "reasons", map(_reason, recommendation.reasons)),
        *_section("###", "against", map(_reason, recommendation.against)),
        f"## {words['points']}",
        why(decision),
        *_section(
            "##",
            "alternatives",
            (entry["text"] for entry in fitting(words["others"], decision, state.values)),
        ),
        *_section("##", "remarks", recommendation.remarks),
        *_section("##", "flips", (*recommendation.flips, *recommendation.assumed)),
        *_costs(recommendation.costs),
        *_section("##", "next", recommendation.next_steps),
        *_section("##", "sources", _sources(recommendation)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """A person's words on one line, so that Markdown shows them as they stand."""
    line = MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
    return LINE_START.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", line)


def _known(state: State) -> str:
    words = texts()["record"]
    rows = [
        f"| {title(factor)} | {sentence(said(factor, known.value))} | {_quoted(known.quote)} |"
        for factor, known in ((factor, state.known[factor]) for factor in POLICY.in_order(state.known))
    ]
    return "\n".join((words["known"], *rows)) if rows else ""


def _unknown(state: State) -> str:
    titles = [title(factor) for factor in POLICY.factors if factor not in state.known]
    return fill(texts()["record"]["unknown"], titles=", ".join(titles)) if titles else ""


def _quoted(quote: str) -> str:
    return f"“{escaped(quote)}”" if quote.strip() else texts()["record"]["button"]


def _reason(reason: Reason) -> str:
    if not reason.quote.strip():
        return reason.text
    return f"{reason.text} ({same_words() if reason.again else f'“{escaped(reason.quote)}”'})"


def _costs(costs: Sequence[Cost]) -> Iterator[str]:
    words = texts()["record"]
    yield f"## {words['costs']}"
    yield fill(words["prices"], date=prices_as_of())
    rows = (f"| {cost.label} | {figure(cost)} | {'; '.join(cost.assumptions)} |" for cost in costs)
    yield "\n".join((words["cost"], *rows))


def _sources(recommendation: Recommendation) -> Iterator[str]:
    for item in recommendation.evidence:
        yield f"{item.source}: {item.text}"
    yield texts()["record"]["policy"]


def _section(level: str, name: str, lines: Iterable[str]) -> tuple[str, ...]:
    """A heading and its list; nothing where the list is empty."""
    listed_lines = "\n".join(f"- {line}" for line in lines)
    return (f"{level} {texts()['record'][name]}", listed_lines) if listed_lines else ()


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
