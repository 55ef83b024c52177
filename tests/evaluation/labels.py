"""Whether a question set's labels hold: python -m tests.evaluation.labels QUESTIONS.jsonl DOCS.

Prints one line for each label that does not, and exits with 1 where there are any.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FIELDS = ("id", "question", "history", "gold_docs", "gold_quote", "gold_answer", "kind")
UNANSWERABLE = ("unanswerable", "restricted")
MAX_QUOTE_WORDS = 30


def read_questions(path: Path) -> list[dict]:
    """The questions of a set, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def problems(questions: list[dict], docs: Path) -> Iterator[str]:
    """Each label that does not hold, in words.

    The quote stands verbatim, apart from white space, in the first gold document; the others answer
    too, in words of their own. A question without an answer names neither.
    """
    for name in ("id", "question"):
        # The same words may follow up on different conversations.
        counts = Counter(json.dumps([q[name], q["history"]]) for q in questions)
        yield from (f"{name} {value}: used {count} times" for value, count in counts.items() if count > 1)
    for question in questions:
        yield from (f"{question['id']}: {problem}" for problem in _problems_of(question, docs))


def _problems_of(question: dict, docs: Path) -> Iterator[str]:
    if missing := [name for name in FIELDS if name not in question]:
        yield f"lacks {', '.join(missing)}"
        return
    quote, gold = question["gold_quote"], question["gold_docs"]
    if question["kind"] in UNANSWERABLE:
        if quote or gold or question["gold_answer"]:
            yield "has no answer, and yet a gold document, quote or answer"
        return
    if not (quote and gold and question["gold_answer"]):
        yield "lacks a gold document, quote or answer"
        return
    if absent := [name for name in gold if not (docs / name).is_file()]:
        yield f"no such document: {', '.join(absent)}"
    elif _one_spaced(quote) not in _one_spaced((docs / gold[0]).read_text(encoding="utf-8")):
        yield f"“{quote}” is not in {gold[0]}"
    if len(quote.split()) > MAX_QUOTE_WORDS:
        yield f"the quote has more than {MAX_QUOTE_WORDS} words"


def _one_spaced(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    found = list(problems(read_questions(Path(sys.argv[1])), Path(sys.argv[2])))
    print("\n".join(found) or "All labels hold.")
    sys.exit(bool(found))
