"""What it depends on fails for a while: Slack, the database, its disk, Chroma. Then it goes on, once each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot import handling, words
from bot.assembly import Assembly
from bot.tables import inbox as table
from bot.telemetry import logs
from chains.contract import Question
from knowledge import database
from knowledge.vectors import VectorsUnavailable
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.logging_kept import logging_kept
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack

SOON = 0.02


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    # Slack tries again for minutes; here for as long as an outage takes.
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS, retry_delays=(0.1,) * 200) as slack:
        yield slack


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture(autouse=True)
def bot(
    slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Assembly]:
    monkeypatch.setattr(handling, "FIRST_RETRY", timedelta(seconds=SOON))
    monkeypatch.setattr(handling, "LOOK_AGAIN_SECONDS", SOON)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    with running_bot(slack, tmp_path, answerer) as bot:
        yield bot


def reasons(bot: Assembly) -> list[tuple[str, str]]:
    with bot.services.engine.connect() as connection:
        rows = connection.execute(select(table.c.state, table.c.error).order_by(table.c.id))
        return [(row.state, row.error or "") for row in rows]


@pytest.mark.parametrize(
    ("error", "status", "times"),
    [
        # More than the client itself waits for.
        ("ratelimited", 429, 5),
        ("", 500, 6),
        ("invalid_auth", 200, 6),
    ],
)
def test_what_slack_does_not_take_for_long_it_takes_later(
    slack: LocalSlack, bot: Assembly, error: str, status: int, times: int
) -> None:
    slack.fail_next("chat.postMessage", error=error, status=status, retry_after=0, times=times)
    slack.fail_next("chat.startStream", error=error, status=status, retry_after=0, times=times)
    asked = [slack.say("@Ragtime what about cats?", "C0GENERAL"), slack.say("@Ragtime leave?", "C0ONCALL")]
    for question in asked:
        assert words.SORRY not in str(slack.wait_for_reply(question))
    slack.wait_until(lambda: {state for state, _ in reasons(bot)} == {"answered"}, poll=0.02)
    slack.assert_one_reply_each(asked)


def test_where_the_bot_is_not_it_gives_up_and_says_why_to_the_admin(slack: LocalSlack, bot: Assembly) -> None:
    slack.fail_next("chat.startStream", error="channel_not_found")
    slack.say("@Ragtime who is on call?", "C0GENERAL")
    slack.wait_until(lambda: reasons(bot) == [("failed", "Slack says channel_not_found")], poll=0.02)
    other = slack.say("@Ragtime leave?", "C0ONCALL")
    slack.wait_for_reply(other)
    assert slack.messages_in("C0GENERAL", "0") == []


def test_what_comes_while_the_database_is_locked_comes_again(slack: LocalSlack, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ragtime.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        question = slack.say("@Ragtime who is on call?", "C0GENERAL")
        slack.wait_until(lambda: len(_refused(slack)) > 3, poll=0.02)
        other.execute("ROLLBACK")
    other.close()
    slack.wait_for_reply(question)
    slack.wait_for_quiet()
    slack.assert_one_reply_each([question])


def test_what_is_refused_is_told_by_its_event_in_a_line(
    slack: LocalSlack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_kept():
        logs.set_up()
        with sqlite3.connect(tmp_path / "ragtime.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            slack.say("@Ragtime who is on call?", "C0GENERAL")
            slack.wait_until(lambda: len(_refused(slack)) > 3, poll=0.02)
            other.execute("ROLLBACK")
        other.close()
        slack.wait_for_quiet()
    refused = {attempt.outgoing.event_id for attempt in slack.attempts() if attempt.ack.reason}
    assert set(capsys.readouterr().err.splitlines()) == {
        f"WARNING bot.app: not taken in: OperationalError: database is locked [event {event_id}]"
        for event_id in refused
    }


def test_a_database_that_is_locked_while_an_answer_is_given_costs_nothing(
    slack: LocalSlack,
    answerer: FakeAnswerer,
    bot: Assembly,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = sqlite3.connect(tmp_path / "ragtime.db", isolation_level=None, check_same_thread=False)

    def lock(_: Question) -> None:
        if len(answerer.questions) == 1:
            other.execute("BEGIN IMMEDIATE")

    answerer.between = lock
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    slack.wait_until(lambda: "cannot be handed back yet" in caplog.text, poll=0.02)
    other.execute("ROLLBACK")
    other.close()
    slack.wait_for_reply(question)
    slack.wait_until(lambda: [state for state, _ in reasons(bot)] == ["answered"], poll=0.02)
    slack.assert_one_reply_each([question])


def test_what_comes_while_the_disk_is_full_comes_again(slack: LocalSlack, bot: Assembly) -> None:
    room = [1]

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        # SQLite's own limit raises what a full disk does.
        connection.execute(f"PRAGMA max_page_count = {room[0]}")

    event.listen(bot.services.engine, "checkout", limit)
    question = slack.say(f"@Ragtime who is on call? {'Tell me all. ' * 300}", "C0GENERAL")
    slack.wait_until(lambda: len(_refused(slack)) > 3, poll=0.02)
    room[0] = 100_000
    slack.wait_for_reply(question)
    slack.wait_for_quiet()
    slack.assert_one_reply_each([question])


def test_while_chroma_is_away_questions_wait_and_nobody_reads_an_apology(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly
) -> None:
    away = iter(range(handling.TRIES * 2))

    def fail(_: Question) -> None:
        if next(away, None) is not None:
            raise VectorsUnavailable("Chroma does not answer")

    answerer.before = fail
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    assert "On call is answered." in str(slack.wait_for_reply(question))
    slack.assert_one_reply_each([question])


def test_what_is_away_for_too_long_counts_as_a_failure(
    slack: LocalSlack, answerer: FakeAnswerer, bot: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Question) -> None:
        raise VectorsUnavailable("Chroma does not answer")

    answerer.before = fail
    monkeypatch.setattr(handling, "AWAY_SECONDS", 0.0)
    question = slack.say("@Ragtime who is on call?", "C0GENERAL")
    assert words.SORRY in str(slack.wait_for_reply(question))
    slack.wait_until(lambda: [state for state, _ in reasons(bot)] == ["failed"], poll=0.02)
    assert reasons(bot)[0][1] == "VectorsUnavailable: Chroma does not answer"


def _refused(slack: LocalSlack) -> list[str]:
    """The deliveries that were not acked, by why."""
    return [attempt.ack.reason for attempt in slack.attempts() if attempt.ack.reason]
