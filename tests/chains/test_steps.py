"""Steps: an unbroken run of an ordered list, and the first one where that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import AnswerChain
from chains.contract import Answer, Question
from chains.steps import unbroken
from knowledge.access import Place
from knowledge.documents import Unit
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "flood.md": "# Flood in the cellar\n\nA flood in the cellar is told first to the caretaker.\n\n"
    "## Checklist\n\n1. Switch off the power.\n2. Close the main tap.\n3. Carry the archive upstairs.\n"
    "4. Photograph the flood.\n\n## Who helps\n\nHelpers come in this order in a flood:\n\n"
    "1. The caretaker comes to a flood at first.\n2. The fire brigade.\n",
    "bread.md": "# Bread\n\n## Baking\n\n1. Knead the dough for the bread.\n2. Wait.\n3. Heat the oven.\n"
    "4. Bake the bread dough in the oven.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("steps")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def markers(index: Index, question: str) -> list[str]:
    *_, last = AnswerChain(index).stream(Question(question, Place.internal()))
    assert isinstance(last, Answer)
    for statement in last.statements:
        assert statement.text in last.sources[statement.sources[0] - 1].passage
    return [f"{statement.marker} {statement.text}" for statement in last.statements]


@pytest.mark.parametrize(
    "question",
    [
        "What do I do first in a flood?",
        "What is the first step in a flood in the cellar?",
        "Where do we start with a flood in the cellar?",
    ],
)
def test_who_asks_what_comes_first_gets_the_first_steps_of_what_is_asked_about(index: Index, question: str):
    assert markers(index, question) == [
        "1. Switch off the power.",
        "2. Close the main tap.",
        "3. Carry the archive upstairs.",
    ]


def test_first_is_not_always_a_step(index: Index):
    assert markers(index, "Who is told of a flood first?")[0] != "1. Switch off the power."


def test_steps_of_a_list_are_quoted_without_a_gap(index: Index):
    numbers = [int(line[0]) for line in markers(index, "What happens with dough for bread in the oven?")]
    assert len(numbers) > 1
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize(
    ("chosen", "most", "words", "run"),
    [
        # The first of those chosen is the best one: it is always in the run.
        ([1, 2, 4], 3, 80, [1, 2, 3]),
        ([4, 1, 2], 3, 80, [2, 3, 4]),
        ([2, 4], 3, 80, [2, 3, 4]),
        ([3, 2], 3, 80, [2, 3]),
        ([1, 6], 2, 80, [1, 2]),
        ([6, 1], 3, 80, [4, 5, 6]),
        ([1, 2, 3], 3, 9, [1, 2]),
        ([3, 1, 2], 3, 4, [3]),
    ],
)
def test_the_run_holds_the_best_step_and_as_many_chosen_ones_as_it_can(
    chosen: list[int], most: int, words: int, run: list[int]
):
    steps = [Unit("list_item", f"Do step number {n}.", marker=f"{n}.") for n in range(1, 7)]
    found = unbroken(steps, [steps[n - 1] for n in chosen], most, words)
    assert [steps.index(each) + 1 for each in found] == run
