"""The inbox: nothing is taken twice, nothing is lost, and a thread keeps its order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update

from bot import inbox
from bot.inbox import Incoming
from bot.tables import inbox as table
from tests.support.bot_database import bot_database

QUESTION = Incoming(
    event_id="Ev1",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U1",
    team="T1",
    text="who is on call?",
    ts="1.1",
    thread_ts="1.1",
)
COMMAND = replace(
    QUESTION, event_id="trigger.1", kind="ask", ts=None, thread_ts=None, response_url="http://x"
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return bot_database(tmp_path)


def _state(engine: Engine, event_id: str) -> str:
    with engine.connect() as connection:
        return connection.execute(select(table.c.state).where(table.c.event_id == event_id)).scalar_one()


def _take(engine: Engine) -> inbox.Item:
    item = inbox.take(engine)
    assert item is not None
    return item


def test_what_is_accepted_is_taken_once(engine: Engine) -> None:
    assert inbox.accept(engine, QUESTION)
    assert _take(engine).incoming == QUESTION
    assert inbox.take(engine) is None


def test_the_same_event_is_accepted_once(engine: Engine) -> None:
    assert inbox.accept(engine, QUESTION)
    assert not inbox.accept(engine, replace(QUESTION, ts="9.9"))


def test_a_message_that_comes_as_two_events_is_accepted_under_the_first(engine: Engine) -> None:
    assert inbox.accept(engine, QUESTION)
    assert not inbox.accept(engine, replace(QUESTION, event_id="Ev2"))
    assert _take(engine).incoming.event_id == "Ev1"


def test_what_comes_twice_is_no_error_of_the_database(engine: Engine) -> None:
    errors: list[object] = []
    event.listen(engine, "handle_error", errors.append)
    inbox.accept(engine, QUESTION)
    assert not inbox.accept(engine, QUESTION)
    assert not inbox.accept(engine, replace(QUESTION, event_id="Ev2"))
    assert errors == []


def test_a_message_that_comes_as_two_events_at_the_same_time_is_accepted_once(engine: Engine) -> None:
    pairs = [
        replace(QUESTION, event_id=f"Ev{number}-{twin}", ts=f"{number}.0")
        for number in range(20)
        for twin in "ab"
    ]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda incoming: inbox.accept(engine, incoming), pairs))
    assert outcomes.count(True) == 20


def test_two_commands_in_a_channel_are_both_accepted(engine: Engine) -> None:
    assert inbox.accept(engine, COMMAND)
    assert inbox.accept(engine, replace(COMMAND, event_id="trigger.2"))


def test_a_thread_keeps_its_order_while_others_go_on(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.accept(engine, replace(QUESTION, event_id="Ev2", ts="1.2"))
    inbox.accept(engine, replace(QUESTION, event_id="Ev3", ts="2.1", thread_ts="2.1"))
    first, second = _take(engine), _take(engine)
    assert [first.incoming.event_id, second.incoming.event_id] == ["Ev1", "Ev3"]
    assert inbox.take(engine) is None
    inbox.finish(engine, first, "1.15")
    assert _take(engine).incoming.event_id == "Ev2"


def test_many_workers_take_each_event_once(engine: Engine) -> None:
    for number in range(30):
        inbox.accept(
            engine, replace(QUESTION, event_id=f"Ev{number}", ts=f"{number}.0", thread_ts=f"{number}.0")
        )
    with ThreadPoolExecutor(6) as pool:
        taken = [item for item in pool.map(lambda _: inbox.take(engine), range(90)) if item]
    assert sorted(item.id for item in taken) == sorted({item.id for item in taken})
    assert len(taken) == 30


def test_what_another_worker_took_and_handed_back_meanwhile_is_not_taken_as_it_was(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    checkouts: list[object] = []

    def fail_it_elsewhere(*checkout: object) -> None:
        checkouts.append(checkout)
        if len(checkouts) == 2:  # The event is read, and not yet taken.
            item = _take(engine)
            inbox.note_draft(engine, item, "1.15")
            inbox.retry_later(engine, item, inbox.LONGEST_RETRY, failed=True)

    event.listen(engine, "checkout", fail_it_elsewhere)
    assert inbox.take(engine) is None
    assert len(checkouts) > 2


def test_what_was_being_answered_at_a_crash_is_open_again_and_marked_as_begun(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    item = _take(engine)
    inbox.note_draft(engine, item, "1.15")
    assert inbox.reopen_interrupted(engine) == 1
    again = _take(engine)
    assert (again.resumed, again.interruptions, again.draft_ts) == (True, 1, "1.15")


def test_what_waits_from_before_the_start_may_be_answered_already(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    assert inbox.reopen_interrupted(engine) == 0
    inbox.accept(engine, replace(QUESTION, event_id="Ev2", ts="2.1", thread_ts="2.1"))
    assert [(item.resumed, item.interruptions) for item in (_take(engine), _take(engine))] == [
        (True, 0),
        (False, 0),
    ]


def test_what_is_handed_back_is_begun_but_not_interrupted(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.hand_back(engine, _take(engine))
    again = _take(engine)
    assert (again.resumed, again.interruptions) == (True, 0)


def test_what_failed_waits_before_it_is_tried_again(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.retry_later(engine, _take(engine), inbox.LONGEST_RETRY, failed=True)
    assert inbox.take(engine) is None
    assert inbox.next_due(engine) is not None


def test_what_was_put_off_before_the_clock_was_set_back_is_tried_again(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    by_the_old_clock = timedelta(hours=1)
    inbox.retry_later(engine, _take(engine), by_the_old_clock, failed=True)
    due = inbox.due(engine, 1)
    assert due
    assert due <= datetime.now(UTC)
    again = inbox.claim(engine, 1)
    assert again
    inbox.retry_later(engine, again, by_the_old_clock, failed=True)
    assert _take(engine).failures == 2


def test_only_failures_of_ours_are_counted(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.retry_later(engine, _take(engine), timedelta(0), failed=True)
    inbox.retry_later(engine, _take(engine), timedelta(0), failed=False)
    assert _take(engine).failures == 1


def test_a_question_that_is_deleted_is_not_answered(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.withdraw(engine, "C1", "1.1")
    assert inbox.take(engine) is None


def test_a_question_that_is_deleted_while_it_is_answered_stays_deleted(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    item = _take(engine)
    inbox.withdraw(engine, "C1", "1.1")
    assert not inbox.is_wanted(engine, item)
    inbox.hand_back(engine, item)
    assert _state(engine, "Ev1") == "withdrawn"


def test_an_answered_question_that_is_deleted_stays_answered(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.finish(engine, _take(engine), "1.15")
    inbox.withdraw(engine, "C1", "1.1")
    assert _state(engine, "Ev1") == "answered"


def test_a_thread_is_followed_once_something_in_it_was_accepted(engine: Engine) -> None:
    assert not inbox.follows(engine, "C1", "1.1")
    inbox.accept(engine, QUESTION)
    assert inbox.follows(engine, "C1", "1.1")
    assert not inbox.follows(engine, "C2", "1.1")


def test_who_lost_an_event_to_another_worker_neither_posts_nor_finishes(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    slow = _take(engine)
    assert inbox.reopen_interrupted(engine) == 1
    quick = _take(engine)
    with pytest.raises(inbox.ClaimLost):
        inbox.is_wanted(engine, slow)
    inbox.finish(engine, slow, "1.15")
    inbox.hand_back(engine, slow)
    assert inbox.is_wanted(engine, quick)
    inbox.finish(engine, quick, "1.16")
    with engine.connect() as connection:
        assert connection.scalar(select(table.c.reply_ts)) == "1.16"


def test_a_person_who_asks_much_lets_others_pass(engine: Engine) -> None:
    for number in range(5):
        at = f"{number}.0"
        inbox.accept(engine, replace(QUESTION, event_id=f"Ev{number}", ts=at, thread_ts=at))
    inbox.accept(engine, replace(QUESTION, event_id="other", ts="9.0", thread_ts="9.0", user="U2"))
    assert [_take(engine).incoming.event_id for _ in range(3)] == ["Ev0", "other", "Ev1"]


def test_who_has_let_enough_others_pass_has_their_turn_however_many_come(engine: Engine) -> None:
    for number in range(2):
        at = f"{number}.0"
        inbox.accept(engine, replace(QUESTION, event_id=f"Ev{number}", ts=at, thread_ts=at))
    taken = [_take(engine).incoming.event_id]
    for number in range(2 * inbox.LETS_PASS):
        at = f"9.{number}"
        inbox.accept(engine, replace(QUESTION, event_id=at, ts=at, thread_ts=at, user=f"U9{number}"))
        taken.append(_take(engine).incoming.event_id)
    assert 10 < taken.index("Ev1") <= inbox.LETS_PASS + 1


def test_in_the_thread_of_a_person_who_asks_much_others_wait_their_turn(engine: Engine) -> None:
    put: list[inbox.Waiting] = []

    def note(_: object, waiting: inbox.Waiting) -> None:
        put.append(waiting)

    for number in range(3):
        inbox.accept(engine, replace(QUESTION, event_id=f"Ev{number}", ts=f"1.{number}"), note)
    inbox.accept(engine, replace(QUESTION, event_id="other", ts="1.9", user="U2"), note)
    assert [waiting.behind for waiting in put] == [0, 1, 2, 2]
    assert {waiting.thread_ts for waiting in put} == {"1.1"}


def test_an_event_is_claimed_by_its_number_once_it_is_due(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    item = inbox.claim(engine, 1)
    assert item
    assert inbox.claim(engine, 1) is None
    assert inbox.due(engine, 1) is None
    inbox.retry_later(engine, item, inbox.LONGEST_RETRY, failed=True)
    assert inbox.claim(engine, 1) is None
    later = inbox.due(engine, 1)
    assert later
    assert later > item.accepted_at


def test_an_event_is_not_accepted_where_it_cannot_be_put_into_the_queue(engine: Engine) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        inbox.accept(engine, QUESTION, fail)
    assert inbox.take(engine) is None
    assert inbox.accept(engine, QUESTION)


def test_what_waited_for_long_may_have_been_answered_before_a_backup_was_restored(engine: Engine) -> None:
    inbox.accept(engine, QUESTION)
    inbox.accept(engine, replace(QUESTION, event_id="Ev2", ts="2.1", thread_ts="2.1"))
    with engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        connection.execute(update(table).where(table.c.event_id == "Ev2").values(accepted_at=long_ago))
    items = [inbox.claim(engine, number) for number in (1, 2)]
    assert [item and item.resumed for item in items] == [False, True]
