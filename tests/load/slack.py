"""A local Slack in a process of its own: `python -m tests.load.slack` says where it is, as JSON.

It delivers nothing by itself: `POST /load/prepare` makes the messages and returns the events that Slack
would send about them, for whoever sends them at a pace. `GET /load/verdict` counts what came of them.
It ends when its standard input does.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import cycle
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from bot.playground.cast import Cast, Channel, User, playground_cast
from bot.playground.envelope import event_callback, events_of
from bot.playground.people import post_as_user
from bot.playground.standin import StandIn
from bot.playground.workspace import Workspace
from tests.support.slack import LocalSlack, answered

PEOPLE = 40
CHANNELS = 60
# What people say to each other, and not to the bot.
CHATTER = "Lunch at twelve, whoever wants to come."


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
    workspace.subscribe(changes.append)
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


def routes(standin: StandIn) -> list[BaseRoute]:
    """What is served beside Slack's own."""

    async def on_prepare(request: Request) -> JSONResponse:
        return JSONResponse(prepare(standin.workspace, **await request.json()))

    async def on_verdict(_: Request) -> JSONResponse:
        return JSONResponse(verdict(standin.workspace))

    return [
        Route("/load/prepare", on_prepare, methods=["POST"]),
        Route("/load/verdict", on_verdict, methods=["GET"]),
    ]


def main() -> None:
    """Serves until standard input is closed."""
    with LocalSlack(workspace=Workspace(big_cast()), subscriptions=frozenset(), extra_routes=routes) as slack:
        where = {
            "url": slack.url,
            "api_url": slack.api_url,
            "bot_token": slack.secrets.bot_token,
            "signing_secret": slack.secrets.signing_secret,
        }
        print(json.dumps(where), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
