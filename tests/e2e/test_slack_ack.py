"""Written, then acked: what Slack is told that we have is on disk, and what is not is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from bot.assembly import Assembly
from bot.playground import people
from bot.tables import inbox as table
from tests.support.answerer import FakeAnswerer
from tests.support.bot import build_bot, reached_by_http, reached_by_sockets, running_bot
from tests.support.slack import LocalSlack


@pytest.fixture(params=["http", "sockets"])
def by_sockets(request: pytest.FixtureRequest) -> bool:
    return request.param == "sockets"


@contextmanager
def _full_disk(bot: Assembly) -> Iterator[None]:
    """The database refuses every write, as it does when its disk is full."""

    def refuse(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            raise OSError("No space left on device")

    sqlalchemy_event.listen(bot.services.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        sqlalchemy_event.remove(bot.services.engine, "before_cursor_execute", refuse)


def test_an_event_that_cannot_be_written_is_not_acked_and_comes_again(
    tmp_path: Path, by_sockets: bool
) -> None:
    # The first retry comes at once, the second once we have looked.
    with (
        LocalSlack(patience=0.5, retry_delays=(0.0, 1.0)) as slack,
        running_bot(slack, tmp_path, FakeAnswerer(), by_sockets=by_sockets) as bot,
    ):
        with _full_disk(bot):
            question = slack.say("who is on call?")
            slack.wait_until(lambda: len(slack.attempts("message")) == 2)
            assert not any(attempt.ack.ok for attempt in slack.attempts("message"))
        slack.wait_for_reply(question)
        slack.wait_for_quiet()
        slack.assert_one_reply_each([question])


def test_a_command_that_cannot_be_written_is_not_acked(tmp_path: Path, by_sockets: bool) -> None:
    with (
        LocalSlack(patience=0.5) as slack,
        running_bot(slack, tmp_path, FakeAnswerer(), by_sockets=by_sockets) as bot,
        _full_disk(bot),
    ):
        people.run_command(slack.workspace, "U0YOU", "C0GENERAL", "/ask", "who is on call?")
        (attempt,) = slack.wait_until(lambda: slack.attempts("/ask"))
        assert not attempt.ack.ok


def test_the_ack_waits_for_no_work(tmp_path: Path, by_sockets: bool) -> None:
    """Nothing answers here, and yet the event is acked, and waits in the inbox."""
    with LocalSlack() as slack:
        bot = build_bot(slack, tmp_path, FakeAnswerer())
        with reached_by_sockets(slack, bot) if by_sockets else reached_by_http(slack, bot):
            slack.say("who is on call?")
            (attempt,) = slack.wait_until(lambda: slack.attempts("message"))
            assert attempt.ack.ok
            with bot.services.engine.connect() as connection:
                assert connection.scalars(select(table.c.state)).all() == ["accepted"]


def test_a_request_with_a_wrong_signature_is_refused(tmp_path: Path) -> None:
    with LocalSlack() as slack, LocalSlack() as stranger:
        bot = build_bot(slack, tmp_path, FakeAnswerer())
        with reached_by_http(slack, bot):
            stranger.deliver_to(slack.standin.events_url)
            stranger.say("who is on call?")
            (attempt, *_) = stranger.wait_until(lambda: stranger.attempts("message"))
            assert attempt.ack.status == 401
            with bot.services.engine.connect() as connection:
                assert connection.scalars(select(table.c.state)).all() == []
