"""What models cost in answering a question is written down with its event."""

from __future__ import annotations

from pathlib import Path

from langchain_core.language_models.fake_chat_models import FakeListChatModel
from sqlalchemy import select

from bot.tables import inbox, spending
from chains.contract import Question
from tests.support.answerer import FakeAnswerer
from tests.support.bot import running_bot
from tests.support.manifest import EVENTS, SCOPES
from tests.support.slack import LocalSlack


def test_a_call_of_a_model_is_noted_with_its_event_and_channel(tmp_path: Path) -> None:
    model = FakeListChatModel(responses=["Anna is on call."])

    def call_a_model(question: Question) -> None:
        model.invoke(question.text)

    slack = LocalSlack(scopes=SCOPES, subscriptions=EVENTS)
    with slack, running_bot(slack, tmp_path, FakeAnswerer(before=call_a_model)) as bot:
        slack.wait_for_reply(slack.say("@Ragtime who is on call?", "C0GENERAL"))
        with bot.services.engine.connect() as connection:
            event = connection.execute(select(inbox)).one()
            (call,) = connection.execute(select(spending)).all()
    assert (call.event_id, call.channel) == (event.event_id, "C0GENERAL")
    assert (call.tokens_out, call.estimated) == (4, True)
