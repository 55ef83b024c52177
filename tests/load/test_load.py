"""The load harness: what it sends is spread as it says, and what it sees is counted as it happened."""

from __future__ import annotations

import pytest

from bot import words
from bot.playground.people import post_as_user
from bot.playground.workspace import Workspace
from tests.load.__main__ import held
from tests.load.slack import Statuses, big_cast, prepare, verdict
from tests.load.waits import Telling, Told, Wait, compare
from tests.load.watching import growth
from tests.support.slack import REPLY_EVENT_TYPE


def replied(workspace: Workspace, channel: str, ts: str) -> None:
    """The bot's complete reply to a message."""
    payload = {"event_id": "Ev1", "channel": channel, "ts": ts}
    metadata = {"event_type": REPLY_EVENT_TYPE, "event_payload": payload}
    workspace.add_message(channel, bot_id=workspace.bot.bot_id, text="Yes.", thread_ts=ts, metadata=metadata)


def test_a_question_is_two_events_and_a_share_of_them_are_about_questions() -> None:
    events = prepare(Workspace(big_cast()), ["When?", "Who?"], 2000, 0.2)
    mentions = [event for event in events if event["event"]["type"] == "app_mention"]
    about_questions = [event for event in events if "<@" in event["event"]["text"]]
    assert len(about_questions) == 2 * len(mentions)
    assert 0.17 < len(about_questions) / len(events) < 0.23
    assert len({event["event_id"] for event in events}) == len(events)


def test_the_verdict_counts_what_is_lost_doubled_or_half_written() -> None:
    workspace = Workspace(big_cast())
    mention = f"<@{workspace.bot.user.id}> when?"
    lost, once, twice = (post_as_user(workspace, "U0LOAD1", "C0LOAD1", mention) for _ in range(3))
    replied(workspace, "C0LOAD1", once["ts"])
    replied(workspace, "C0LOAD1", twice["ts"])
    replied(workspace, "C0LOAD1", twice["ts"])
    workspace.add_message(
        "C0LOAD1", bot_id=workspace.bot.bot_id, text="Y", thread_ts=lost["ts"], streaming=True
    )
    assert verdict(workspace) == {"asked": 3, "answered": 2, "lost": 1, "doubled": 1, "streaming": 1}


def test_memory_that_grows_is_told_from_memory_that_is_filled_once() -> None:
    filled = [200.0 if n < 3 else 400.0 for n in range(60)]
    assert growth(filled) == 1.0
    leaking = [200.0 + 5 * n for n in range(60)]
    assert growth(leaking) > 1.3


def test_who_is_told_that_it_takes_a_while_is_noted() -> None:
    workspace = Workspace(big_cast())
    statuses = Statuses()
    workspace.subscribe(statuses)
    for status in (words.status(40), words.busy_status(25), ""):
        workspace.set_status("C0LOAD1", "7.1", status)
    (told,) = statuses.told
    assert (told["channel"], told["ts"], told["seconds"]) == ("C0LOAD1", "7.1", 25)


def test_what_was_told_is_held_against_what_it_took() -> None:
    waited = {("C1", str(n)): Wait(accepted=100.0, finished=101.0 + 10 * n) for n in range(5)}
    right, late, early = (
        Told("C1", "2", 30, at=101.0),
        Told("C1", "3", 30, at=126.0),
        Told("C1", "4", 15, 101.0),
    )
    telling = compare(waited, [right, late, early])
    assert telling == Telling(long=3, told=1.0, right=1 / 3, ratio=1.5)
    assert compare(waited, [right]).told == 1 / 3
    nobody = compare({("C1", "1"): Wait(100.0, 119.0)}, [])
    assert nobody == Telling(long=0, told=None, right=None, ratio=None)


@pytest.mark.parametrize("wrong", ["lost", "doubled", "streaming"])
def test_whatever_is_wrong_is_an_error(wrong: str) -> None:
    right = {"asked": 2, "answered": 2, "lost": 0, "doubled": 0, "streaming": 0}
    assert held(right)
    assert not held(right | {wrong: 1})
