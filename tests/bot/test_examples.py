"""What newcomers are offered to ask, over the documents that ship with the bot: the reply holds the fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import knowledge
from bot.replies.spoken import find_command
from bot.words import EXAMPLES, FOR_THE_GUIDE, SAMPLE_EXAMPLES
from chains.answer import AnswerChain
from chains.contract import Answer, Question
from chains.router import Router
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import opened, sync

SAMPLE = Path(knowledge.__file__).parent / "sample"
# The folders with anything to say on these questions; the rest would only take time to index.
FOLDERS = ("handbook/people", "handbook/on-call", "handbook/start", "rag-or-fine-tuning")
FACTS = {
    "How many days of leave do I get?": "29 days",
    "How quickly do I have to acknowledge a page?": "within seven minutes",
    "What kinds of fine-tuning are there?": "There are four types of fine-tuning",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    with opened(tmp_path_factory.mktemp("sample"), minilm) as index:
        sync(index, SAMPLE, only=FOLDERS)
        assert index.count(Place.internal()) > 20
        yield index


def test_each_example_has_its_fact_below_or_is_for_the_guide() -> None:
    assert set(SAMPLE_EXAMPLES) == {*FACTS, FOR_THE_GUIDE}


@pytest.mark.parametrize("question", FACTS)
def test_an_example_is_answered_with_its_fact_and_without_doubt(sample: Index, question: str) -> None:
    *_, reply = AnswerChain(sample).stream(Question(question, Place.internal()))
    assert isinstance(reply, Answer)
    assert reply.sure
    said = [statement.text for statement in reply.statements]
    if reply.table:
        said += [reply.table.caption, reply.table.quote]
    assert FACTS[question] in " ".join(said)


@pytest.mark.parametrize("question", SAMPLE_EXAMPLES)
def test_an_example_goes_where_its_answer_is(minilm: MiniLM, question: str) -> None:
    routed = Router(minilm).route(question, "dm")
    assert routed.route == ("guide" if question == FOR_THE_GUIDE else "answer")


def test_what_is_offered_over_any_documents_needs_none(minilm: MiniLM) -> None:
    commands = {spoken.name for example in EXAMPLES if (spoken := find_command(example))}
    assert commands == {"documents", "help"}
    routes = [Router(minilm).route(example, "dm").route for example in EXAMPLES]
    assert routes == ["command", "command", "guide"]
