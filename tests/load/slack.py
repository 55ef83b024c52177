"""A local Slack in a process of its own: `python -m tests.load.slack` says where it is, as JSON.

It delivers nothing by itself: `POST /load/prepare` makes the messages and returns the events that Slack
would send about them, for whoever sends them at a pace. `GET /load/verdict` counts what came of them,
`GET /load/told` lists who was told that it takes a while. It ends when its standard input does.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from bot import words
from bot.playground.cast import Cast, Channel, User, playground_cast
from bot.playground.envelope import event_callback, events_of
from bot.playground.people import post_as_user
from bot.playground.standin import StandIn
from bot.playground.workspace import Change, Workspace
from tests.load.waits import Told
from tests.support.slack import LocalSlack, answered

PATIENCE_SECONDS = 120.0
PEOPLE = 40
CHANNELS = 60
# What people say to each other, and not to the bot.
CHATTER = "Lunch at twelve, whoever wants to come."
_BUSY = re.compile(re.escape(words.busy_status(0)).replace("0", r"(\d+)"))


def big_cast() -> Cast:
    """The playground's workspace with more people and channels, so that no single one is flooded."""
    cast = playground_cast()
    people = [User(f"U0LOAD{n}", f"person{n}", f"Person {n}", cast.team) for n in range(PEOPLE)]
    members = [person.id for person in people] + [cast.bot.user.id]
    cast.users += people
    cast.channels = [Channel(f"C0LOAD{n}", f"channel-{n}", "public", list(members)) for n in range(CHANNELS)]
    return cast


def prepare(workspace: Workspace, questions: Sequence[str], events: int, asking: float) -> list[Any]:
    """So many events, of which a share of `asking` are about questions to the bot.

    A question in a channel is two events, the mention and the message, as in Slack. Each is asked in a
    thread of its own.
    """
    chance = random.Random(7)
    people = [user.id for user in workspace.cast.users if user.id.startswith("U0LOAD")]
    channels = [channel.id for channel in workspace.channels()]
    texts = cycle(questions)
    changes: list[Any] = []
    no_more = workspace.subscribe(changes.append)
    made: list[Any] = []
    while len(made) < events:
        # Two events a question, one a word between people.
        asks = chance.random() < asking / (2 - asking)
        text = f"<@{workspace.bot.user.id}> {next(texts)}" if asks else CHATTER
        changes.clear()
        post_as_user(workspace, chance.choice(people), chance.choice(channels), text)
        made += [
            event_callback(workspace, event) for change in changes for event in events_of(workspace, change)
        ]
    no_more()
    return made


def verdict(workspace: Workspace) -> dict[str, int]:
    """How many questions there are; how many have a reply, none, several; how many are half written."""
    mark = f"<@{workspace.bot.user.id}>"
    asked: set[tuple[str, str]] = set()
    replies: Counter[tuple[str, str]] = Counter()
    streaming = 0
    for channel in workspace.channels():
        for message in workspace.messages(channel.id):
            if not message.get("bot_id"):
                if mark in message["text"]:
                    asked.add((channel.id, message["ts"]))
            elif message["streaming"]:
                streaming += 1
            elif ts := answered(message):
                replies[channel.id, ts] += 1
    return {
        "asked": len(asked),
        "answered": len(asked & replies.keys()),
        "lost": len(asked - replies.keys()),
        "doubled": sum(count > 1 for count in replies.values()),
        "streaming": streaming,
    }


class Statuses:
    """Notes who is told that it takes a while: the question's channel and ts, the seconds told, and when."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def __call__(self, change: Change, /) -> None:
        """Hears of a change in the workspace."""
        if change["type"] == "status" and (busy := _BUSY.fullmatch(change["status"])):
            where = {"channel": change["channel"], "ts": change["thread_ts"]}
            self.told.append({**where, "seconds": int(busy[1]), "at": time.time()})


def routes(standin: StandIn) -> list[BaseRoute]:
    """What is served beside Slack's own."""
    statuses = Statuses()
    standin.workspace.subscribe(statuses)

    async def on_prepare(request: Request) -> JSONResponse:
        return JSONResponse(prepare(standin.workspace, **await request.json()))

    async def on_verdict(_: Request) -> JSONResponse:
        return JSONResponse(verdict(standin.workspace))

    async def on_told(_: Request) -> JSONResponse:
        return JSONResponse(statuses.told)

    return [
        Route("/load/prepare", on_prepare, methods=["POST"]),
        Route("/load/verdict", on_verdict, methods=["GET"]),
        Route("/load/told", on_told, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Slack:
    """Where the local Slack is, and with what the bot signs in."""

    url: str
    api_url: str
    bot_token: str
    signing_secret: str

    @property
    def variables(self) -> dict[str, str]:
        """The bot's settings for it."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def prepare(self, questions: Sequence[str], events: int, asking: float) -> list[Any]:
        """The events to send; see `prepare`."""
        wanted = {"questions": questions, "events": events, "asking": asking}
        return httpx.post(
            f"{self.url}/load/prepare", json=wanted, timeout=PATIENCE_SECONDS, trust_env=False
        ).json()

    def verdict(self) -> dict[str, int]:
        """What came of the questions."""
        return self._get("verdict")

    def told(self) -> list[Told]:
        """Who was told that it takes a while."""
        return [Told(**each) for each in self._get("told")]

    def _get(self, what: str) -> Any:
        return httpx.get(f"{self.url}/load/{what}", timeout=PATIENCE_SECONDS, trust_env=False).json()


def where(slack: LocalSlack) -> Slack:
    """A local Slack that serves `routes`, for whoever puts a bot under load."""
    return Slack(slack.url, slack.api_url, slack.secrets.bot_token, slack.secrets.signing_secret)


def main() -> None:
    """Serves until standard input is closed."""
    with LocalSlack(workspace=Workspace(big_cast()), subscriptions=frozenset(), extra_routes=routes) as slack:
        print(json.dumps(asdict(where(slack))), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
