"""What it would cost: ranges by formula over the dated price file, each with what it assumes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import prod
from typing import Any

from chains.guide.contract import Cost, TuningType, Values
from chains.guide.decision import decide

HOURS_A_DAY = 8
MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Figure:
    """A range and the words that it is shown in; where it is no price, `source` is empty."""

    low: float
    high: float
    words: str
    source: str = ""

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return self.words.format(_range(self.low, self.high)) + source


@dataclass(frozen=True, slots=True)
class Training:
    """A kind of training: operations per weight and token, passes, and texts in an example."""

    operations: int
    epochs: int
    answers: int
    words: str

    def __str__(self) -> str:
        return self.words.format(self.epochs)


def estimate(values: Values, volumes: Mapping[str, float]) -> tuple[Cost, ...]:
    """The costs of what the policy recommends for these values, and of the other way to compare.

    `volumes` are what the person said, by the names in the price file; the file's own stand in for
    the rest.

    Raises:
        ValueError: a volume that the file does not have, or that is no positive number.
    """
    for name, volume in volumes.items():
        if name not in _table()["volumes"]:
            raise ValueError(f"no volume {name!r}: it is one of {', '.join(_table()['volumes'])}")
        if not 0 < volume < float("inf"):
            raise ValueError(f"{name} must be more than 0, not {volume}")
    decision = decide(values)
    if decision.verdict == "rag":
        kind: TuningType = "LoRA"
        other = (training_price(kind, values, volumes), labelling_price(values, volumes), people_price())
        return (
            embedding_price(volumes),
            question_price(volumes),
            *(_versus("versus_tuning", cost) for cost in other),
        )
    kind = decision.type or "LoRA"
    made = () if kind == "CPT" else (labelling_hours(values, volumes), labelling_price(values, volumes))
    return (
        training_hours(kind, values, volumes),
        training_price(kind, values, volumes),
        *made,
        people_price(),
        retraining_price(kind, values, volumes),
        _versus("versus_rag", question_price(volumes)),
    )


def embedding_price(volumes: Mapping[str, float]) -> Cost:
    """Embedding every page once: pages × tokens a page × price.

    Source: embedding APIs bill the tokens of the input (OpenAI, Embeddings guide).
    """
    pages = _pages(volumes)
    per_page, price = _assumption("tokens_per_page"), _price("embedding")
    return _cost("embedding", "USD", (*pages, per_page, price), divided_by=MILLION)


def question_price(volumes: Mapping[str, float]) -> Cost:
    """A month of questions: questions × (tokens read × price + tokens written × price).

    Source: chat APIs bill tokens in and out, each at its own price (OpenAI, Pricing).
    """
    questions = _volume("questions", volumes)
    read, written = _assumption("read_per_question"), _assumption("written_per_question")
    reading, writing = _price("input"), _price("output")
    low, high = (
        getattr(questions, end)
        * (getattr(read, end) * getattr(reading, end) + getattr(written, end) * getattr(writing, end))
        / MILLION
        for end in ("low", "high")
    )
    shown = tuple(str(figure) for figure in (questions, read, written, reading, writing))
    return Cost(_label("questions"), low, high, "USD a month", shown)


def training_hours(kind: TuningType, values: Values, volumes: Mapping[str, float]) -> Cost:
    """GPU-hours of a run: operations × weights × tokens / (operations a second × utilisation × 3600).

    Source: 2 operations per weight and token forward and twice that backward (Kaplan et al. 2020,
    Scaling Laws for Neural Language Models, section 2.1); frozen weights need no gradient of their own
    (Hu et al. 2021, LoRA), which leaves 4 of the 6; peak of an A100 from NVIDIA's data sheet.
    """
    training = _training(kind)
    weights, speed = _assumption("weights"), _assumption("flops_per_second")
    utilisation = _assumption("utilisation")
    per_hour = speed.low * utilisation.low * 3600 / (training.operations * weights.low)
    cost = _cost("gpu_hours", "A100-hours", _tokens(kind, values, volumes), divided_by=per_hour)
    return _with(cost, weights, speed, utilisation, training, times=training.epochs * training.answers)


def training_price(kind: TuningType, values: Values, volumes: Mapping[str, float]) -> Cost:
    """A run's price: for LoRA as a managed job, trained tokens × price; otherwise GPU-hours × price.

    Source: managed jobs bill the tokens of the examples times the passes over them (Together AI,
    Fine-tuning pricing; Ori, Fine-tuning billing).
    """
    training = _training(kind)
    if kind == "LoRA":
        tokens = (*_tokens(kind, values, volumes), _price("managed_lora"))
        cost = _cost("managed", "USD", tokens, divided_by=MILLION)
        return _with(cost, training, times=training.epochs)
    hours, price = training_hours(kind, values, volumes), _price("gpu_hour")
    return Cost(
        _label("gpu"),
        hours.low * price.low,
        hours.high * price.high,
        "USD",
        (*hours.assumptions, str(price)),
    )


def labelling_hours(values: Values, volumes: Mapping[str, float]) -> Cost:
    """Hours to make or check the examples: examples × minutes / 60.

    Source: plain arithmetic; examples that are there already are only checked (Zhou et al. 2023, LIMA:
    the quality of a thousand examples counts, not their number).
    """
    label = "checking_hours" if _made_already(values) else "labelling_hours"
    return _cost(label, "hours", _labelling(values, volumes), divided_by=60)


def labelling_price(values: Values, volumes: Mapping[str, float]) -> Cost:
    """The same hours, paid: examples × minutes / 60 × rate. Source: plain arithmetic."""
    paid = (*_labelling(values, volumes), _volume("hourly_rate", volumes))
    return _cost("checking" if _made_already(values) else "labelling", "USD", paid, divided_by=60)


def people_price() -> Cost:
    """Days of engineering × hours × rate. Source: plain arithmetic over the file's own assumptions."""
    days, rate = _assumption("engineering_days"), _assumption("engineer_rate")
    return _cost("people", "USD", (days, rate), divided_by=1 / HOURS_A_DAY)


def retraining_price(kind: TuningType, values: Values, volumes: Mapping[str, float]) -> Cost:
    """Doing it again: the run + a share of the examples made anew + days to evaluate and release.

    Source: plain arithmetic over the figures above; that a new run is needed whenever the data change,
    and when the base model is retired, is the policy's.
    """
    run = training_price(kind, values, volumes)
    examples, renewed = labelling_price(values, volumes), _assumption("renewed")
    days, rate = _assumption("evaluation_days"), _assumption("engineer_rate")
    share = 0 if kind == "CPT" else 1
    low = run.low + share * examples.low * renewed.low + days.low * HOURS_A_DAY * rate.low
    high = run.high + share * examples.high * renewed.high + days.high * HOURS_A_DAY * rate.high
    shown = ("another training run", *([str(renewed)] if share else []), str(days), str(rate))
    return Cost(_label("retraining"), low, high, "USD", shown)


def figure(cost: Cost) -> str:
    """A cost's range in words, to two significant digits: "5 to 8 USD"."""
    return f"{_range(_rounded(cost.low), _rounded(cost.high))} {cost.unit}"


def prices_as_of() -> str:
    """The date of the price file, as people write it."""
    day = _table()["as_of"]
    return f"{day.day} {day:%B %Y}"


def volume_names() -> dict[str, str]:
    """The volumes that a person may give, by name, with what each is called when it is asked for."""
    return {name: entry["ask"] for name, entry in _table()["volumes"].items()}


def _tokens(kind: TuningType, values: Values, volumes: Mapping[str, float]) -> tuple[Figure, ...]:
    """What is multiplied to the tokens of one pass: raw text by its pages, everything else by examples."""
    if kind == "CPT":
        return (*_pages(volumes), _assumption("tokens_per_page"))
    return (_rows(values, volumes), _assumption("tokens_per_row"))


def _pages(volumes: Mapping[str, float]) -> tuple[Figure, ...]:
    if "documents" in volumes and "pages" not in volumes:
        return (_volume("documents", volumes), _assumption("pages_per_document"))
    return (_volume("pages", volumes),)


def _labelling(values: Values, volumes: Mapping[str, float]) -> tuple[Figure, Figure]:
    minutes = _volume("minutes_per_label", volumes)
    if _made_already(values):
        check = _assumption("minutes_per_check")
        minutes = replace(minutes, words=check.words) if "minutes_per_label" in volumes else check
    return _rows(values, volumes), minutes


def _made_already(values: Values) -> bool:
    return values.get("data") in ("some_pairs", "many_pairs", "ratings")


def _rows(values: Values, volumes: Mapping[str, float]) -> Figure:
    rows = _volume("rows", volumes)
    by_data: Mapping[str, list[float]] = _table()["volumes"]["rows"]["by_data"]
    usual = by_data.get(values.get("data", ""))
    return rows if "rows" in volumes or usual is None else Figure(usual[0], usual[1], rows.words)


def _volume(name: str, volumes: Mapping[str, float]) -> Figure:
    entry = _table()["volumes"][name]
    if name in volumes:
        return Figure(volumes[name], volumes[name], entry["words"])
    return Figure(entry["low"], entry["high"], entry["words"])


def _assumption(name: str) -> Figure:
    entry = _table()["assumptions"][name]
    return Figure(entry["low"], entry["high"], entry["words"])


def _price(name: str) -> Figure:
    entry = _table()["prices"][name]
    return Figure(entry["low"], entry["high"], entry["words"], f"{entry['source']}, {entry['as_of']:%Y-%m}")


def _training(kind: TuningType) -> Training:
    return Training(**_table()["training"][kind])


def _label(name: str) -> str:
    return _table()["labels"][name]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("chains.guide").joinpath("prices.toml").read_text(encoding="utf-8"))


def _cost(label: str, unit: str, factors: tuple[Figure, ...], *, divided_by: float) -> Cost:
    """The product of all factors, end by end."""
    low = prod(factor.low for factor in factors) / divided_by
    high = prod(factor.high for factor in factors) / divided_by
    return Cost(_label(label), low, high, unit, tuple(str(factor) for factor in factors))


def _with(cost: Cost, *assumed: Figure | Training, times: float) -> Cost:
    shown = (*cost.assumptions, *(str(figure) for figure in assumed))
    return Cost(cost.label, cost.low * times, cost.high * times, cost.unit, shown)


def _versus(label: str, cost: Cost) -> Cost:
    name = cost.label[0].lower() + cost.label[1:]
    return Cost(_label(label) + name, cost.low, cost.high, cost.unit, cost.assumptions)


def _rounded(number: float) -> float:
    return float(f"{number:.2g}")


def _range(low: float, high: float) -> str:
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(number: float) -> str:
    """A number as people write it: "8 billion", "1,000", "0.46"."""
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if number >= size:
            return f"{number / size:,.3g} {name}"
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
