"""`ragtime eval guide` and `ragtime eval router`: dialogues are held and messages routed, then counted."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.choosing import open_guide, open_router
from bot.command_line.evaluation import Metrics, check_out, read_lines, write_out
from bot.command_line.terminal import progress_over
from bot.config import Settings
from chains.guide import evaluation as dialogues
from chains.routing.classifier import ROUTES
from chains.routing.features import CONTEXTS

DIALOGUE = "a JSON object with “id” and “opening” (“answers”, if any, maps factors to replies)"
MESSAGE = f"a JSON object with “text” and “context” ({', '.join(CONTEXTS)}; “gold”, if any, is a route)"


def evaluate_guide(settings: Settings, file: Path, out: Path | None) -> Metrics:
    """Holds each dialogue of the file and returns the metrics; writes them with every item to `out`.

    Raises:
        BadQuestions: the dialogues cannot be read, or the result not be written.
    """
    lines = read_lines(file, "dialogues", _check_dialogue, DIALOGUE)
    check_out(out)
    guide, now = open_guide(settings), datetime.now(UTC)
    items = [dialogues.play(guide, line, now) for line in progress_over(lines, "Talking")]
    result = dialogues.metrics(lines, items)
    write_out(out, result, items)
    return result


def evaluate_router(settings: Settings, file: Path, out: Path | None) -> Metrics:
    """Routes each message of the file and returns the metrics; writes them with every item to `out`.

    Raises:
        BadQuestions: the messages cannot be read, or the result not be written.
    """
    lines = read_lines(file, "messages", _check_message, MESSAGE)
    check_out(out)
    router = open_router(settings)
    # The first text pays for setting up.
    router.route("hello", "channel")
    items: list[dict[str, Any]] = []
    for line in progress_over(lines, "Routing"):
        started = time.perf_counter()
        routed = router.route(line["text"], line["context"])
        seconds = time.perf_counter() - started
        items.append({"text": line["text"], "route": routed.route, "seconds": round(seconds, 6)})
    result = router_metrics(lines, items)
    write_out(out, result, items)
    return result


def router_metrics(lines: Sequence[Mapping[str, Any]], items: Sequence[Mapping[str, Any]]) -> Metrics:
    """The share of right routes, of all and of each route's own, and how long a message took."""
    judged = [
        (line["gold"], item["route"]) for line, item in zip(lines, items, strict=True) if line.get("gold")
    ]
    seconds = sorted(item["seconds"] for item in items)
    recalls = {
        f"recall_{route}": _mean([route == found for gold, found in judged if gold == route])
        for route in ROUTES
    }
    return {
        "accuracy": _mean([gold == found for gold, found in judged]),
        **recalls,
        "seconds_p50": statistics.median(seconds),
        "seconds_p95": seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))],
    }


def _check_dialogue(line: dict[str, Any]) -> None:
    _ = str(line["id"]), line["opening"] + ""
    _ = [reply + "" for reply in (line.get("answers") or {}).values()]


def _check_message(line: dict[str, Any]) -> None:
    _ = line["text"] + ""
    if line["context"] not in CONTEXTS:
        raise ValueError(line["context"])


def _mean(values: Sequence[bool]) -> float | None:
    return statistics.fmean(values) if values else None
