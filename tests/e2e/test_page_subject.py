"""The guide's own subject, asked of the documents that ship with the bot: in Slack, and at the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import knowledge
from bot import words
from bot.playground.workspace import Message
from chains.answer import AnswerChain
from chains.contract import AnswerEvent, Question
from chains.guide.dialogue import Guide
from chains.guide.reader import Reader
from chains.router import Router
from knowledge.access import Place
from knowledge.embeddings.minilm import MiniLM
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.guide_bot import labels, press, shown
from tests.support.knowledge import opened, sync
from tests.support.playground import GENERAL, open_page, playground
from tests.support.slack import LocalSlack

SAMPLE = Path(knowledge.__file__).parent / "sample"
HEAD_TO_HEAD = "RAG and fine-tuning, head to head"
KINDS = "Types of fine-tuning"
PROBLEMS = "Problems of fine-tuning"
CHOICE = "When to choose RAG, when fine-tuning"
WHAT_IS_MISSING = "What is missing from the model today"


@dataclass
class SampleAnswerer(FakeAnswerer):
    """Answers from an index, and routes and guides, as the real one does."""

    chain: AnswerChain | None = None

    def answer(self, question: Question) -> Iterator[AnswerEvent]:
        assert self.chain
        yield from self.chain.stream(question)

    def document_count(self, place: Place) -> int:
        assert self.chain
        return self.chain.index.count(place)


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory, minilm: MiniLM) -> Iterator[LocalSlack]:
    folder = tmp_path_factory.mktemp("subject")
    with opened(folder / "index", minilm) as index:
        sync(index, SAMPLE, "https://docs.example/")
        answerer = SampleAnswerer(
            router=Router(minilm), dialogue=Guide(Reader(minilm)), chain=AnswerChain(index)
        )
        with playground(SAMPLE) as slack, running_bot(slack, folder, answerer):
            yield slack


def ask(slack: LocalSlack, question: str) -> Message:
    return slack.wait_for_reply(slack.say(f"@Ragtime {question}", GENERAL))


def table_of(message: Message) -> list[list[str]]:
    """The cells of the message's table, row by row; none where it has no table."""
    tables = [block for block in message["blocks"] if block["type"] == "table"]
    return [[cell["text"] for cell in row] for table in tables for row in table["rows"]]


@pytest.mark.parametrize(
    ("question", "source", "said"),
    [
        ("what is fine-tuning?", "What is fine-tuning?", ["takes a pre-trained large language model"]),
        ("what is RAG?", "What is RAG?", ["looks up passages in your documents at the moment"]),
        ("explain RAG", "What is RAG?", ["looks up passages in your documents at the moment"]),
        ("why is fine-tuning expensive?", PROBLEMS, ["a training run needs GPUs"]),
        ("can a fine-tuned model forget a customer's data?", PROBLEMS, ["cannot simply forget"]),
        ("when should I use fine-tuning?", CHOICE, ["tone or style", "deep domain", "never need updating"]),
        ("when is fine-tuning the better choice?", CHOICE, ["tone or style", "never need updating"]),
        (
            "why not always fine-tune?",
            PROBLEMS,
            [
                "computationally expensive",
                "ML expertise",
                "must be repeated",
                "Labelled data",
                "hard to remove",
            ],
        ),
        (
            "when should I choose which?",
            CHOICE,
            [
                *(
                    "Fine-tuning is the better choice, and the one to use, in three cases:",
                    "never need updating",
                ),
                *(
                    "RAG is the better choice, and the one to use, in four cases:",
                    "data change frequently",
                    "grounded in sources",
                ),
            ],
        ),
        ("which kinds of fine-tuning are there?", KINDS, ["There are four types of fine-tuning"]),
        ("RAG and fine-tuning side by side", HEAD_TO_HEAD, []),
        ("RAG or fine-tuning, head to head?", HEAD_TO_HEAD, []),
        ("what is the difference between RAG and fine-tuning?", HEAD_TO_HEAD, []),
        ("what's the difference between rag and finetuning", HEAD_TO_HEAD, []),
        ("a table of the differences please: rag, finetuning", HEAD_TO_HEAD, []),
        ("show me a table comparing RAG with fine-tuning", HEAD_TO_HEAD, []),
        ("pros and cons of RAG vs fine-tuning", HEAD_TO_HEAD, []),
    ],
)
def test_the_subject_is_answered_from_its_page_and_the_guide_is_offered(
    slack: LocalSlack, question: str, source: str, said: list[str]
) -> None:
    reply = ask(slack, question)
    assert [part for part in said if part not in shown(reply)] == []
    assert f"[1] {source}" in str(reply["blocks"])
    assert words.OFFER in shown(reply)
    wanted = {
        HEAD_TO_HEAD: [" ", "Fine-tuning", "RAG"],
        KINDS: ["Type", "What it uses", "What it is good for"],
    }
    table = table_of(reply)
    assert (table[0] if table else None) == wanted.get(source)
    assert len(table) in (0, 5, 6)


def test_the_offer_begins_a_guide(slack: LocalSlack) -> None:
    question = slack.say("@Ragtime RAG and fine-tuning side by side", GENERAL)
    reply = slack.wait_for_reply(question)
    assert words.START in labels(reply)
    press(slack, reply, words.START)
    last = slack.wait_for_messages(GENERAL, question["ts"], 2)[-1]
    assert WHAT_IS_MISSING in shown(last)


def test_a_table_of_another_subject_comes_without_an_offer(slack: LocalSlack) -> None:
    reply = ask(slack, "SEV levels as a table")
    table = table_of(reply)
    assert [row[0] for row in table] == ["Level", "SEV-1", "SEV-2", "SEV-3", "SEV-4"]
    assert "[1] Incident severity" in str(reply["blocks"])
    assert words.OFFER not in shown(reply)


def test_a_workspace_without_tables_gets_the_rows(slack: LocalSlack) -> None:
    # No sentence stands beside this one, so the reply is posted rather than streamed.
    slack.fail_next("chat.postMessage", error="invalid_blocks")
    reply = ask(slack, "pros and cons of RAG vs fine-tuning")
    assert table_of(reply) == []
    assert "Updates · **Fine-tuning**: slow: another training run · **RAG**: instant" in shown(reply)


def test_at_the_page_a_table_has_headings_and_scrolls_inside_itself_on_a_phone(
    browser: Browser, slack: LocalSlack
) -> None:
    question = slack.say("@Ragtime SEV levels as a table", GENERAL)
    slack.wait_for_reply(question)
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
    with open_page(browser, slack, f"/#/{GENERAL}/thread/{question['ts']}", **phone) as page:
        table = page.locator("#thread").get_by_role("region", name="Table").last
        expect(table.get_by_role("columnheader", name="Who is told")).to_have_attribute("scope", "col")
        expect(table.get_by_role("cell", name="within 25 minutes")).to_have_count(1)
        table.scroll_into_view_if_needed()
        width, inside = table.evaluate("box => [box.clientWidth, box.scrollWidth]")
        assert width < 375 < inside
        assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("width", [1000, 1300])
def test_beside_a_channel_a_table_wraps_and_shows_where_it_goes_on(
    browser: Browser, slack: LocalSlack, width: int
) -> None:
    question = slack.say("@Ragtime which kinds of fine-tuning are there?", GENERAL)
    slack.wait_for_reply(question)
    window = {"viewport": {"width": width, "height": 800}}
    with open_page(browser, slack, f"/#/{GENERAL}/thread/{question['ts']}", **window) as page:
        table = page.locator("#thread").get_by_role("region", name="Table").last
        expect(table.get_by_role("columnheader", name="What it is good for")).to_be_visible()
        left, shown, inside = table.evaluate(
            "box => [box.getBoundingClientRect().left, box.clientWidth, box.scrollWidth]"
        )
        assert left + shown < width
        # It is cut only where its longest words do not fit, and then it scrolls.
        assert inside < 1.5 * shown
        assert (inside == shown) == (width >= 1300)
        table.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
        last = table.get_by_role("columnheader", name="What it is good for")
        right = last.evaluate("cell => cell.getBoundingClientRect().right")
        assert right <= left + shown + 1
