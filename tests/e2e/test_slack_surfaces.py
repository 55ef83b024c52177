"""Everything but questions: commands, buttons, the home tab, and who may see what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import words
from bot.assembly import Assembly
from bot.blocks import actions
from bot.playground import people
from bot.playground.cast import Channel
from bot.playground.elements import interactive_elements
from bot.playground.workspace import Message
from bot.tables import feedback
from chains.contract import Answer
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes=SCOPES, subscriptions=EVENTS) as slack:
        yield slack


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer()


@pytest.fixture(autouse=True)
def bot(slack: LocalSlack, answerer: FakeAnswerer, tmp_path: Path) -> Iterator[Assembly]:
    with running_bot(slack, tmp_path, answerer) as bot:
        yield bot


def _command(slack: LocalSlack, command: str, text: str = "", channel: str = "C0GENERAL") -> Message:
    """Runs a command and returns the private reply."""
    before = len(_private(slack))
    people.run_command(slack.workspace, "U0YOU", channel, command, text)
    return slack.wait_for_private(count=before + 1)[-1]


def _private(slack: LocalSlack) -> list[Message]:
    return [
        message
        for channel in slack.workspace.channels()
        for message in slack.workspace.messages(channel.id)
        if message["ephemeral_to"]
    ]


def _press(slack: LocalSlack, message: Message, action_id: str, chosen: str | None = None) -> None:
    block = next(
        b for b, element in interactive_elements(message["blocks"]) if element["action_id"] == action_id
    )
    people.press_in_message(
        slack.workspace, "U0YOU", message["channel"], message["ts"], block["block_id"], action_id, chosen
    )


def _shown(message: dict[str, Any]) -> str:
    return f"{message.get('text', '')} {message.get('markdown', '')} {message.get('blocks', '')}"


def _public(slack: LocalSlack, channel: str = "C0GENERAL") -> list[Message]:
    messages = slack.workspace.messages(channel)
    return [m for m in messages if m.get("bot_id") and not m["ephemeral_to"] and not m["streaming"]]


def test_ask_without_a_question_says_how_to_use_it(slack: LocalSlack) -> None:
    for typed in ("", "??"):
        assert _command(slack, "/ask", typed)["text"] == words.ASK_USAGE


def test_docs_says_how_much_there_is_and_lists_it(slack: LocalSlack) -> None:
    shown = _shown(_command(slack, "/docs"))
    assert "I know 3 documents that you may read." in shown
    assert "<https://docs.example/on-call|On call>" in shown


def test_docs_with_words_searches(slack: LocalSlack) -> None:
    shown = _shown(_command(slack, "/docs", "leave"))
    assert "• Leave" in shown
    assert "On call" not in shown
    assert "None of 3 documents matches “cats &amp; dogs”" in _shown(_command(slack, "/docs", "cats & dogs"))


def test_docs_lists_nothing_that_the_person_may_not_read(slack: LocalSlack) -> None:
    slack.workspace.add_channel(Channel("C0PEOPLE", "people-team", "private", ["U0MARA", "U0RAGTIME"]))
    assert "Salaries" not in _shown(_command(slack, "/docs"))


def test_a_private_answer_may_use_more_than_the_channel_sees_and_sharing_keeps_that_apart(
    slack: LocalSlack,
) -> None:
    private = _command(slack, "/ask", "on call, and salaries?")
    assert "Salaries is answered." in _shown(private)
    _press(slack, private, actions.SHARE)
    (shared,) = slack.wait_until(lambda: _public(slack))
    assert "<@U0YOU> asked: on call, and salaries?" in _shown(shared)
    assert "On call is answered." in _shown(shared)
    assert "Salaries is" not in _shown(shared)


def test_an_answer_that_the_channel_may_not_read_is_not_shared_and_the_asker_alone_is_told(
    slack: LocalSlack,
) -> None:
    private = _command(slack, "/ask", "what are the salaries?")
    _press(slack, private, actions.SHARE)
    assert words.NOT_FOR_CHANNEL in str(slack.wait_for_private(count=2)[-1])
    _press(slack, private, actions.SHARE)
    assert words.NOT_SHARED_BEFORE in str(slack.wait_for_private(count=3)[-1])
    assert _public(slack) == []


def test_an_answer_is_shared_once_however_often_the_button_is_pressed(slack: LocalSlack) -> None:
    private = _command(slack, "/ask", "on call?")
    for _ in range(3):
        _press(slack, private, actions.SHARE)
    slack.wait_until(lambda: _public(slack))
    last = slack.say("@Ragtime leave?", "C0GENERAL")
    slack.wait_for_reply(last)
    assert len(_public(slack)) == 2
    _press(slack, private, actions.SHARE)
    slack.wait_until(lambda: words.SHARED_BEFORE in str(slack.wait_for_private()[-1]))


def test_sharing_where_we_are_no_member_says_what_to_do_and_works_once_it_is_done(slack: LocalSlack) -> None:
    channel = slack.workspace.add_channel(Channel("C0ELSE", "else", "public", ["U0YOU"]))
    private = _command(slack, "/ask", "on call?", channel="C0ELSE")
    _press(slack, private, actions.SHARE)
    assert "/invite @Ragtime" in slack.wait_for_private(count=2)[-1]["text"]
    channel.members.append(slack.workspace.bot.user.id)
    _press(slack, private, actions.SHARE)
    slack.wait_until(lambda: _public(slack, "C0ELSE"))


def test_in_a_direct_message_there_is_nothing_to_share(slack: LocalSlack) -> None:
    assert actions.SHARE not in _shown(_command(slack, "/ask", "on call?", channel="D0YOU"))


@pytest.mark.parametrize(("chosen", "helpful"), [("positive", True), ("negative", False)])
def test_feedback_is_kept_and_thanked_for_privately(
    slack: LocalSlack, bot: Assembly, chosen: str, helpful: bool
) -> None:
    reply = slack.wait_for_reply(slack.say("@Ragtime on call?", "C0GENERAL"))
    _press(slack, reply, actions.FEEDBACK, chosen)
    (thanks,) = slack.wait_for_private()
    assert thanks["text"] == words.THANKS[helpful]
    assert thanks["thread_ts"] == reply["thread_ts"]
    with bot.services.engine.connect() as connection:
        assert connection.execute(select(feedback.c.user, feedback.c.helpful)).all() == [("U0YOU", helpful)]


def test_a_source_without_an_address_shows_its_passage(slack: LocalSlack) -> None:
    reply = slack.wait_for_reply(slack.say("@Ragtime on call, and leave?", "C0GENERAL"))
    _press(slack, reply, f"{actions.PASSAGE}2")
    (view,) = slack.wait_until(lambda: slack.workspace.open_views("U0YOU"))
    assert "The whole passage of Leave." in str(view["blocks"])


def test_what_did_not_fit_is_shown_on_demand(slack: LocalSlack, answerer: FakeAnswerer) -> None:
    def at_length(answer: Answer) -> Answer:
        (statement,) = answer.statements
        more = [replace(statement, text=f"Sentence {number} of a long answer.") for number in range(500)]
        return replace(answer, statements=(statement, *more))

    answerer.final = at_length
    reply = slack.wait_for_reply(slack.say("@Ragtime on call?", "C0GENERAL"))
    assert "Sentence 3 of" in _shown(reply)
    assert "Sentence 499 of" not in _shown(reply)
    _press(slack, reply, actions.MORE)
    slack.wait_until(lambda: any("Sentence 499 of" in _shown(message) for message in _private(slack)))


def test_a_button_under_an_answer_that_is_gone_says_so(slack: LocalSlack) -> None:
    old = slack.client().chat_postMessage(
        channel="C0GENERAL",
        text="old",
        blocks=[
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": action_id,
                        "text": {"type": "plain_text", "text": "x"},
                        "value": "EvOld",
                    }
                    for action_id in (actions.MORE, actions.SHARE, f"{actions.PASSAGE}1")
                ],
            }
        ],
    )
    message = slack.workspace.message("C0GENERAL", str(old["ts"]))
    assert message is not None
    for count, action_id in enumerate((actions.MORE, actions.SHARE, f"{actions.PASSAGE}1"), start=1):
        _press(slack, message, action_id)
        assert slack.wait_for_private(count=count)[-1]["text"] == words.GONE


def test_the_home_tab_says_what_there_is_for_this_person(slack: LocalSlack) -> None:
    people.open_app(slack.workspace, "U0YOU", "home")
    home = slack.wait_until(lambda: slack.workspace.home("U0YOU"))
    assert "I know *3 documents* that you may read, last looked through <!date^" in str(home["blocks"])
    people.open_app(slack.workspace, "U0TOMAS", "home")
    home = slack.wait_until(lambda: slack.workspace.home("U0TOMAS"))
    assert "*2 documents*" in str(home["blocks"])


def test_what_is_attached_is_not_read_and_that_is_said(slack: LocalSlack, answerer: FakeAnswerer) -> None:
    def share_file(channel: str, text: str, thread_ts: str | None = None) -> Message:
        return slack.workspace.add_message(
            channel,
            user="U0YOU",
            text=text.replace("@Ragtime", f"<@{slack.workspace.bot.user.id}>"),
            thread_ts=thread_ts,
            subtype="file_share",
            files=[{"id": "F1", "name": "picture.png"}],
        )

    alone = [share_file("D0YOU", ""), share_file("C0GENERAL", "@Ragtime")]
    assert all(words.ONLY_ATTACHED in _shown(slack.wait_for_reply(each)) for each in alone)
    with_words = share_file("C0GENERAL", "@Ragtime who is on call?")
    reply = _shown(slack.wait_for_reply(with_words))
    assert "On call is answered." in reply
    assert words.UNREAD_ATTACHMENT in reply
    # A picture among people's words in our thread is for them.
    share_file("C0GENERAL", "", thread_ts=with_words["ts"])
    slack.wait_for_quiet()
    last = slack.say("@Ragtime leave?", "C0GENERAL")
    assert words.UNREAD_ATTACHMENT not in _shown(slack.wait_for_reply(last))
    slack.assert_one_reply_each([*alone, with_words, last])


def test_the_messages_tab_offers_questions_to_begin_with(slack: LocalSlack) -> None:
    people.open_app(slack.workspace, "U0YOU", "messages")
    (call,) = slack.wait_until(lambda: slack.calls("assistant.threads.setSuggestedPrompts"))
    assert call.response == {"ok": True}
    assert call.arguments["channel_id"] == "D0YOU"


def test_a_change_of_context_is_acked(slack: LocalSlack) -> None:
    people.look_at(slack.workspace, "U0YOU", "C0ONCALL")
    (attempt,) = slack.wait_until(lambda: slack.attempts("app_context_changed"))
    assert attempt.ack.ok


def test_a_channel_sees_only_what_all_its_members_may(slack: LocalSlack) -> None:
    asked = {
        channel: slack.say("@Ragtime on call, leave and salaries?", channel)
        for channel in ("C0GENERAL", "C0PEOPLE", "C0PARTNER")
    }
    seen = {
        channel: [title for title in ("On call", "Leave", "Salaries") if f"{title} is" in _shown(reply)]
        for channel, reply in ((channel, slack.wait_for_reply(message)) for channel, message in asked.items())
    }
    assert seen == {
        "C0GENERAL": ["On call", "Leave"],
        "C0PEOPLE": ["On call", "Leave", "Salaries"],
        "C0PARTNER": ["Leave"],
    }


def test_the_status_says_how_much_is_looked_through(slack: LocalSlack) -> None:
    slack.wait_for_reply(slack.say("@Ragtime on call?", "C0PARTNER"))
    (call,) = slack.calls("assistant.threads.setStatus")
    assert call.arguments["status"] == "is looking through 1 document…"
