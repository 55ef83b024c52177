"""How well sentences are checked: python -m tests.evaluation.verify LABELLED.jsonl [QUESTIONS.jsonl DOCS].

LABELLED holds passages with sentences that they do and do not support. With a question set in the
format of `eval rag`, its human-written answers are checked against their gold documents as well, as
they stand (they should pass) and with one number or negation changed or against another document
(they should not).
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chains.evidence import Passage
from chains.sentences import Piece, split
from chains.verify import THRESHOLDS, Thresholds, Verifier


@dataclass(frozen=True)
class Case:
    """One sentence, the passage that it cites, and whether that passage supports it."""

    question: str
    passage: Passage
    sentence: str
    supported: bool
    kind: str


@dataclass(frozen=True)
class Scores:
    """Of what was kept, how much is supported; of what is supported, how much was kept."""

    precision: float
    recall: float
    wrong: tuple[Case, ...]


def labelled(path: Path) -> list[Case]:
    """The cases of a labelled file."""
    cases: list[Case] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passage = Passage(1, row["title"], tuple(row["heading_path"]), row["text"])
        groups = {"supported": row["supported"], **row["unsupported"]}
        cases += (
            Case(row["question"], passage, sentence, kind == "supported", kind)
            for kind, sentences in groups.items()
            for sentence in sentences
        )
    return cases


def keeps(case: Case, thresholds: Thresholds = THRESHOLDS) -> bool:
    """Whether the sentence, citing its passage, would be shown."""
    verifier = Verifier(case.question, [case.passage], thresholds)
    return verifier.check(Piece("sentence", f"{case.sentence} [1]")) is not None


def score(cases: Iterable[Case], thresholds: Thresholds = THRESHOLDS) -> Scores:
    """Checks all cases."""
    kept = supported = right = 0
    wrong: list[Case] = []
    for case in cases:
        shown = keeps(case, thresholds)
        kept += shown
        supported += case.supported
        right += shown and case.supported
        if shown != case.supported:
            wrong.append(case)
    return Scores(right / max(1, kept), right / max(1, supported), tuple(wrong))


def human_answers(questions: Path, docs: Path) -> Iterator[Case]:
    """Sentences of human-written answers, as they stand and spoilt."""
    dice = random.Random(7)
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("gold_docs") and row.get("gold_answer")]
    for row in rows:
        passage = _document(docs, row["gold_docs"])
        other = _document(docs, dice.choice(rows)["gold_docs"])
        for piece in split([row["gold_answer"]]):
            if piece.kind != "sentence" or len(piece.text.split()) < 5:
                continue
            yield Case(row["question"], passage, piece.text, True, "human")
            if other.text != passage.text:
                yield Case(row["question"], other, piece.text, False, "other document")
            if re.search(r"\d", piece.text):
                changed = re.sub(r"\d+", lambda match: str(int(match[0]) + 13), piece.text, count=1)
                yield Case(row["question"], passage, changed, False, "number")
            denied = re.sub(r"\b(is|are|was|were|can|must|will|should)\b", r"\1 not", piece.text, count=1)
            if denied != piece.text and not re.search(r"\b(not|no|never)\b|n't", piece.text):
                yield Case(row["question"], passage, denied, False, "negation")


def _document(docs: Path, names: list[str]) -> Passage:
    text = "\n".join((docs / name).read_text(encoding="utf-8") for name in names)
    lines = [piece.text for piece in split([text])]
    return Passage(1, Path(names[0]).stem.replace("-", " "), (), "\n".join(lines))


def report(name: str, cases: list[Case], *, show: bool) -> None:
    """Prints precision, recall, and what went wrong by kind."""
    scores = score(cases)
    kinds = Counter(case.kind for case in cases)
    wrong = Counter(case.kind for case in scores.wrong)
    print(f"{name}: precision {scores.precision:.3f}, recall {scores.recall:.3f}")
    for kind, total in kinds.items():
        print(f"  {kind:15} {total - wrong[kind]:4} of {total:4} right")
    for case in scores.wrong if show else ():
        print(f"  {case.kind}: {case.sentence}")


if __name__ == "__main__":
    report("labelled", labelled(Path(sys.argv[1])), show=True)
    if len(sys.argv) > 3:
        report("human answers", list(human_answers(Path(sys.argv[2]), Path(sys.argv[3]))), show=False)
