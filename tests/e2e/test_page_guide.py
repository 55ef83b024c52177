"""The guide at the page: held by keyboard in a thread, and on a phone in private, with the real bot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot import words
from bot.playground.page import SlashCommand
from knowledge.embeddings.minilm import MiniLM
from tests.support.bot import running_bot
from tests.support.guide_bot import guiding_answerer
from tests.support.playground import GENERAL, open_page, playground
from tests.support.slack import LocalSlack

RAG = "RAG: keep the model as it is"


@pytest.fixture
def slack(tmp_path: Path, minilm: MiniLM) -> Iterator[LocalSlack]:
    commands = [SlashCommand(command, *about) for command, about in words.COMMANDS.items()]
    with playground(tmp_path, commands) as slack, running_bot(slack, tmp_path, guiding_answerer(minilm)):
        yield slack


def _tab_to(page: Page, label: str) -> None:
    """Moves the focus on until it is on the control that says so."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.ariaLabel ?? document.activeElement.innerText)") == label:
            return
    pytest.fail(f"{label} is not reached by Tab")


def test_a_guide_is_held_from_its_first_question_to_the_decision_record_by_keyboard(
    browser: Browser, slack: LocalSlack
) -> None:
    with open_page(browser, slack, f"/#/{GENERAL}") as page:
        thread = page.locator("#thread")
        page.keyboard.type("@Ragtime should we fine-tune a model or use RAG for our support bot?")
        page.keyboard.press("Enter")
        expect(thread).to_contain_text("Question 1 of at most 6")
        _tab_to(page, "Deep expertise in our field")
        page.keyboard.press("Enter")
        expect(thread).to_contain_text("✓ What is missing today: Deep expertise in our field")
        # Focus has stayed where the question was: the next one is further on.
        _tab_to(page, "Never")
        page.keyboard.press("Enter")
        expect(thread).to_contain_text("Question 3 of at most 6")
        expect(thread.get_by_role("checkbox")).to_have_count(3)
        for _ in range(9):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.type") == "checkbox":
                break
        page.keyboard.press("Space")
        _tab_to(page, "Done")
        page.keyboard.press("Enter")
        expect(thread.locator(".message").last).to_contain_text(RAG)
        expect(thread.get_by_text(RAG)).to_be_in_viewport()
        expect(thread.get_by_role("button", name="Done")).to_have_count(0)
        _tab_to(page, "Why?")
        page.keyboard.press("Enter")
        why = thread.get_by_role("columnheader", name="Points")
        expect(why).to_be_in_viewport()
        thread.get_by_role("button", name="Export").press("Enter")
        expect(thread.locator(".ephemeral pre")).to_contain_text("# Decision: RAG or fine-tuning")
        expect(thread.locator(".ephemeral pre")).to_be_in_viewport()


def test_on_a_phone_a_guide_is_held_in_private_and_its_recommendation_is_shared(
    browser: Browser, slack: LocalSlack
) -> None:
    phone = {"viewport": {"width": 375, "height": 740}, "has_touch": True, "is_mobile": True}
    with open_page(browser, slack, f"/#/{GENERAL}", **phone) as page:
        private = page.locator("#conversation .ephemeral")
        page.fill("#composer", "/guide we build a support bot")
        page.get_by_role("button", name="Send").tap()
        private.get_by_role("button", name=words.IN_WORDS).tap()
        dialog = page.get_by_role("dialog", name=words.IN_WORDS)
        field = dialog.get_by_role("textbox", name="What is missing from the model today")
        field.fill("it should answer from our manuals, which change every week")
        dialog.get_by_role("button", name=words.SEND).tap()
        expect(private).to_contain_text(RAG)
        expect(private).to_have_count(1)
        expect(private.get_by_text(RAG)).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        private.get_by_role("button", name=words.SHARE).tap()
        shared = page.locator("#conversation .message:not(.ephemeral)")
        expect(shared).to_contain_text("You shared a recommendation for: we build a support bot")
        expect(shared.get_by_text("shared a recommendation")).to_be_in_viewport()
