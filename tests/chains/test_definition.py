"""What defines a thing comes before what merely uses its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chains.answer import AnswerChain
from chains.contract import Answer, Question
from chains.definition import asked_name
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from knowledge.index import Index
from tests.support.knowledge import close, index_in, sync, write

PAGES = {
    "uses.md": """# Nights

What is a night warden to do when the lamp is out? A night warden is not paid for lamps.

At level K-2 ask what K-2 lamps are, and what a lantern round is like for you.

What is a tally? You count in the tally, and the tally is counted again.
""",
    "words.md": """# Words

### Night Warden / NW
Whoever has the keys after ten.

### Tally
How many guests are in the house.

### Wick room
Once you have the key of the wick room you should go there daily.
""",
    "levels.md": """# Levels

| Level | Meaning |
| --- | --- |
| K-1 | Everything is dark. |
| K-2 | One floor is dark. |
""",
    "rounds.md": """# Rounds

- Lantern round: the walk through all floors at midnight.
- Key round: the same for keys.

The oil book, or ledger, is the list of what was burnt.

We count what was burnt by noon. This is called the noon sum.
""",
    "snuffer.md": """# What is a snuffer?

Snuffers put out a candle from above, without smoke.
""",
    "choice.md": """# Choice

A snuffer is the better choice for most inns.
""",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("definitions")
    index = index_in(folder / "home", (minilm,))
    sync(index, write(folder / "docs", PAGES))
    yield index
    close(index)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What is a night warden?", "Whoever has the keys after ten."),
        ("What does NW mean?", "Whoever has the keys after ten."),
        ("What's a tally?", "How many guests are in the house."),
        ("What is K-2?", "K-2 | One floor is dark."),
        ("What is a lantern round?", "Lantern round: the walk through all floors at midnight."),
        ("what does oil book mean?", "The oil book, or ledger, is the list of what was burnt."),
        ("What is the noon sum?", "We count what was burnt by noon."),
        ("What is a snuffer?", "Snuffers put out a candle from above, without smoke."),
        ("Can you explain what a snuffer is?", "Snuffers put out a candle from above, without smoke."),
    ],
)
def test_what_defines_a_thing_is_quoted_first(index: Index, question: str, first: str):
    *_, answer = AnswerChain(index).stream(Question(question, Place.internal()))
    assert isinstance(answer, Answer)
    assert answer.statements[0].text == first


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is a SEV-3?", "SEV-3"),
        ("please explain the night round", "night round"),
        ("explain OKRs to me", "OKRs"),
        ("tell me what a night round is", "night round"),
        ("What does “NW” stand for?", "NW"),
        ("What is the meaning of OKR?", "OKR"),
        ("whats an OKR", "OKR"),
        ("tally definition", "tally"),
        ("How is a tally defined?", ""),
        ("What is it?", ""),
        ("What do I do when it is dark, and who helps me with the lamp on the third floor?", ""),
    ],
)
def test_a_question_names_what_it_wants_defined(question: str, name: str):
    assert asked_name(question) == name
