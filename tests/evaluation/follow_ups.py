"""Follow-ups and new subjects, told apart: python -m tests.evaluation.follow_ups QUESTIONS DOCS.

By the whole search, with each message alone, with the conversation's words added, and as the chain decides:
the share of questions whose document comes first, by kind. `--home DIR` keeps the index for a second run.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chains.contract import Turn
from chains.follow_up import find_understood
from chains.rewrite import Rewritten, rewrite
from knowledge.access import Place
from knowledge.database import open_database
from knowledge.embeddings.choice import EmbedderSettings
from knowledge.index import Index
from knowledge.opening import open_index
from knowledge.sync import sync_folder
from tests.evaluation.labels import read_questions

PLACE = Place.internal()
Row = dict[str, Any]
Way = Callable[[Row], Rewritten]


def bare(row: Row) -> Rewritten:
    """The message as it stands."""
    return Rewritten(row["question"], row["question"])


def decided(row: Row) -> Rewritten:
    """What the rules make of it; they may leave it to the search whether it stands alone."""
    return rewrite(row["question"], [Turn(turn["role"], turn["content"]) for turn in row["history"]])


def added(row: Row) -> Rewritten:
    """The conversation's words, wherever the rules think that they may belong to it."""
    understood = decided(row)
    return Rewritten(understood.question, understood.search)


WAYS: dict[str, Way] = {"bare": bare, "added": added, "decided": decided}


def first_documents(index: Index, rows: Sequence[Row], way: Way) -> list[list[str]]:
    """The five best documents for each question, best first."""
    found = []
    for row in rows:
        _, passages = find_understood(index, PLACE, way(row))
        found.append(list(dict.fromkeys(hit.stored.document.path for hit in passages.hits))[:5])
    return found


def report(index: Index, rows: Sequence[Row]) -> None:
    """Prints the table."""
    found = {name: first_documents(index, rows, way) for name, way in WAYS.items()}
    kinds = list(dict.fromkeys(row.get("kind", "followup") for row in rows))
    print(f"{'':14} n    " + "".join(f"{name + ' hit@1, hit@5':24}" for name in WAYS))
    for kind in kinds:
        chosen = [place for place, row in enumerate(rows) if row.get("kind", "followup") == kind]
        print(f"{kind:14} {len(chosen):<5}" + "".join(_shares(rows, found[name], chosen) for name in WAYS))


def _shares(rows: Sequence[Row], found: Sequence[Sequence[str]], chosen: Sequence[int]) -> str:
    def share(first: int) -> float:
        hits = [not set(found[place][:first]).isdisjoint(rows[place]["gold_docs"]) for place in chosen]
        return sum(hits) / len(hits)

    return f"{share(1):.3f}, {share(5):.3f}".ljust(24)


def main() -> None:
    """Indexes the documents and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("docs", type=Path)
    parser.add_argument("--home", type=Path, help="Keeps the index, so that a second run is quick.")
    arguments = parser.parse_args()
    rows = [row for row in read_questions(arguments.questions) if row["history"] and row["gold_docs"]]
    with tempfile.TemporaryDirectory() as temporary:
        home = arguments.home or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        engine = open_database(f"sqlite:///{home / 'ragtime.db'}")
        index = open_index(home, engine, None, EmbedderSettings("local"))
        sync_folder(index, arguments.docs, None, lambda _: None)
        report(index, rows)


if __name__ == "__main__":
    main()
