"""A stream of questions in a local Slack while processes are killed at random; then what came of them."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bot import words
from bot.config import load_settings
from bot.playground.workspace import Message
from bot.processes import migrate
from tests.chaos.process import run, run_chroma
from tests.chaos.supervised import Database, Supervised, Victim
from tests.support.manifest import EVENTS, SCOPES
from tests.support.ports import free_port
from tests.support.postgres import own_server, url_of
from tests.support.slack import LocalSlack, answered

PAGES = {
    "oncall.md": "# On call\n\nThe pager rings for every SEV-1.\n",
    "leave.md": "# Leave\n\nEverybody has thirty days of leave a year.\n",
    "office.md": "# Office\n\nThe office in Lisbon opens at nine.\n",
}
QUESTIONS = ("when does the pager ring", "how many days of leave", "when does the office open")
CHANNELS = ("C0GENERAL", "C0ONCALL", "D0YOU")
# Of the questions, those that follow another one in its thread.
FOLLOW_UPS = 0.3
# Slack tries again for minutes; here for as long as anything takes to be started again, however busy it is.
RETRY_DELAYS = (0.5,) * 1200
TAKEOVER_SECONDS = 2.0
# Once all is answered, so long nothing more may come.
STILL_SECONDS = 3 * TAKEOVER_SECONDS
START_SECONDS = 300.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How long it goes on and how hard: seconds between two kills, and between two questions, at most.

    It is over once nothing was answered for `drain_seconds` after the last kill, or all is.
    `logs` is where the processes' logs are kept; None: nowhere.
    """

    kills: int
    seed: int
    logs: Path | None = None
    between_kills: float = 6.0
    between_questions: float = 0.6
    drain_seconds: float = 60.0


@dataclass(slots=True)
class Outcome:
    """What came of it. `strays` are messages of the bot that answer nothing."""

    mode: str
    kills: Counter[str] = field(default_factory=Counter)
    questions: int = 0
    lost: int = 0
    doubled: int = 0
    open_streams: int = 0
    strays: int = 0
    apologies: int = 0
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether nothing was lost, doubled or left open."""
        return not (self.lost or self.doubled or self.open_streams or self.strays)


def storm(mode: str, plan: Plan, model: Path, say: Say = lambda _: None) -> Outcome:
    """Runs the bot as one process ("embedded") or as several ("shared"), and kills.

    `model` is a folder with the local model's graph, which takes long to make.
    """
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ragtime-chaos-") as folder,
        LocalSlack(
            scopes=SCOPES, subscriptions=EVENTS, patience=START_SECONDS, retry_delays=RETRY_DELAYS
        ) as slack,
        ExitStack() as stack,
    ):
        logs = plan.logs or Path(folder)
        logs.mkdir(parents=True, exist_ok=True)
        victims = MODES[mode](slack, Path(folder), model, logs, stack)
        outcome = Outcome(mode)
        asked = _under_fire(slack, victims, plan, outcome, say)
        say(f"{mode}: waiting for what is owed")
        _drain(slack, asked, plan.drain_seconds)
        _count(slack, asked, outcome)
        for question in asked:
            if _answers(slack, question) != 1:
                say(f"{_answers(slack, question)} replies to {question['text']!r}, {_where(question)}")
    outcome.seconds = time.monotonic() - started
    return outcome


def _under_fire(
    slack: LocalSlack, victims: Sequence[Victim], plan: Plan, outcome: Outcome, say: Say
) -> list[Message]:
    """Asks and kills until there were enough kills; returns what was asked."""
    chance = random.Random(plan.seed)
    asked = [slack.say(f"@Ragtime {QUESTIONS[0]}, to begin with?", CHANNELS[0])]
    slack.wait_until(lambda: _answers(slack, asked[0]), START_SECONDS)
    bag: list[Victim] = []
    now = time.monotonic()
    next_kill = now + chance.uniform(0, plan.between_kills)
    next_question = now
    while outcome.kills.total() < plan.kills:
        time.sleep(max(0.0, min(next_kill, next_question) - time.monotonic()))
        now = time.monotonic()
        if now >= next_question:
            asked.append(_ask(slack, chance, asked))
            next_question = now + chance.uniform(0, plan.between_questions)
        if now >= next_kill:
            # Each as often, in any order.
            bag = bag or chance.sample(victims, len(victims))
            victim = bag.pop()
            if victim.kill():
                outcome.kills[victim.name] += 1
                say(f"{outcome.mode}: {outcome.kills.total()} of {plan.kills} kills, {len(asked)} questions")
            next_kill = now + chance.uniform(0, plan.between_kills)
    return asked


def _ask(slack: LocalSlack, chance: random.Random, asked: Sequence[Message]) -> Message:
    number = len(asked)
    text = f"{chance.choice(QUESTIONS)}, number {number}?"
    before = chance.choice(asked)
    # As people do: what is asked further before the first question even arrived is not known as such.
    if chance.random() < FOLLOW_UPS and _answers(slack, before):
        return slack.say(text, before["channel"], thread_ts=before.get("thread_ts") or before["ts"])
    channel = chance.choice(CHANNELS)
    return slack.say(text if channel.startswith("D") else f"@Ragtime {text}", channel)


def _drain(slack: LocalSlack, asked: Sequence[Message], seconds: float) -> None:
    """Waits until everything is answered, or for so long nothing was; then for what may come late."""
    owed, deadline = list(asked), time.monotonic() + seconds
    while owed and time.monotonic() < deadline:
        left = [question for question in owed if not _answers(slack, question)]
        if len(left) < len(owed):
            owed, deadline = left, time.monotonic() + seconds
        time.sleep(0.5)
    time.sleep(STILL_SECONDS)


def _where(question: Message) -> str:
    within = f" in the thread {question['thread_ts']}" if question.get("thread_ts") else ""
    return f"{question['ts']} in {question['channel']}{within}"


def _answers(slack: LocalSlack, question: Message) -> int:
    return len(slack.replies_to(question["channel"], question["ts"]))


def _count(slack: LocalSlack, asked: Sequence[Message], outcome: Outcome) -> None:
    known = {(question["channel"], question["ts"]) for question in asked}
    replies = {place: slack.replies_to(*place) for place in known}
    outcome.questions = len(known)
    outcome.lost = sum(not found for found in replies.values())
    outcome.doubled = sum(max(0, len(found) - 1) for found in replies.values())
    outcome.apologies = sum(words.SORRY in str(reply) for found in replies.values() for reply in found)
    for channel in CHANNELS:
        for message in slack.workspace.messages(channel):
            if message.get("bot_id") and not message["ephemeral_to"]:
                outcome.open_streams += message["streaming"]
                outcome.strays += not message["streaming"] and (channel, answered(message)) not in known


# How it runs


def _embedded(slack: LocalSlack, folder: Path, model: Path, logs: Path, stack: ExitStack) -> Sequence[Victim]:
    """One process with everything in its home."""
    environment = _environment(slack, folder, model)
    return [_kept(stack, Supervised("run", run, "run", environment, logs / "run.log"))]


def _shared(slack: LocalSlack, folder: Path, model: Path, logs: Path, stack: ExitStack) -> Sequence[Victim]:
    """What takes events in, two workers, and the two servers that they share."""
    server = stack.enter_context(own_server())
    database = url_of(server)
    chroma = free_port()
    environment = _environment(slack, folder, model) | {
        "DATABASE_URL": database,
        "CHROMA_URL": f"http://127.0.0.1:{chroma}",
        "RAGTIME_TAKEOVER_SECONDS": str(TAKEOVER_SECONDS),
    }
    migrate(load_settings({"DATABASE_URL": database}))
    roles = {"web": "web", "worker 1": "worker", "worker 2": "worker"}
    return [
        _kept(stack, Database(server)),
        _kept(stack, Supervised("chroma", run_chroma, folder / "chroma", chroma, logs / "chroma.log")),
        *(
            _kept(stack, Supervised(name, run, role, environment, logs / f"{name}.log"))
            for name, role in roles.items()
        ),
    ]


MODES = {"embedded": _embedded, "shared": _shared}


def _kept(stack: ExitStack, victim: Victim) -> Victim:
    stack.callback(victim.close)
    return victim


def _environment(slack: LocalSlack, folder: Path, model: Path) -> dict[str, str]:
    docs, home = folder / "docs", folder / "home"
    docs.mkdir()
    home.mkdir()
    for name, text in PAGES.items():
        (docs / name).write_text(text, encoding="utf-8")
    (home / "models").symlink_to(model)
    port = free_port()
    slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    return {
        "PATH": "/usr/bin:/bin",
        "OPENBLAS_NUM_THREADS": "1",
        "RAGTIME_HOME": str(home),
        "RAGTIME_DOCS": str(docs),
        "PORT": str(port),
        "SLACK_BOT_TOKEN": slack.secrets.bot_token,
        "SLACK_SIGNING_SECRET": slack.secrets.signing_secret,
        "SLACK_API_URL": slack.api_url,
    }
