"""`python -m tests.chaos`: kills the bot's processes at random under a stream of questions, and counts.

Exits with 1 where a reply is lost, doubled or left half written.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from bot.command_line.terminal import OUT
from knowledge.embeddings.minilm import MiniLM
from tests.bench.table import status
from tests.chaos.storm import MODES, Outcome, Plan, storm


def main() -> None:
    """Runs what is asked for, and prints a table."""
    options = _options()
    OUT.print(f"seed {options.seed}")
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="ragtime-model-") as folder, status() as say:
        say("Making the model's graph")
        MiniLM(Path(folder))
        for mode in options.modes:
            logs = options.logs and options.logs / mode
            plan = Plan(options.kills, options.seed, logs, options.between_kills, options.between_questions)
            outcomes.append(storm(mode, plan, Path(folder), say))
    _show(outcomes)
    sys.exit(not all(outcome.held for outcome in outcomes))


def _show(outcomes: Sequence[Outcome]) -> None:
    table = Table("", *(outcome.mode for outcome in outcomes))
    table.add_row("killed", *(", ".join(f"{n} {w}" for w, n in sorted(o.kills.items())) for o in outcomes))
    for name in ("questions", "lost", "doubled", "open_streams", "strays", "apologies"):
        table.add_row(name.replace("_", " "), *(str(getattr(outcome, name)) for outcome in outcomes))
    table.add_row("seconds", *(f"{outcome.seconds:.0f}" for outcome in outcomes))
    OUT.print(table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="in each mode")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same kills again")
    parser.add_argument("--modes", nargs="+", choices=tuple(MODES), default=tuple(MODES))
    parser.add_argument("--between-kills", type=float, default=Plan.between_kills, help="seconds at most")
    parser.add_argument("--between-questions", type=float, default=Plan.between_questions)
    parser.add_argument("--logs", type=Path, help="a folder that keeps the processes' logs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
