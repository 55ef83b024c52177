"""The playground's page over a local Slack, without a bot: what the app would say, the test says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.playground.page import SlashCommand, page_routes
from bot.playground.standin import StandIn
from tests.support.slack import LocalSlack

EXAMPLES = ("What kinds of fine-tuning are there?", "How do I page somebody?", "RAG or fine-tuning?")
COMMANDS = (SlashCommand("/ask", "question", "Ask privately"), SlashCommand("/docs", "", "What I know"))
GENERAL = "C0GENERAL"
DIRECT = "D0YOU"
YOU = "U0YOU"


@contextmanager
def playground(docs: Path, commands: Sequence[SlashCommand] = COMMANDS) -> Iterator[LocalSlack]:
    """A local Slack with the page beside it; every event is taken in silence, unless a bot listens."""

    async def take(_request: Request) -> Response:
        return Response()

    def routes(standin: StandIn) -> list[BaseRoute]:
        page = page_routes(standin.workspace, docs, commands, EXAMPLES)
        return [*page, Route("/slack/events", take, methods=["POST"])]

    with LocalSlack(extra_routes=routes) as slack:
        yield slack


@contextmanager
def open_page(browser: Browser, slack: LocalSlack, path: str = "/", **context: Any) -> Iterator[Page]:
    """A fresh browser window at this path; fails where the page has an error or breaks its own policy."""
    problems: list[str] = []
    window = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
    page = window.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: _only_ours(request.url, slack.url, problems))
    page.goto(slack.url + path)
    page.wait_for_selector("#sidebar li", state="attached")
    yield page
    window.close()
    assert problems == []


def _only_ours(url: str, ours: str, problems: list[str]) -> None:
    if not url.startswith((ours, ours.replace("http", "ws", 1), "data:")):
        problems.append(f"asked for {url}")


def plain(text: str) -> dict[str, str]:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, str]:
    """A mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> dict[str, Any]:
    """An option of a menu or of boxes."""
    return {"text": plain(text), "value": value}
