"""Response URLs: private by default, five answers, replacing and deleting what was acted on."""

from __future__ import annotations

from typing import Any

from slack_sdk.webhook import WebhookClient

from bot.playground.cast import YOU
from tests.support.slack import LocalSlack


def answer(slack: LocalSlack, path: str, **body: Any) -> tuple[int, str]:
    response = WebhookClient(slack.url + path).send_dict(body)
    return response.status_code, response.body


def test_an_answer_is_private_unless_it_says_in_channel(slack: LocalSlack):
    path = slack.workspace.grants.new_response_url("C0GENERAL", YOU.id)
    assert answer(slack, path, text="for you") == (200, "ok")
    assert answer(slack, path, text="for all", response_type="in_channel") == (200, "ok")
    shown = {m["text"]: m["ephemeral_to"] for m in slack.workspace.messages("C0GENERAL")}
    assert shown == {"for you": YOU.id, "for all": None}


def test_a_sixth_answer_is_refused(slack: LocalSlack):
    path = slack.workspace.grants.new_response_url("C0GENERAL", YOU.id)
    codes = [answer(slack, path, text=str(number)) for number in range(6)]
    assert codes[4] == (200, "ok")
    assert codes[5] == (404, "used_url")
    assert answer(slack, "/response/guessed", text="x") == (404, "expired_url")


def test_an_action_may_replace_or_delete_its_message_even_a_private_one(slack: LocalSlack):
    message = slack.workspace.add_message(
        "C0GENERAL", bot_id="B0RAGTIME", text="old", ephemeral_to=YOU.id, blocks=[{"type": "divider"}]
    )
    path = slack.workspace.grants.new_response_url("C0GENERAL", YOU.id, message["ts"])
    answer(slack, path, replace_original=True, text="new")
    replaced = slack.workspace.message("C0GENERAL", message["ts"])
    assert replaced is not None
    assert (replaced["text"], replaced.get("blocks"), replaced["ephemeral_to"]) == ("new", None, YOU.id)
    answer(slack, path, delete_original=True)
    assert slack.workspace.message("C0GENERAL", message["ts"]) is None


def test_content_is_checked_as_everywhere(slack: LocalSlack):
    path = slack.workspace.grants.new_response_url("C0GENERAL", YOU.id)
    assert answer(slack, path, text="x", blocks=[{"type": "banner"}]) == (400, "invalid_blocks")
    assert answer(slack, path, text="x", colour="red") == (400, "invalid_arg_name")
    assert slack.workspace.messages("C0GENERAL") == []
