"""One reply on its way into a local Slack: how it grows, and what it looks like once complete."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from bot.blocks.render import Block, Rendered
from bot.client import slack_client
from bot.inbox import Incoming
from bot.playground.people import post_as_user
from bot.replies.reply import APPEND_SECONDS, EDIT_SECONDS, Reply, Withdrawn, metadata
from tests.support.slack import LocalSlack

FOOTER: tuple[Block, ...] = ({"type": "divider"},)


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as slack:
        yield slack


@pytest.fixture
def incoming(slack: LocalSlack) -> Incoming:
    question = post_as_user(slack.workspace, "U0YOU", "C0GENERAL", "who is on call?")
    return Incoming(
        event_id="Ev1",
        kind="message",
        channel="C0GENERAL",
        channel_type="channel",
        user="U0YOU",
        team="T0PLAYGROUND",
        text="who is on call?",
        ts=question["ts"],
        thread_ts=question["ts"],
    )


class Writing:
    """A reply with all that it needs, and what it told."""

    def __init__(self, slack: LocalSlack, incoming: Incoming, *, streams: bool = True, wanted: bool = True):
        self.slack = slack
        self.incoming = incoming
        self.clock = Clock()
        self.drafts: list[str] = []
        no_streams = threading.Event()
        if not streams:
            no_streams.set()
        self.calls_before = len(slack.calls())
        self.reply = Reply(
            slack_client(slack.secrets.bot_token, slack.api_url),
            incoming,
            on_draft=self.drafts.append,
            wanted=lambda: wanted,
            no_streams=no_streams,
            clock=self.clock,
        )

    def write(self, text: str, after: float = 0.0) -> None:
        self.clock.now += after
        self.reply.write(text)

    def finish(self, text: str) -> dict[str, object]:
        ts = self.reply.finish(Rendered(text, FOOTER, "plain"))
        message = self.slack.workspace.message("C0GENERAL", ts)
        assert message is not None
        return message

    @property
    def calls(self) -> list[str]:
        return [call.method for call in self.slack.calls()[self.calls_before :]]


def test_a_stream_begins_at_once_grows_now_and_then_and_ends_complete(
    slack: LocalSlack, incoming: Incoming
) -> None:
    writing = Writing(slack, incoming)
    writing.write("One. ")
    writing.write("Two. ")
    writing.write("Three. ", after=APPEND_SECONDS)
    writing.write("Four.")
    message = writing.finish("One. Two. Three. Four.")
    assert writing.calls == ["chat.startStream", "chat.appendStream", "chat.stopStream"]
    assert message["markdown"] == "One. Two. Three. Four."
    assert message["metadata"] == metadata(incoming)
    assert "divider" in str(message["blocks"])
    assert writing.drafts == [message["ts"]]


def test_without_streams_a_quick_answer_is_one_post(slack: LocalSlack, incoming: Incoming) -> None:
    writing = Writing(slack, incoming, streams=False)
    writing.write("One. ")
    message = writing.finish("One. Two.")
    assert writing.calls == ["chat.postMessage"]
    assert message["metadata"] == metadata(incoming)
    assert writing.drafts == []


def test_without_streams_a_slow_answer_is_one_message_that_is_edited(
    slack: LocalSlack, incoming: Incoming
) -> None:
    writing = Writing(slack, incoming, streams=False)
    writing.write("One. ", after=EDIT_SECONDS)
    writing.write("Two. ")
    writing.write("Three. ", after=EDIT_SECONDS)
    message = writing.finish("One. Two. Three. Four.")
    assert writing.calls == ["chat.postMessage", "chat.update", "chat.update"]
    assert "Four." in str(message["blocks"])
    assert message["metadata"] == metadata(incoming)
    assert writing.drafts == [message["ts"]]


def test_links_are_never_unfurled(slack: LocalSlack, incoming: Incoming) -> None:
    Writing(slack, incoming, streams=False).finish("https://docs.example")
    (*_, call) = slack.calls("chat.postMessage")
    assert (call.arguments["unfurl_links"], call.arguments["unfurl_media"]) == (False, False)


def test_a_stream_that_slack_ended_goes_on_as_an_edited_message(
    slack: LocalSlack, incoming: Incoming
) -> None:
    writing = Writing(slack, incoming)
    writing.write("One. ")
    slack.expire_stream("C0GENERAL", writing.drafts[0])
    writing.write("Two. ", after=APPEND_SECONDS)
    writing.write("Three. ", after=EDIT_SECONDS)
    message = writing.finish("One. Two. Three.")
    assert message["ts"] == writing.drafts[0]
    assert "One. Two. Three." in str(message["blocks"])
    assert message["metadata"] == metadata(incoming)


def test_nothing_is_posted_for_a_question_that_is_gone(slack: LocalSlack, incoming: Incoming) -> None:
    writing = Writing(slack, incoming, wanted=False)
    with pytest.raises(Withdrawn):
        writing.write("One. ")
    writing = Writing(slack, incoming, wanted=False)
    with pytest.raises(Withdrawn):
        writing.finish("One.")
    assert writing.calls == []


def test_a_message_that_someone_deleted_meanwhile_is_posted_anew(
    slack: LocalSlack, incoming: Incoming
) -> None:
    writing = Writing(slack, incoming, streams=False)
    writing.write("One. ", after=EDIT_SECONDS)
    slack.workspace.remove_message("C0GENERAL", writing.drafts[0])
    assert "One. Two." in str(writing.finish("One. Two.")["blocks"])


@pytest.mark.parametrize("streams", [True, False])
def test_where_slack_takes_no_table_its_rows_are_shown_instead(
    slack: LocalSlack, incoming: Incoming, streams: bool
) -> None:
    writing = Writing(slack, incoming, streams=streams)
    writing.write("As asked:")
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}
    ts = writing.reply.finish(
        Rendered("As asked:", FOOTER, "plain", table=table, table_rows=("\n\n- a · b",))
    )
    message = slack.workspace.message("C0GENERAL", ts)
    assert message is not None
    assert [block["type"] for block in message["blocks"]] == ["markdown", "divider"]
    assert message["blocks"][0]["text"] == "As asked:\n\n- a · b"
