"""Question-and-answer pages: which of a section's blocks answer which question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from knowledge.documents import Block

# A longer paragraph that ends in a question mark tells something and asks at its end.
MAX_QUESTION_CHARACTERS = 150
# A longer one is a letter rather than a heading, even where it is marked as a question.
MAX_MARKED_CHARACTERS = 400

_QUESTION_MARK = re.compile(r"(?:Q|Question)[ ]?\d{0,3}[.:)][ ]+(?=\S)")
_ANSWER_MARK = re.compile(r"(?:A|Answer)[ ]?\d{0,3}[.:)][ ]+(?=\S)")
# Between the marks of question and answer where several stand in one paragraph.
_TURN = re.compile(r"(?<=[?.!…)”\"])[ ]+(?=(?:Q|A|Question|Answer)[ ]?\d{0,3}:[ ]+\S)")


@dataclass(slots=True)
class Part:
    """Blocks of one section: what answers the question, and the rest of what stands below it.

    `asked` is the block that the question had of its own, without its mark; None where it is the heading,
    or there is none. A box's title that is no question is `asked`, too: it heads the box.
    """

    question: str = ""
    asked: Block | None = None
    answer: list[Block] = field(default_factory=list)
    rest: list[Block] = field(default_factory=list)


def parts(heading: str, blocks: Sequence[Block]) -> Iterator[Part]:
    """A section's blocks by the questions that they answer, in their order; a box is apart from the rest.

    A box is headed by its title, which is its question if it asks, unless questions stand within it.
    """
    for box, run in groupby(blocks, key=lambda block: block.box):
        title, *inside = pieces = list(run)
        if box and not any(_asks(piece) or _QUESTION_MARK.match(piece.text) for piece in inside):
            yield Part(box if box.endswith("?") else "", title, inside)
            continue
        yield from _turns(heading, pieces)
        # What answers a heading stands right below it, unless it is marked.
        heading = heading if without_mark(heading) != heading else ""


def _turns(heading: str, blocks: Sequence[Block]) -> Iterator[Part]:
    """A section's blocks by the questions that they answer, in their order; marks ("Q:", "A:") are left out.

    A marked question is answered by all up to the next one, another question (a short line of its own, or
    the heading) by the next paragraph and the lists, tables and code that follow it directly.
    """
    pieces = [piece for block in blocks for piece in _split(block)]
    question = without_mark(heading)
    marked = question != heading
    part = Part(question if marked or question.endswith("?") else "")
    for position, piece in enumerate(pieces):
        if _QUESTION_MARK.match(piece.text) and piece.kind in ("paragraph", "list_item"):
            yield from _kept(part)
            part, marked = _asked(replace(piece, text=without_mark(piece.text))), True
        elif _asks(piece) and position + 1 < len(pieces) and not _asks(pieces[position + 1]):
            yield from _kept(part)
            part, marked = _asked(piece), False
        elif part.question and not part.answer and (mark := _ANSWER_MARK.match(piece.text)):
            part.answer.append(replace(piece, text=piece.text[mark.end() :]))
            marked = True
        elif part.question and (marked or (not part.rest and _belongs(piece, part.answer))):
            part.answer.append(piece)
        else:
            part.rest.append(piece)
    yield from _kept(part)


def without_mark(text: str) -> str:
    """A question without the "Q:" before it."""
    mark = _QUESTION_MARK.match(text)
    return text[mark.end() :] if mark else text


def _split(block: Block) -> list[Block]:
    if block.kind not in ("paragraph", "list_item") or not _QUESTION_MARK.match(block.text):
        return [block]
    return [replace(block, text=text) for text in _TURN.split(block.text)]


def _asks(block: Block) -> bool:
    return (
        block.kind == "paragraph"
        and block.level == 0
        and len(block.text) <= MAX_QUESTION_CHARACTERS
        and block.text.endswith("?")
    )


def _belongs(block: Block, answer: Sequence[Block]) -> bool:
    """Whether a block goes on with the answer to a question that has no mark."""
    return not answer or block.kind != "paragraph" or block.level > 0


def _asked(block: Block) -> Part:
    return Part(block.text, block) if len(block.text) <= MAX_MARKED_CHARACTERS else Part(rest=[block])


def _kept(part: Part) -> Iterator[Part]:
    if part.asked and not part.answer:
        # Nothing answers it, so it is text like any other.
        yield Part(rest=[part.asked, *part.rest])
    elif part.answer or part.rest:
        yield part
