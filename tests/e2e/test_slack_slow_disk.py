"""A slow disk: every commit takes long, and holds the database meanwhile. Still one reply each, in order."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select

from bot import words
from bot.assembly import Assembly
from bot.tables import inbox as table
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


class SlowCommits:
    """From now on each commit that has something to write takes so many seconds more.

    Who commits is counted: the `listener` that takes in, or a `worker`; or `worker in vain`, who waited for
    its turn to write and then had nothing to write.
    """

    def __init__(self, bot: Assembly, seconds: float) -> None:
        self.by: Counter[str] = Counter()
        self._seconds = seconds
        event.listen(bot.services.engine, "commit", self._wait)

    def _wait(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        vain = driver.total_changes == connection.info.setdefault("changes", 0)
        connection.info["changes"] = driver.total_changes
        who = "worker" if threading.current_thread().name.startswith("worker") else "listener"
        self.by[f"{who} in vain" if vain else who] += 1
        time.sleep(0 if vain else self._seconds)


def states(bot: Assembly) -> set[str]:
    with bot.services.engine.connect() as connection:
        return set(connection.scalars(select(table.c.state)))


def test_each_question_has_its_status_and_one_whole_reply_in_the_order_of_its_thread(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack,
        running_bot(slack, tmp_path, FakeAnswerer()) as bot,
    ):
        SlowCommits(bot, 0.05)
        thread = [slack.say("@Ragtime who is on call, and leave?", "C0GENERAL")]
        elsewhere = [slack.say(f"@Ragtime leave, {number}?", "C0ONCALL") for number in range(2)]
        for number in range(2):
            # Slack itself delivers in any order what comes at the same time.
            slack.wait_for_quiet()
            thread.append(slack.say(f"@Ragtime on call, {number}?", "C0GENERAL", thread_ts=thread[0]["ts"]))
        replies = [slack.wait_for_reply(question) for question in (*thread, *elsewhere)]
        slack.wait_until(lambda: states(bot) == {"answered"}, poll=0.02)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([*thread, *elsewhere])
        order = [reply["ts"] for reply in replies[: len(thread)]]
        assert order == sorted(order)
        assert not any(words.SORRY in str(reply) for reply in replies)
        shown = Counter(call.arguments["thread_ts"] for call in slack.calls("assistant.threads.setStatus"))
        assert shown >= Counter([thread[0]["ts"]] * len(thread) + [each["ts"] for each in elsewhere])
        # Nobody waited in vain for the others to have written.
        assert all(attempt.ack.ok for attempt in slack.attempts())
        assert "locked" not in caplog.text


@pytest.mark.parametrize("text", ["@Ragtime who is on call?", "@Ragtime who is on call, and leave?"])
def test_a_question_costs_one_commit_before_its_ack_and_none_for_each_piece_of_its_answer(
    tmp_path: Path, text: str
) -> None:
    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack,
        running_bot(slack, tmp_path, FakeAnswerer()) as bot,
    ):
        commits = SlowCommits(bot, 0.0).by
        slack.wait_for_reply(slack.say(text, "C0GENERAL"))
        slack.wait_for_quiet()
        slack.wait_until(lambda: states(bot) == {"answered"}, poll=0.02)
        # A mention comes twice, and is written once.
        del commits["listener in vain"]
        # It is taken, its message is begun, what was said is recorded, and it is finished.
        assert commits == {"listener": 1, "worker": 4}


def test_what_slack_does_not_wait_for_comes_again_and_is_answered_once(tmp_path: Path) -> None:
    with (
        LocalSlack(scopes=SCOPES, subscriptions=EVENTS, patience=0.1, retry_delays=(0.1,) * 50) as slack,
        running_bot(slack, tmp_path, FakeAnswerer()) as bot,
    ):
        SlowCommits(bot, 0.3)
        question = slack.say("@Ragtime who is on call?", "C0GENERAL")
        slack.wait_for_reply(question)
        slack.wait_for_quiet()
        assert not all(attempt.ack.ok for attempt in slack.attempts())
        slack.wait_until(lambda: states(bot) == {"answered"}, poll=0.02)
        slack.assert_one_reply_each([question])
