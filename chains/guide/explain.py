"""The recommendation in words: verdict first, reasons in the person's own words, and what would turn it.

Every word is a template's, filled in from the decision; a model may word the summary (`wording`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from chains.guide.contract import Decision, Flip, Known, Line, Reason, Recommendation, Values
from chains.guide.costs import estimate
from chains.guide.decision import decide, flips
from chains.guide.policy import POLICY
from chains.guide.texts import (
    enables,
    evidence,
    fill,
    fitting,
    listed,
    meaning,
    said,
    sentence,
    signed,
    texts,
    title,
    would,
)
from chains.guide.wording import worded

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MOST_REASONS = 3
MOST_AGAINST = 2
MOST_STEPS = 5


def recommend(
    known: Mapping[str, Known],
    unsure: Collection[str],
    volumes: Mapping[str, float],
    today: date,
    model: BaseChatModel | None = None,
) -> Recommendation:
    """What the policy recommends for what is known, in words.

    `unsure` are the factors that the person could not tell. `volumes` are for the costs, `today` for
    what has a date. With a model, it may word the summary; where it fails or says
    anything that it was not given, the template stays.

    Raises:
        ValueError: a factor, value or volume that the policy or the price file does not have.
    """
    values = {factor: entry.value for factor, entry in known.items()}
    decision = decide(values)
    words = texts()
    headline = next(fitting(words["headlines"], decision, values))["text"]
    assumed = _assumed(decision, values, unsure)
    kind = words["types"].get(decision.type, {})
    reasons = _reasons(decision, known)
    against = _against(decision, known)
    reasons, against = _quoted_once(reasons), _quoted_once(against, reasons)
    recommendation = Recommendation(
        decision=decision,
        headline=headline,
        summary=_summary(decision, is_open=bool(assumed)),
        reasons=reasons,
        against=against,
        flips=_flips(decision, values),
        type_name=kind.get("name", ""),
        type_text=_type_text(kind, values),
        costs=estimate(values, volumes),
        next_steps=tuple(step["text"] for step in fitting(words["steps"], decision, values))[:MOST_STEPS],
        remarks=_remarks(decision, values, today),
        assumed=assumed,
        evidence=evidence(decision, values),
    )
    summary = worded(recommendation, model) if model else None
    return replace(recommendation, summary=summary, wording="model") if summary else recommendation


def _summary(decision: Decision, *, is_open: bool) -> str:
    words = texts()["summaries"]
    settling = [said(line.factor, line.value) for line in decision.lines if line.vetoes]
    if settling:
        text = fill(words["veto" if len(settling) == 1 else "vetoes"], settles=listed(settling))
    elif decision.decided_by == "feasibility":
        missing = listed([words["means"][factor] for factor in decision.missing])
        text = fill(words["feasibility"], total=signed(decision.total), missing=missing)
    else:
        start, total = signed(decision.start), signed(decision.total)
        text = fill(words[decision.verdict], start=start, total=total)
    return f"{text} {words['open']}" if is_open else text


def _reasons(decision: Decision, known: Mapping[str, Known]) -> tuple[Reason, ...]:
    """What speaks for the verdict, the weightiest first; at least two, if need be general ones."""
    if decision.decided_by == "feasibility":
        return tuple(_missing(factor, known) for factor in decision.missing)[:MOST_REASONS]
    sign = 1 if decision.verdict == "rag" else -1
    lines = sorted(decision.lines, key=lambda line: (not line.vetoes, -sign * line.points))
    found = [
        Reason(line.factor, text, known[line.factor].quote)
        for line in lines
        if line.points * sign > 0 and (text := meaning(line))
    ]
    if decision.verdict == "fine-tuning":
        found += [
            Reason(line.factor, text, known[line.factor].quote) for line in lines if (text := enables(line))
        ]
    general = texts()["general"]["for_rag" if decision.verdict == "rag" else "for_tuning"]
    return tuple(
        found[:MOST_REASONS] if len(found) > 1 else [*found, *(Reason("", text) for text in general)]
    )


def _missing(factor: str, known: Mapping[str, Known]) -> Reason:
    entry = texts()["missing"][factor]
    if factor in known:
        return Reason(factor, entry["known"], known[factor].quote)
    return Reason(factor, entry["unknown"])


def _against(decision: Decision, known: Mapping[str, Known]) -> tuple[Reason, ...]:
    """What speaks against the verdict, the weightiest first; if nothing does, what always does a little."""
    sign = 1 if decision.verdict == "rag" else -1
    lines = sorted(decision.lines, key=lambda line: sign * line.points)
    found = [
        Reason(line.factor, text, known[line.factor].quote)
        for line in lines
        if line.points * sign < 0 and (text := meaning(line))
    ]
    general = texts()["general"]["against_rag" if decision.verdict == "rag" else "against_tuning"]
    return tuple(found[:MOST_AGAINST] or [Reason("", text) for text in general[:1]])


def _quoted_once(reasons: Sequence[Reason], before: Sequence[Reason] = ()) -> tuple[Reason, ...]:
    """The reasons, with those marked whose words an earlier one quotes as well."""
    quotes = [reason.quote for reason in before]
    marked: list[Reason] = []
    for reason in reasons:
        again = bool(reason.quote) and any(reason.quote in quote for quote in quotes)
        marked.append(replace(reason, again=again))
        quotes.append(reason.quote)
    return tuple(marked)


def _flips(decision: Decision, values: Values) -> tuple[str, ...]:
    """What would turn the verdict among what was said; together with open things where that is not enough."""
    turning = flips(values, values) or [
        flip for flip in decision.flips if any(factor in values for factor, _ in flip.changes)
    ]
    shown = (
        fill(texts()["flips"]["one"], other=_other(decision), would=_conditions(flip))
        for flip in _unlike(turning)
    )
    return tuple(shown)[: texts()["flips"]["most"]]


def _assumed(decision: Decision, values: Values, unsure: Collection[str]) -> tuple[str, ...]:
    """What was never settled and would turn the verdict, alone or together."""
    still_open = [factor for factor in POLICY.factors if factor not in values]
    shown = (
        fill(
            texts()["flips"]["unsure" if {factor for factor, _ in flip.changes} <= {*unsure} else "assumed"],
            titles=listed([_lowered(title(factor)) for factor, _ in flip.changes]),
            other=_other(decision),
            would=_conditions(flip),
        )
        for flip in _unlike(flips(values, still_open))
    )
    return tuple(shown)[: texts()["flips"]["most"]]


def _unlike(turning: Iterable[Flip]) -> list[Flip]:
    """Those of several that differ from each earlier one in more than one change."""
    shown: list[Flip] = []
    for flip in turning:
        most_shared = max((len({*flip.changes} & {*other.changes}) for other in shown), default=0)
        if not most_shared or most_shared < len(flip.changes) - 1:
            shown.append(flip)
    return shown


def _other(decision: Decision) -> str:
    return texts()["verdicts"]["fine-tuning" if decision.verdict == "rag" else "rag"]


def _conditions(flip: Flip) -> str:
    return listed([would(factor, value) for factor, value in flip.changes])


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _type_text(kind: Mapping[str, str], values: Values) -> str:
    has_material = values.get("data", "none") != "none"
    return kind.get("text", "") if has_material else kind.get("without", kind.get("text", ""))


def _remarks(decision: Decision, values: Values, today: date) -> tuple[str, ...]:
    entries = [
        entry
        for entry in fitting(texts()["remarks"], decision, values)
        if "before" not in entry or today < entry["before"]
    ]
    first = (next(entry["text"] for entry in entries if entry["key"] == key) for key in decision.remarks)
    return tuple(first)


def why(decision: Decision) -> str:
    """The lines of the table that decided, as a Markdown table, and the rule that had the last word."""
    words = texts()["why"]
    rows = [fill(words["start"], points=signed(decision.start))]
    rows += [
        fill(
            words["line"],
            title=title(line.factor),
            said=sentence(said(line.factor, line.value)),
            points=_counted(line),
        )
        for line in decision.lines
    ]
    rows.append(fill(words["total"], points=signed(decision.total)))
    return "\n".join((words["heading"], *rows, "", words[decision.decided_by]))


def _counted(line: Line) -> str:
    words = texts()["why"]
    if line.ignored:
        return words["ignored"]
    points = signed(line.points)
    return f"{points}, {words['vetoes']}" if line.vetoes else points
