"""`python -m tests.bench.stores`: the same questions to an index in SQLite and to one in PostgreSQL."""

from __future__ import annotations

from bot.command_line.evaluation import evaluate_rag
from bot.config import load_settings
from tests.bench.large import SAMPLE
from tests.bench.latency import QUESTIONS_FILE
from tests.support.postgres import own_server, url_of

SHOWN = ("hit_at_1", "hit_at_5", "mrr_at_10", "quote_recall", "seconds_p50")


def main() -> None:
    """Prints the metrics of both, a line each."""
    with own_server() as server:
        for name, database in (("SQLite", None), ("PostgreSQL", url_of(server))):
            metrics = evaluate_rag(load_settings({}), QUESTIONS_FILE, SAMPLE, None, database)
            print(name, *(f"{metric} {metrics[metric]:.3f}" for metric in SHOWN), flush=True)


if __name__ == "__main__":
    main()
