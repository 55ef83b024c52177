"""The load harness: what it sends is spread as it says, and what it sees is counted as it happened."""

from __future__ import annotations

from bot.playground.people import post_as_user
from bot.playground.workspace import Workspace
from tests.load.slack import big_cast, prepare, verdict
from tests.load.watching import Look, growth
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
    filled = [Look(n, 200.0 if n < 3 else 400.0, 0) for n in range(60)]
    assert growth(filled) == 1.0
    leaking = [Look(n, 200.0 + 5 * n, 0) for n in range(60)]
    assert growth(leaking) > 1.3
