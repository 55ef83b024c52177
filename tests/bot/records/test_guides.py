"""Guides in the database: one state each, moved by each event once, found where they are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from bot.inbox import Incoming
from bot.records import forgetting, guides
from bot.records.guides import Overtaken
from bot.tables import guides as table
from tests.support.bot_database import bot_database
from tests.support.guide_steps import ASKED, CONCLUDED, NEED

MESSAGE = Incoming(
    event_id="Ev1",
    kind="message",
    channel="C1",
    channel_type="channel",
    user="U1",
    team="T1",
    text="RAG or fine-tuning?",
    ts="1.1",
    thread_ts="1.1",
)
ANSWER = replace(MESSAGE, event_id="Ev2", ts="1.2", text="facts")
DIRECT = replace(MESSAGE, channel="D1", channel_type="im")
COMMAND = replace(
    MESSAGE, event_id="trigger.1", kind="guide", ts=None, thread_ts=None, response_url="http://x"
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return bot_database(tmp_path)


def _in_thread(engine: Engine, incoming: Incoming) -> guides.StoredGuide:
    guide = guides.in_thread(engine, incoming)
    assert guide is not None
    return guide


def test_a_guide_is_found_in_its_thread_as_it_was_left(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    guide = _in_thread(engine, ANSWER)
    assert (guide.event_id, guide.user, guide.private, guide.moves) == ("Ev1", "U1", False, 1)
    assert guide.state == ASKED[0]
    assert guides.find(engine, "Ev1") == guide


def test_guides_in_parallel_threads_do_not_mix(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    other = replace(MESSAGE, event_id="Ev9", ts="9.1", thread_ts="9.1")
    guides.begin(engine, other, *CONCLUDED)
    assert _in_thread(engine, ANSWER).state == ASKED[0]
    assert _in_thread(engine, replace(other, event_id="Ev10", ts="9.2")).state == CONCLUDED[0]
    assert guides.in_thread(engine, replace(MESSAGE, ts="5.1", thread_ts="5.1")) is None


def test_what_an_event_made_of_a_guide_is_remembered(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    guides.go_on(engine, _in_thread(engine, ANSWER), ANSWER, *CONCLUDED)
    first, second = guides.move_of(engine, "Ev1"), guides.move_of(engine, "Ev2")
    assert first is not None
    assert second is not None
    assert (first.moves, first.step) == (1, ASKED[1])
    assert (second.moves, second.step) == (2, CONCLUDED[1])
    assert guides.move_shown(engine, "Ev1", 2) == guides.last_verdict(engine, "Ev1") == second
    assert guides.move_of(engine, "Ev3") is None


def test_the_same_event_moves_a_guide_once(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    with pytest.raises(Overtaken):
        guides.begin(engine, MESSAGE, *ASKED)
    guides.go_on(engine, _in_thread(engine, ANSWER), ANSWER, *ASKED)
    with pytest.raises(Overtaken):
        guides.go_on(engine, _in_thread(engine, ANSWER), ANSWER, *CONCLUDED)
    assert _in_thread(engine, ANSWER).moves == 2
    assert _in_thread(engine, ANSWER).state == ASKED[0]


def test_of_two_events_at_once_the_slower_one_has_to_look_again(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    as_read = _in_thread(engine, ANSWER)
    guides.go_on(engine, as_read, ANSWER, *CONCLUDED)
    with pytest.raises(Overtaken):
        guides.go_on(engine, as_read, replace(ANSWER, event_id="Ev3"), *ASKED)
    assert guides.move_of(engine, "Ev3") is None


def test_a_direct_message_goes_on_with_a_guide_that_asked_lately(engine: Engine) -> None:
    guides.begin(engine, DIRECT, *ASKED)
    later = replace(DIRECT, event_id="Ev2", ts="2.1", thread_ts="2.1")
    guides.go_on(engine, _in_thread(engine, later), later, *ASKED)
    assert _in_thread(engine, later).thread_ts == "2.1"
    long_ago = datetime.now(UTC) - timedelta(minutes=21)
    with engine.begin() as connection:
        connection.execute(update(table).values(updated_at=long_ago))
    assert guides.in_thread(engine, replace(DIRECT, event_id="Ev3", ts="3.1", thread_ts="3.1")) is None


def test_a_direct_message_after_the_verdict_begins_something_new(engine: Engine) -> None:
    guides.begin(engine, DIRECT, *CONCLUDED)
    assert guides.in_thread(engine, replace(DIRECT, ts="2.1", thread_ts="2.1")) is None


def test_a_private_guide_is_for_one_person_in_one_channel(engine: Engine) -> None:
    guides.begin(engine, COMMAND, *ASKED)
    own = guides.private(engine, "C1", "U1")
    assert own is not None
    assert (own.event_id, own.private, own.thread_ts) == ("trigger.1", True, None)
    assert guides.private(engine, "C1", "U2") is None
    assert guides.private(engine, "C2", "U1") is None
    assert guides.in_thread(engine, replace(MESSAGE, thread_ts=None)) is None


def test_messages_with_questions_are_remembered_until_they_are_collapsed(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    assert guides.asked_messages(engine, "Ev1") == []
    assert guides.note_message(engine, "Ev1", "1.5") == "Ev1"
    guides.show_again(engine, _in_thread(engine, ANSWER), ANSWER, ASKED[1], {"markdown": "An answer."})
    guides.note_message(engine, "Ev2", "1.7")
    first, second = guides.asked_messages(engine, "Ev1")
    assert (first.question, first.ts, first.above) == (NEED.id, "1.5", None)
    assert (second.ts, second.above) == ("1.7", {"markdown": "An answer."})
    guides.note_collapsed(engine, "Ev1")
    assert [asked.event_id for asked in guides.asked_messages(engine, "Ev1")] == ["Ev2"]
    assert guides.note_message(engine, "Ev0", "1.9") is None


def test_a_guide_that_is_ended_leaves_nothing(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    guides.end(engine, "Ev1")
    assert guides.find(engine, "Ev1") is None
    assert guides.move_of(engine, "Ev1") is None


def test_forgetting_a_person_forgets_their_guides_alone(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    guides.begin(engine, replace(COMMAND, user="U2"), *ASKED)
    forgetting.forget_person(engine, "U1")
    assert guides.find(engine, "Ev1") is None
    assert guides.private(engine, "C1", "U2") is not None


def test_forgetting_a_thread_forgets_its_guide_alone(engine: Engine) -> None:
    guides.begin(engine, MESSAGE, *ASKED)
    guides.begin(engine, replace(MESSAGE, event_id="Ev9", thread_ts="9.1"), *ASKED)
    forgetting.forget_thread(engine, "C1", "1.1")
    assert guides.find(engine, "Ev1") is None
    assert guides.find(engine, "Ev9") is not None
