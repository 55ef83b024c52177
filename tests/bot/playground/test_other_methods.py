"""Who the app is, what it can read, views, reactions and the assistant's methods, by slack_sdk's client."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.cast import GUEST, MARA, TOMAS, YOU, Channel
from tests.support.slack import LocalSlack

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Passage"}, "blocks": [{"type": "divider"}]}


def error_of(action: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        action(**arguments)
    return refused.value.response["error"]


def test_auth_test_says_who_the_app_is_and_what_it_may(slack: LocalSlack):
    answer = slack.client().auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0RAGTIME",
        "B0RAGTIME",
        "T0PLAYGROUND",
    )
    headers: Any = answer.headers
    assert "chat:write" in headers["x-oauth-scopes"].split(",")
    assert slack.client().bots_info(bot="B0RAGTIME")["bot"]["app_id"] == "A0RAGTIME"


def test_a_wrong_token_is_refused(slack: LocalSlack):
    assert error_of(WebClient("xoxb-wrong", base_url=slack.api_url).auth_test) == "invalid_auth"
    assert error_of(WebClient(base_url=slack.api_url).auth_test) == "not_authed"
    app_token = WebClient(slack.secrets.app_token, base_url=slack.api_url)
    assert error_of(app_token.auth_test) == "not_allowed_token_type"
    assert (
        error_of(slack.client().apps_connections_open, app_token=slack.secrets.bot_token)
        == "not_allowed_token_type"
    )


def test_tokens_are_new_for_each_workspace(slack: LocalSlack):
    with LocalSlack() as other:
        assert other.secrets != slack.secrets


def test_an_unknown_method_is_named(slack: LocalSlack):
    assert error_of(slack.client().api_call, api_method="chat.shout") == "unknown_method"


def test_arguments_may_come_as_a_form_as_json_or_in_the_query(slack: LocalSlack):
    url = f"{slack.api_url}conversations.info"
    bearer = {"Authorization": f"Bearer {slack.secrets.bot_token}"}
    given = {"channel": "C0GENERAL"}
    answers = [
        httpx.post(url, data={**given, "token": slack.secrets.bot_token}),
        httpx.post(url, json=given, headers=bearer),
        httpx.get(url, params=given, headers=bearer),
    ]
    assert [answer.json()["channel"]["name"] for answer in answers] == ["general"] * 3
    broken = httpx.post(url, content=b"{", headers={**bearer, "Content-Type": "application/json"})
    assert broken.json()["error"] == "invalid_json"


def test_a_method_without_its_scope_is_refused():
    with LocalSlack(scopes=frozenset({"chat:write", "channels:history"})) as slack:
        client = slack.client()
        assert (
            error_of(client.reactions_add, channel="C0GENERAL", name="eyes", timestamp="1.1")
            == "missing_scope"
        )
        client.conversations_history(channel="C0GENERAL")
        assert error_of(client.conversations_history, channel="C0PEOPLE") == "missing_scope"


def test_channels_say_what_they_are(slack: LocalSlack):
    info = slack.client().conversations_info
    assert info(channel="C0GENERAL")["channel"]["is_private"] is False
    assert info(channel="C0PEOPLE")["channel"]["is_private"] is True
    assert info(channel="C0PARTNER")["channel"]["is_ext_shared"] is True
    assert info(channel="D0YOU")["channel"]["user"] == YOU.id
    slack.workspace.add_channel(Channel("C0SECRET", "secret", "private", [YOU.id]))
    assert error_of(info, channel="C0SECRET") == "channel_not_found"


def test_members_come_in_pages(slack: LocalSlack):
    members = slack.client().conversations_members
    first = members(channel="C0PARTNER", limit=3)
    rest = members(channel="C0PARTNER", limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert {*first["members"], *rest["members"]} == {YOU.id, TOMAS.id, GUEST.id, "U0RAGTIME"}
    assert rest["response_metadata"]["next_cursor"] == ""
    assert error_of(members, channel="C0PARTNER", cursor="nonsense") == "invalid_cursor"


def test_a_persons_channels_are_those_that_the_app_shares(slack: LocalSlack):
    slack.workspace.add_channel(Channel("C0SECRET", "secret", "private", [MARA.id]))
    found = slack.client().users_conversations(user=MARA.id, types="public_channel,private_channel")
    assert {channel["id"] for channel in found["channels"]} == {"C0GENERAL", "C0ONCALL", "C0PEOPLE"}


def test_history_is_newest_first_without_replies_and_replies_oldest_first(slack: LocalSlack):
    first, second = slack.say("one", "C0GENERAL"), slack.say("two", "C0GENERAL")
    reply = slack.say("three", "C0GENERAL", thread_ts=first["ts"])
    client = slack.client()
    history = client.conversations_history(channel="C0GENERAL")["messages"]
    assert [message["ts"] for message in history] == [second["ts"], first["ts"]]
    assert history[1]["reply_count"] == 1
    for asked in (first["ts"], reply["ts"]):
        replies = client.conversations_replies(channel="C0GENERAL", ts=asked)["messages"]
        assert [message["text"] for message in replies] == ["one", "three"]
    later = client.conversations_history(channel="C0GENERAL", oldest=first["ts"])["messages"]
    assert [message["text"] for message in later] == ["two"]
    assert error_of(client.conversations_replies, channel="C0GENERAL", ts="1.1") == "thread_not_found"


def test_metadata_is_read_back_only_where_asked_for(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    client = slack.client()
    metadata = {"event_type": "kind", "event_payload": {"a": 1}}
    client.chat_postMessage(channel="C0GENERAL", text="!", thread_ts=question["ts"], metadata=metadata)
    where = {"channel": "C0GENERAL", "ts": question["ts"]}
    assert "metadata" not in client.conversations_replies(**where)["messages"][1]
    read = client.conversations_replies(**where, include_all_metadata=True)
    assert read["messages"][1]["metadata"] == metadata


def test_a_deleted_question_leaves_a_tombstone_over_its_replies(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    slack.say("reply", "C0GENERAL", thread_ts=question["ts"])
    slack.workspace.remove_message("C0GENERAL", question["ts"])
    replies = slack.client().conversations_replies(channel="C0GENERAL", ts=question["ts"])["messages"]
    assert [message.get("subtype") for message in replies] == ["tombstone", None]


def test_people_and_groups_are_told(slack: LocalSlack):
    client = slack.client()
    assert client.users_info(user=GUEST.id)["user"]["team_id"] == "T0PARTNER"
    assert error_of(client.users_info, user="U0NOBODY") == "user_not_found"
    (group,) = client.usergroups_list(include_users=True)["usergroups"]
    assert client.usergroups_users_list(usergroup=group["id"])["users"] == group["users"]
    assert client.conversations_open(users=MARA.id)["channel"]["id"] == "D0MARA"


def test_a_reaction_is_added_once(slack: LocalSlack):
    question = slack.say("?", "C0GENERAL")
    where = {"channel": "C0GENERAL", "timestamp": question["ts"], "name": "eyes"}
    client = slack.client()
    client.reactions_add(**where)
    assert error_of(client.reactions_add, **where) == "already_reacted"


def test_a_modal_opens_for_the_person_who_acted_and_is_updated_by_hash(slack: LocalSlack):
    client = slack.client()
    trigger = slack.workspace.grants.new_trigger(YOU.id)
    view = client.views_open(trigger_id=trigger, view=MODAL)["view"]
    assert [each["id"] for each in slack.workspace.open_views(YOU.id)] == [view["id"]]
    assert error_of(client.views_open, trigger_id=trigger, view=MODAL) == "exchanged_trigger_id"
    newer = client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)["view"]
    assert newer["hash"] != view["hash"]
    assert error_of(client.views_update, view_id=view["id"], hash=view["hash"], view=MODAL) == "hash_conflict"
    assert error_of(client.views_update, view_id="V0", view=MODAL) == "not_found"


def test_modals_stack_three_high(slack: LocalSlack):
    client = slack.client()
    for _ in range(3):
        client.views_push(trigger_id=slack.workspace.grants.new_trigger(YOU.id), view=MODAL)
    last = slack.workspace.grants.new_trigger(YOU.id)
    assert error_of(client.views_push, trigger_id=last, view=MODAL) == "push_limit_reached"


def test_a_home_tab_is_published_for_a_person(slack: LocalSlack):
    client = slack.client()
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    client.views_publish(user_id=YOU.id, view=home)
    assert slack.workspace.home(YOU.id)
    assert slack.workspace.home(MARA.id) is None
    assert error_of(client.views_publish, user_id=YOU.id, view=MODAL) == "invalid_arguments"


def test_status_title_and_prompts_are_shown_to_the_person(slack: LocalSlack):
    question = slack.say("?")
    client = slack.client()
    where = {"channel_id": "D0YOU", "thread_ts": question["ts"]}
    client.assistant_threads_setStatus(**where, status="is looking…", loading_messages=["Reading"])
    client.assistant_threads_setTitle(**where, title="A question")
    client.assistant_threads_setSuggestedPrompts(
        channel_id="D0YOU", title="Try", prompts=[{"title": "One", "message": "What is one?"}]
    )
    shown = slack.workspace.snapshot(YOU.id)
    assert shown["statuses"][0]["status"] == "is looking…"
    assert shown["titles"][0]["title"] == "A question"
    assert shown["suggested_prompts"][0]["prompts"][0]["message"] == "What is one?"
    client.assistant_threads_setStatus(**where, status="")
    assert slack.workspace.snapshot(YOU.id)["statuses"] == []
    gone = {"channel_id": "D0YOU", "thread_ts": "1.1"}
    assert error_of(client.assistant_threads_setStatus, **gone, status="x") == "invalid_thread_ts"
