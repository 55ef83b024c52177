"""What the guide's parts pass to each other: what was heard, what is known, what is asked and shown.

A factor's value is one of the policy's names (`policy.toml`); a factor that is not in a mapping is
unknown. Texts are plain words or Markdown as LangChain models write it; nothing here knows of Slack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Values = Mapping[str, str]

Verdict = Literal["rag", "fine-tuning"]
TuningType = Literal["SFT", "LoRA", "CPT", "RLHF"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A factor's value as it was read, with the words of the message that it rests on, verbatim."""

    factor: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says: values, at most one for each factor, and factors that it leaves open.

    `disputed` are other values, read by a model, of factors of which a rule surely found the one in `heard`.
    `unsure` are factors that the person says they do not know, or hedges on. `affirms` is the yes or
    no to a question that was to be confirmed; None where it is neither.
    """

    heard: tuple[Heard, ...] = ()
    unsure: tuple[str, ...] = ()
    affirms: bool | None = None
    disputed: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what a factor's value counts. Positive points speak for RAG.

    `vetoes` says that this value alone decides for RAG here; `ignored` that it counts nothing because
    only behaviour is asked for (its points are then 0).
    """

    factor: str
    value: str
    points: int
    vetoes: bool = False
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Flip:
    """Changes, fewest first, of which all together would turn the verdict: factor to new value."""

    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy says of some values. `decided_by` names the rule that had the last word.

    `missing` are the means for fine-tuning that are missing, as far as they count. `remarks` are keys
    of the policy's remarks. `start` is the points that every count begins with.
    """

    verdict: Verdict
    type: TuningType | None
    decided_by: Literal["points", "veto", "feasibility"]
    total: int
    start: int
    lines: tuple[Line, ...]
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    flips: tuple[Flip, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A factor's value in a dialogue, with the person's words (empty for a button) and who said so."""

    value: str
    quote: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two values of one factor that contradict each other; the newer counts once it is confirmed.

    `one_message` says that both were read in the same words, by a rule (the older) and by a model.
    """

    factor: str
    old: Known
    new: Known
    one_message: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """A dialogue, whole: small, serialisable (`chains.guide.saved`), and all that is remembered of it.

    `asked` holds the ids of the questions so far, in order: a factor, several joined by "+", or
    "confirm:" and a factor. `pending` is the one that waits for its answer; while `doubt` is there, it is
    whether that doubt's new value holds, and `more_doubts` are asked about after it. `told_at_once` says
    that the person wanted the verdict without further questions, `missed` that what was said to the open
    question could not be made out, so that it was asked once more. `earlier` are the states before the last
    moves, oldest first, for undo; they hold no earlier ones themselves.
    """

    topic: str = ""
    known: Mapping[str, Known] = field(default_factory=dict[str, Known])
    unsure: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    pending: str | None = None
    doubt: Doubt | None = None
    more_doubts: tuple[Doubt, ...] = ()
    concluded: bool = False
    told_at_once: bool = False
    missed: bool = False
    # Volumes that a person gave for the cost figures, by name (see prices.toml).
    volumes: Mapping[str, float] = field(default_factory=dict[str, float])
    touched_at: datetime | None = None
    earlier: tuple[State, ...] = ()

    @property
    def values(self) -> dict[str, str]:
        """What is known, as the decision takes it."""
        return {factor: known.value for factor, known in self.known.items()}


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen by a button; `factor` differs between options of the musts."""

    factor: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to show. `number` counts from 1 (0 for a confirmation), of at most `most`.

    A "choice" has one option to press, a "several" has boxes to tick, where nothing ticked is a no to
    each; a "confirm" is answered by yes or no; a "contradiction" by one of its two options.
    """

    id: str
    kind: Literal["choice", "several", "confirm", "contradiction"]
    text: str
    options: tuple[Option, ...]
    number: int = 0
    most: int = 6


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for or against; `quote` is the person's own words, empty where a button was pressed.

    `again` says that an earlier reason has quoted them already.
    """

    factor: str
    text: str
    quote: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding that may be quoted, with its source as people cite it."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Cost:
    """One figure: a range in the price file's currency or hours, and what it assumes."""

    label: str
    low: float
    high: float
    unit: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The verdict in words. `headline` is its first line; every part comes from the decision.

    `assumed` names what was never settled and would flip the verdict. `wording` is who chose the
    words of `summary`: the template, or a model whose text was checked.
    """

    decision: Decision
    headline: str
    summary: str
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    flips: tuple[str, ...]
    type_name: str
    type_text: str
    costs: tuple[Cost, ...]
    next_steps: tuple[str, ...]
    remarks: tuple[str, ...]
    assumed: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    wording: Literal["template", "model"] = "template"


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown after a move: lines of words, then a question or the recommendation, or neither.

    `notes` are short lines in Markdown that stand above ("Noted: …", the recap after a pause, the
    answer to "why do you ask?"). `settled` are the lines into which answered questions collapse:
    a question's id and its one line.
    """

    notes: tuple[str, ...] = ()
    ask: Ask | None = None
    recommendation: Recommendation | None = None
    settled: tuple[tuple[str, str], ...] = ()
