"""What a person does: the changes it makes and the payloads that go to the app."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground import people
from bot.playground.cast import MARA, TOMAS, YOU
from bot.playground.people import NotPossible
from bot.playground.workspace import Workspace

BUTTON = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}, "value": "7"}
FEEDBACK = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
    "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
}
NAME_INPUT = {
    "type": "input",
    "block_id": "name",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "text"},
}


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def requests(workspace: Workspace) -> list[dict[str, Any]]:
    """What is handed to Slack's delivery, besides what messages themselves cause."""
    sent: list[dict[str, Any]] = []
    workspace.subscribe(lambda change: sent.append(change) if change["type"] == "request" else None)
    return sent


def message_with(workspace: Workspace, *elements: dict[str, Any], **fields: Any) -> dict[str, Any]:
    blocks = [{"type": "actions", "block_id": "b", "elements": list(elements)}]
    return workspace.add_message("C0GENERAL", bot_id="B0RAGTIME", text="", blocks=blocks, **fields)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<@U0RAGTIME> hello", "<@U0RAGTIME> hello"),
        ("see https://example.com/a?b=1&c=2.", "see <https://example.com/a?b=1&amp;c=2>."),
        ("<!subteam^S0ONCALL|@oncall> help", "<!subteam^S0ONCALL|@oncall> help"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_typed_text_is_escaped_as_slack_does(workspace: Workspace, typed: str, stored: str):
    assert people.post_as_user(workspace, YOU.id, "C0GENERAL", typed)["text"] == stored


@pytest.mark.parametrize("text", ["", "  \n", "x" * 12_001])
def test_text_that_slack_would_not_send_is_refused(workspace: Workspace, text: str):
    with pytest.raises(NotPossible):
        people.post_as_user(workspace, YOU.id, "C0GENERAL", text)


def test_a_person_writes_only_where_they_are_a_member(workspace: Workspace):
    with pytest.raises(NotPossible, match="not in this channel"):
        people.post_as_user(workspace, TOMAS.id, "C0PEOPLE", "hello")


def test_a_person_changes_only_their_own_messages(workspace: Workspace):
    message = people.post_as_user(workspace, YOU.id, "C0GENERAL", "mine")
    with pytest.raises(NotPossible, match="your own"):
        people.edit_as_user(workspace, MARA.id, "C0GENERAL", message["ts"], "hers")
    edited = people.edit_as_user(workspace, YOU.id, "C0GENERAL", message["ts"], "still mine")
    assert edited["edited"]["user"] == YOU.id
    people.delete_as_user(workspace, YOU.id, "C0GENERAL", message["ts"])
    with pytest.raises(NotPossible, match="gone"):
        people.delete_as_user(workspace, YOU.id, "C0GENERAL", message["ts"])


def test_a_command_carries_slacks_form_fields(workspace: Workspace, requests: list[dict[str, Any]]):
    people.run_command(workspace, YOU.id, "D0YOU", "/ask", " what is up? ")
    (request,) = requests
    payload = request["payload"]
    assert request["to"] == "commands"
    assert (payload["command"], payload["text"]) == ("/ask", "what is up?")
    assert (payload["channel_id"], payload["channel_name"]) == ("D0YOU", "directmessage")
    assert payload["response_url"].startswith(workspace.public_url + "/response/")
    assert workspace.grants.use_trigger(payload["trigger_id"]) == YOU.id


def test_a_pressed_button_sends_its_value_and_the_message(
    workspace: Workspace, requests: list[dict[str, Any]]
):
    message = message_with(workspace, BUTTON)
    people.press_in_message(workspace, YOU.id, "C0GENERAL", message["ts"], "b", "more")
    payload = requests[0]["payload"]
    (action,) = payload["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "7", "b")
    assert payload["message"]["ts"] == message["ts"]
    assert payload["container"]["is_ephemeral"] is False
    assert "response_url" in payload


def test_a_private_message_does_not_show_the_app_its_content(
    workspace: Workspace, requests: list[dict[str, Any]]
):
    message = message_with(workspace, BUTTON, ephemeral_to=YOU.id)
    people.press_in_message(workspace, YOU.id, "C0GENERAL", message["ts"], "b", "more")
    payload = requests[0]["payload"]
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True


def test_feedback_sends_the_value_of_the_chosen_side(workspace: Workspace, requests: list[dict[str, Any]]):
    message = message_with(workspace, FEEDBACK)
    people.press_in_message(workspace, YOU.id, "C0GENERAL", message["ts"], "b", "rate", "negative")
    assert requests[0]["payload"]["actions"][0]["value"] == "down"


def test_a_button_that_is_not_there_is_refused(workspace: Workspace):
    message = message_with(workspace, BUTTON)
    with pytest.raises(NotPossible, match="not there"):
        people.press_in_message(workspace, YOU.id, "C0GENERAL", message["ts"], "b", "other")


def test_a_modal_with_an_empty_required_input_is_not_sent(
    workspace: Workspace, requests: list[dict[str, Any]]
):
    view = workspace.open_view(YOU.id, {"type": "modal", "blocks": [NAME_INPUT]})
    assert list(people.submit_view(workspace, YOU.id, view["id"], {})) == ["name"]
    assert requests == []


def test_a_submitted_modal_carries_what_was_entered(workspace: Workspace, requests: list[dict[str, Any]]):
    view = workspace.open_view(YOU.id, {"type": "modal", "callback_id": "ask", "blocks": [NAME_INPUT]})
    assert people.submit_view(workspace, YOU.id, view["id"], {"name": {"text": "Ada"}}) == {}
    payload = requests[0]["payload"]
    assert payload["type"] == "view_submission"
    assert payload["view"]["callback_id"] == "ask"
    assert payload["view"]["state"]["values"]["name"]["text"] == {"type": "plain_text_input", "value": "Ada"}
    assert "opened_by" not in payload["view"]


def test_a_closed_modal_is_told_only_where_the_app_asked_to_know(
    workspace: Workspace, requests: list[dict[str, Any]]
):
    quiet = workspace.open_view(YOU.id, {"type": "modal", "blocks": []})
    people.close_view(workspace, YOU.id, quiet["id"])
    told = workspace.open_view(YOU.id, {"type": "modal", "blocks": [], "notify_on_close": True})
    people.close_view(workspace, YOU.id, told["id"])
    assert [request["payload"]["type"] for request in requests] == ["view_closed"]


def test_opening_the_app_says_which_tab(workspace: Workspace, requests: list[dict[str, Any]]):
    people.open_app(workspace, YOU.id, "messages")
    people.open_app(workspace, YOU.id, "home")
    people.look_at(workspace, YOU.id, "C0ONCALL")
    events = [request["payload"] for request in requests]
    assert [event["type"] for event in events] == [
        "app_home_opened",
        "app_home_opened",
        "app_context_changed",
    ]
    assert [event.get("tab") for event in events] == ["messages", "home", None]
    assert events[0]["channel"] == "D0YOU"
