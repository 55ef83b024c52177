"""How well the guide does: holds dialogues whose right outcome is known, and counts."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chains.guide.contract import Ask, Recommendation
from chains.guide.dialogue import Guide
from chains.guide.policy import POLICY
from chains.guide.questions import CONFIRM
from chains.guide.words import factors_of

UNKNOWN = "I don't know"
# A dialogue that goes on for longer has lost its way.
MOST_TURNS = 30

Item = Mapping[str, Any]


def play(guide: Guide, line: Item, now: datetime) -> dict[str, Any]:
    """Holds one dialogue: the opening, then to each question the replies that the line has for its factors.

    A factor without a reply is answered by "I don't know", a confirmation and a contradiction by "yes".
    """
    answers: Mapping[str, str] = line.get("answers") or {}
    state, step = guide.begin(line["opening"], "", now)
    questions: list[str] = []
    while step.ask and len(questions) < MOST_TURNS:
        # What was not taken for an answer the first time would not be the second time.
        repeated = questions[-1:] == [step.ask.id]
        questions.append(step.ask.id)
        state, step = guide.say(state, UNKNOWN if repeated else _reply(step.ask, answers), "", now)
    if step.recommendation is None:
        state, step = guide.command(state, "just_tell", "", now)
    assert step.recommendation
    return {
        "id": line["id"],
        "verdict": step.recommendation.decision.verdict,
        "type": step.recommendation.decision.type,
        "factors": state.values,
        "questions": questions,
        "explanation": _explanation(step.recommendation),
    }


def metrics(lines: Sequence[Item], items: Sequence[Item]) -> dict[str, float | None]:
    """The metrics of dialogues (`items`) whose right outcome the lines give; None where nothing counts.

    verdict and type are shares of right ones, type among the dialogues that should end in fine-tuning.
    factors is the share of right values among the gold ones that were said: in the opening, or as a reply
    to a question that was asked; factors_precision that among all values that were read. Confirmations are
    no questions. over_six is the share of dialogues with more questions than six.
    """
    pairs = list(zip(lines, items, strict=True))
    judged = [(line, item) for line, item in pairs if line.get("gold_verdict")]
    tuned = [(line, item) for line, item in judged if line["gold_verdict"] == "fine-tuning"]
    known = [(line, item) for line, item in pairs if "gold_factors" in line]
    said = [
        item["factors"].get(factor) == value
        for line, item in known
        for factor, value in line["gold_factors"].items()
        if _was_said(factor, line, item)
    ]
    read = [
        line["gold_factors"].get(factor) == value
        for line, item in known
        for factor, value in item["factors"].items()
    ]
    counts = [_asked(item) for item in items]
    return {
        "verdict": _mean([item["verdict"] == line["gold_verdict"] for line, item in judged]),
        "type": _mean([item["type"] == line.get("gold_type") for line, item in tuned]),
        "factors": _mean(said),
        "factors_precision": _mean(read),
        "questions_mean": _mean(counts),
        "questions_max": float(max(counts)) if counts else None,
        "over_six": _mean([count > POLICY.dialogue.most_questions for count in counts]),
    }


def _reply(shown: Ask, answers: Mapping[str, str]) -> str:
    if shown.kind in ("confirm", "contradiction"):
        return "yes"
    return "\n".join(answers.get(factor) or UNKNOWN for factor in factors_of(shown.id))


def _was_said(factor: str, line: Item, item: Item) -> bool:
    """What has no reply of its own was said in the opening, or in passing."""
    asked = {name for question in item["questions"] for name in factors_of(question)}
    return factor in asked or factor not in (line.get("answers") or {})


def _asked(item: Item) -> int:
    return sum(not question.startswith(CONFIRM) for question in item["questions"])


def _explanation(recommendation: Recommendation) -> str:
    reasons = [
        f"- {reason.text}" + (f" (“{reason.quote}”)" if reason.quote else "")
        for reason in recommendation.reasons
    ]
    return "\n".join([recommendation.headline, recommendation.summary, *reasons])


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None
