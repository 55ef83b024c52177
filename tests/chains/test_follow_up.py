"""A message leans on the conversation only where it does: a new subject is answered by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import AnswerChain
from chains.contract import Answer, Question, Refusal, Turn
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year. Tell your lead two weeks ahead.\n",
    "kitchen.md": "# Kitchen\n\nThe coffee machine is cleaned on Fridays by the team that used it last.\n",
    "printers.md": "# Printers\n\nThere are two printers: one in the cellar, one on the roof.\n",
    "bicycles.md": "# Bicycles\n\nBicycles are lent for a week. The deposit for it is 20 EUR.\n",
    "lockers.md": "# Lockers\n\nLockers are lent for a year. The deposit for it is 35 EUR.\n",
}
LEAVE = (
    Turn("user", "How many days of leave does everybody have?"),
    Turn("assistant", "Everybody has thirty days of leave a year."),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("follow-up")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


def ask(index: Index, text: str, *history: Turn) -> Answer | Refusal:
    reply = list(AnswerChain(index).stream(Question(text, Place.internal(), history)))[-1]
    assert isinstance(reply, Answer | Refusal)
    return reply


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Who cleans the machine?", "kitchen.md"),
        ("Which printers are there?", "printers.md"),
        ("is there a printer?", "printers.md"),
        ("and who cleans the coffee machine?", "kitchen.md"),
        ("bicycles?", "bicycles.md"),
        ("what about lockers?", "lockers.md"),
        ("What is the wifi password?", ""),
        ("who won the football game?", ""),
    ],
)
def test_a_new_subject_is_answered_as_if_nothing_had_been_said(index: Index, question: str, document: str):
    reply = ask(index, question, *LEAVE)
    assert reply == ask(index, question)
    if document:
        assert isinstance(reply, Answer)
        assert reply.sources[0].document == document


@pytest.mark.parametrize(
    "question", ["whom do I tell?", "how long?", "does it need a word ahead?", "and for how long?"]
)
def test_what_says_nothing_by_itself_is_about_what_was_asked_before(index: Index, question: str):
    reply = ask(index, question, *LEAVE)
    assert isinstance(reply, Answer)
    assert reply.sources[0].document == "leave.md"
    assert "after: “How many days of leave" in reply.question


def test_a_piece_of_a_question_belongs_to_the_one_before_where_the_passage_speaks_of_it(index: Index):
    reply = ask(index, "and a lead?", *LEAVE)
    assert "after: “How many days of leave" in reply.question


@pytest.mark.parametrize(("thing", "deposit"), [("bicycles", "20 EUR"), ("lockers", "35 EUR")])
def test_among_passages_that_answer_alike_the_conversation_chooses(index: Index, thing: str, deposit: str):
    reply = ask(index, "what is the deposit?", Turn("user", f"how long are {thing} lent?"))
    assert isinstance(reply, Answer)
    assert reply.sources[0].document == f"{thing}.md"
    assert deposit in " ".join(statement.text for statement in reply.statements)
