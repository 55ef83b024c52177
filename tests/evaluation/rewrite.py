"""How much rewriting helps the search: python -m tests.evaluation.rewrite QUESTIONS.jsonl DOCS.

Hit@5 of plain BM25 (SQLite FTS5, 300-word chunks) on follow-ups, with the bare message, the rules'
rewriting, and the annotators' (`standalone_question`, where given); and on first messages, which must
not change. The rules' one fitted number is also chosen on four fifths of the threads and judged on
the fifth.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from chains import rewrite as rules
from chains.contract import Turn
from chains.wordlists import FUNCTION_WORDS

Row = dict[str, Any]
CHUNK_WORDS = 300
FOLDS = 5
CANDIDATES = (1, 2, 3, 4, 5)


def index(docs: Path) -> sqlite3.Connection:
    """All documents' chunks in an in-memory full-text table."""
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE chunk USING fts5(doc UNINDEXED, text, tokenize='porter unicode61')"
    )
    for path in sorted(docs.rglob("*.md")):
        words = path.read_text(encoding="utf-8", errors="replace").split()
        pieces = [" ".join(words[at : at + CHUNK_WORDS]) for at in range(0, len(words), CHUNK_WORDS)]
        name = path.relative_to(docs).as_posix()
        connection.executemany("INSERT INTO chunk VALUES (?, ?)", [(name, piece) for piece in pieces])
    return connection


def searcher(connection: sqlite3.Connection) -> Callable[[str], tuple[str, ...]]:
    """Finds the five best documents for a text."""

    @cache
    def search(text: str) -> tuple[str, ...]:
        terms = [term for term in re.findall(r"\w+", text.lower()) if term not in FUNCTION_WORDS["english"]]
        query = " OR ".join(f'"{term}"' for term in dict.fromkeys(terms))
        if not query:
            return ()
        found = connection.execute(
            "SELECT doc FROM chunk WHERE chunk MATCH ? ORDER BY bm25(chunk) LIMIT 60", (query,)
        )
        return tuple(dict.fromkeys(doc for (doc,) in found))[:5]

    return search


def by_rules(row: Row) -> str:
    """What the rules would search for."""
    history = [Turn(turn["role"], turn["content"]) for turn in row["history"]]
    return rules.rewrite(row["question"], history).search


def by_annotators(row: Row) -> str:
    """What people wrote."""
    return row.get("standalone_question") or row["question"]


def main(questions: Path, docs: Path) -> None:
    """Prints the table."""
    search = searcher(index(docs))
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("gold_docs")]
    follow_ups = [row for row in rows if row["history"]]

    def hits(some: Sequence[Row], text: Callable[[Row], str]) -> int:
        return sum(not set(search(text(row))).isdisjoint(row["gold_docs"]) for row in some)

    groups = {
        "follow-ups": follow_ups,
        "… with a rewrite": [row for row in follow_ups if row.get("standalone_question")],
        "… left alone": [row for row in follow_ups if by_rules(row) == " ".join(row["question"].split())],
        "first messages": [row for row in rows if not row["history"]],
    }
    ways = {"bare": lambda row: row["question"], "rules": by_rules, "annotators": by_annotators}
    for name, some in groups.items():
        figures = "  ".join(f"{way} {hits(some, text) / max(1, len(some)):.3f}" for way, text in ways.items())
        print(f"{name:18} {len(some):4}  {figures}")

    chosen = rules.FEW_WORDS
    right = 0
    for fold in range(FOLDS):
        thread = [zlib.crc32(row["id"].rsplit("-", 1)[0].encode()) % FOLDS == fold for row in follow_ups]
        train = [row for row, held_out in zip(follow_ups, thread, strict=True) if not held_out]
        test = [row for row, held_out in zip(follow_ups, thread, strict=True) if held_out]

        def trained(words: int, train: list[Row] = train) -> int:
            rules.FEW_WORDS = words
            return hits(train, by_rules)

        rules.FEW_WORDS = max(CANDIDATES, key=trained)
        right += hits(test, by_rules)
    rules.FEW_WORDS = chosen
    print(f"rules, cross-validated over {FOLDS} folds of threads: {right / len(follow_ups):.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
