"""Sentences of handbooks that are taken for words to a model: python -m tests.evaluation.hostile DOCS…

Prints each of them, with its file, and the count for each folder: those of honest handbooks are mistakes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chains.hostile import speaks_to_model
from knowledge.chunk import chunk
from knowledge.documents import UnreadableDocument
from knowledge.sources.folder import FoundFile, load, walk
from knowledge.sources.rules import load_rules


def main(folders: list[Path]) -> None:
    """Prints the sentences and the counts."""
    for folder in folders:
        units = found = 0
        rules = load_rules(folder)
        for file in walk(folder):
            if not isinstance(file, FoundFile):
                continue
            try:
                document = load(folder, file, rules)
            except UnreadableDocument:
                continue
            passages = chunk(document.title, document.blocks)
            for unit in (unit for passage in passages for unit in passage.units):
                units += 1
                if speaks_to_model(unit.text):
                    found += 1
                    print(f"{document.path}: {unit.text[:160]}")
        print(f"{folder.name}: {found} of {units} sentences", flush=True)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
