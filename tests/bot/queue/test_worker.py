"""The workers that the job queue hands events, in this process: how they end, and how they go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from bot.assembly import Assembly, assemble
from bot.client import slack_client
from bot.queue.timing import Timing
from knowledge.database import open_database
from tests.support.answerer import FakeAnswerer
from tests.support.bot import reached_by_http
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

PATIENCE = 60.0


@pytest.fixture
def engine(postgres: str) -> Iterator[Engine]:
    engine = open_database(postgres)
    yield engine
    engine.dispose()


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS, patience=PATIENCE) as slack:
        yield slack


def bot(slack: LocalSlack, engine: Engine, answerer: FakeAnswerer) -> Assembly:
    client = slack_client(slack.secrets.bot_token, slack.api_url)
    return assemble(client, engine, answerer, slack.secrets.signing_secret, timing=Timing(20.0))


def standing(engine: Engine) -> tuple[str, str | None]:
    """The state of the only event, and of its job, where there is one."""
    with engine.connect() as connection:
        state = connection.scalar(text("SELECT state FROM inbox"))
        return str(state), connection.scalar(text("SELECT status::text FROM procrastinate_jobs"))


def test_what_is_not_answered_in_time_is_handed_back_and_answered_once_by_another(
    slack: LocalSlack, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    begun, go_on = threading.Event(), threading.Event()

    def stand_still(_: object) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    slow = bot(slack, engine, FakeAnswerer(before=stand_still))
    with reached_by_http(slack, slow):
        slow.start()
        question = slack.say("@Ragtime on call?", "C0GENERAL")
        assert begun.wait(PATIENCE)
        slow.stop(within=2.0)
        # A busy machine is a moment late with it.
        slack.wait_until(lambda: standing(engine) == ("accepted", "todo"), PATIENCE, 0.1)
        another = bot(slack, engine, FakeAnswerer())
        another.start()
        slack.wait_for_reply(question)
        # The slow one goes on, notices that it is too late, and says nothing in Slack.
        go_on.set()
        slack.wait_until(lambda: "as this process ends" in caplog.text, PATIENCE, 0.1)
        assert "thought dead" not in caplog.text
        slack.wait_until(lambda: standing(engine) == ("answered", None), PATIENCE, 0.1)
        another.stop()
    slack.wait_for_quiet()
    slack.assert_one_reply_each([question])


def test_an_event_that_fails_is_tried_again_and_ends_in_an_apology(slack: LocalSlack, engine: Engine) -> None:
    tries: list[object] = []

    def fail(question: object) -> None:
        tries.append(question)
        raise ValueError("no")

    poisoned = bot(slack, engine, FakeAnswerer(before=fail))
    with reached_by_http(slack, poisoned):
        poisoned.start()
        question = slack.say("@Ragtime on call?", "C0GENERAL")
        assert "Sorry" in str(
            slack.wait_until(lambda: slack.replies_to("C0GENERAL", question["ts"]), PATIENCE)
        )
        slack.wait_until(lambda: standing(engine) == ("failed", None), PATIENCE, 0.1)
        poisoned.stop()
    assert len(tries) == 3


def test_what_the_queue_s_database_refuses_is_told_in_a_line(
    slack: LocalSlack, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    ours = bot(slack, engine, FakeAnswerer())
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE procrastinate_workers CASCADE"))
    ours.start()
    slack.wait_until(lambda: len(set(caplog.messages)) == 2, PATIENCE, 0.05)
    ours.stop()
    why = 'UndefinedTable: relation "procrastinate_workers" does not exist'
    assert set(caplog.messages) == {
        f"the queue cannot be reached, trying again: {why}",
        f"what dead workers left behind cannot be looked for: {why}",
    }
