"""Events, commands and interactions by signed HTTP: payloads, retries, what an ack's answer does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.playground import people
from bot.playground.cast import MARA, YOU, Channel
from tests.support.slack import LocalSlack
from tests.support.slack_app import RecordingApp

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "One"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


@pytest.fixture
def app() -> RecordingApp:
    return RecordingApp()


@pytest.fixture
def slack(app: RecordingApp) -> Iterator[LocalSlack]:
    with LocalSlack(extra_routes=app.routes) as running:
        yield running


def test_a_mention_comes_as_two_events_of_one_message(slack: LocalSlack, app: RecordingApp):
    question = slack.say("@Ragtime hello", "C0GENERAL")
    slack.wait_until(lambda: len(app.received) == 2)
    slack.wait_for_quiet()
    assert sorted(event["type"] for event in app.events()) == ["app_mention", "message"]
    assert {(event["channel"], event["ts"]) for event in app.events()} == {("C0GENERAL", question["ts"])}
    assert len({payload["event_id"] for payload in app.received}) == 2
    outer = app.received[0]
    assert outer["type"] == "event_callback"
    assert outer["authorizations"][0]["user_id"] == "U0RAGTIME"
    assert (outer["team_id"], outer["api_app_id"]) == ("T0PLAYGROUND", "A0RAGTIME")
    assert app.refused == 0


@pytest.mark.parametrize(
    ("channel", "kind"),
    [("C0GENERAL", "channel"), ("C0PEOPLE", "group"), ("D0YOU", "im"), ("G0TRIO", "mpim")],
)
def test_a_message_says_in_what_kind_of_channel_it_is(
    slack: LocalSlack, app: RecordingApp, channel: str, kind: str
):
    slack.workspace.add_channel(Channel("G0TRIO", "trio", "mpim", [YOU.id, MARA.id, "U0RAGTIME"]))
    slack.say("hello", channel)
    slack.wait_until(lambda: app.received)
    assert [event["channel_type"] for event in app.events("message")] == [kind]


def test_a_direct_message_is_no_mention_even_with_the_bots_name(slack: LocalSlack, app: RecordingApp):
    slack.say("@Ragtime hello")
    slack.wait_until(lambda: app.received)
    slack.wait_for_quiet()
    assert [event["type"] for event in app.events()] == ["message"]


def test_what_the_app_cannot_see_is_not_delivered(slack: LocalSlack, app: RecordingApp):
    slack.workspace.add_channel(Channel("C0SECRET", "secret", "private", [YOU.id]))
    slack.say("not for the bot", "C0SECRET")
    slack.client().chat_postEphemeral(channel="C0GENERAL", user=YOU.id, text="private")
    slack.say("for the bot")
    slack.wait_until(lambda: app.received)
    slack.wait_for_quiet()
    assert [event["text"] for event in app.events()] == ["for the bot"]


def test_a_mention_added_by_editing_comes_with_the_old_ts(slack: LocalSlack, app: RecordingApp):
    question = slack.say("hello", "C0GENERAL")
    people.edit_as_user(slack.workspace, YOU.id, "C0GENERAL", question["ts"], "<@U0RAGTIME> hello")
    people.edit_as_user(slack.workspace, YOU.id, "C0GENERAL", question["ts"], "<@U0RAGTIME> hello?")
    slack.wait_until(lambda: len(app.received) == 4)
    slack.wait_for_quiet()
    (mention,) = app.events("app_mention")
    assert mention["ts"] == question["ts"]
    assert mention["edited"]["user"] == YOU.id
    changed = [event for event in app.events("message") if event.get("subtype") == "message_changed"]
    assert len(changed) == 2
    assert {event["message"]["ts"] for event in changed} == {question["ts"]}
    assert question["ts"] not in {event["ts"] for event in changed}


def test_deletions_and_broadcasts_are_subtypes_of_message(slack: LocalSlack, app: RecordingApp):
    question = slack.say("hello", "C0GENERAL")
    people.post_as_user(slack.workspace, YOU.id, "C0GENERAL", "also", question["ts"], broadcast=True)
    people.delete_as_user(slack.workspace, YOU.id, "C0GENERAL", question["ts"])
    slack.wait_until(lambda: len(app.received) == 3)
    subtypes = {event.get("subtype"): event for event in app.events()}
    assert subtypes["thread_broadcast"]["thread_ts"] == question["ts"]
    assert subtypes["message_deleted"]["deleted_ts"] == question["ts"]


def test_the_apps_own_messages_are_delivered_to_it_streams_at_start_and_end(
    slack: LocalSlack, app: RecordingApp
):
    question = slack.say("?")
    stream = slack.client().chat_stream(channel="D0YOU", thread_ts=question["ts"], buffer_size=1)
    for piece in ("one ", "two ", "three"):
        stream.append(markdown_text=piece)
    stream.stop()
    slack.wait_until(lambda: len(app.received) == 3)
    slack.wait_for_quiet()
    own = [event for event in app.events() if event.get("bot_id") or event.get("subtype")]
    assert sorted(str(event.get("subtype")) for event in own) == ["None", "message_changed"]


def test_an_event_that_is_not_acked_comes_again_with_the_same_id(slack: LocalSlack, app: RecordingApp):
    app.answer_next(status=500)
    app.answer_next(status=503)
    slack.say("hello")
    slack.wait_until(lambda: len(app.received) == 3)
    slack.wait_for_quiet()
    assert len({payload["event_id"] for payload in app.received}) == 1
    assert app.retries == [("", ""), ("1", "http_error"), ("2", "http_error")]
    assert [attempt.ack.ok for attempt in slack.attempts("message")] == [False, False, True]


def test_an_event_that_is_never_acked_is_given_up_after_three_retries(slack: LocalSlack, app: RecordingApp):
    for _ in range(4):
        app.answer_next(status=500)
    slack.say("hello")
    slack.wait_until(lambda: len(app.received) == 4)
    slack.wait_for_quiet()
    assert [number for number, _ in app.retries] == ["", "1", "2", "3"]


def test_an_app_that_wants_no_retry_gets_none(slack: LocalSlack, app: RecordingApp):
    app.answer_next(status=500)
    app.answers[0].headers["X-Slack-No-Retry"] = "1"
    slack.say("hello")
    slack.wait_for_quiet()
    slack.wait_until(lambda: slack.attempts("message"))
    slack.wait_for_quiet()
    assert len(app.received) == 1


def test_an_app_that_is_not_there_is_tried_again(slack: LocalSlack):
    slack.deliver_to("http://127.0.0.1:9/slack/events")
    slack.say("hello")
    slack.wait_until(lambda: len(slack.attempts("message")) == 4)
    assert {attempt.ack.reason for attempt in slack.attempts()} == {"connection_failed"}


def test_what_happens_before_the_start_is_delivered_at_the_start(app: RecordingApp):
    waiting = LocalSlack(extra_routes=app.routes)
    waiting.say("early")
    with waiting:
        waiting.wait_until(lambda: app.received)
        assert app.events()[0]["text"] == "early"


def test_a_command_is_answered_in_its_ack_or_at_its_response_url(slack: LocalSlack, app: RecordingApp):
    app.answer_next({"response_type": "ephemeral", "text": "at once"})
    people.run_command(slack.workspace, YOU.id, "C0GENERAL", "/ask", "what?")
    (private,) = slack.wait_for_private()
    assert private["text"] == "at once"
    assert app.received[0]["text"] == "what?"
    slack.wait_until(lambda: slack.attempts("/ask"))


def test_a_person_hears_of_a_command_that_failed_and_it_is_not_repeated(slack: LocalSlack, app: RecordingApp):
    heard: list[dict[str, Any]] = []
    slack.workspace.subscribe(lambda change: heard.append(change) if change["type"] == "delivery" else None)
    app.answer_next(status=500)
    people.run_command(slack.workspace, YOU.id, "C0GENERAL", "/ask", "what?")
    slack.wait_until(lambda: heard)
    assert (heard[0]["what"], heard[0]["ok"], heard[0]["error"]) == ("/ask", False, "dispatch_failed")
    assert len(app.received) == 1


def submit(slack: LocalSlack, view_id: str) -> None:
    assert people.submit_view(slack.workspace, YOU.id, view_id, {"name": {"text": "Ada"}}) == {}
    slack.wait_until(lambda: slack.attempts("view_submission"))


def test_a_submitted_modal_closes_where_the_ack_says_nothing(slack: LocalSlack, app: RecordingApp):
    view = slack.workspace.open_view(YOU.id, MODAL)
    submit(slack, view["id"])
    slack.wait_until(lambda: not slack.workspace.open_views(YOU.id))


def test_a_submitted_modal_shows_errors_where_the_ack_has_some(slack: LocalSlack, app: RecordingApp):
    heard: list[dict[str, Any]] = []
    slack.workspace.subscribe(
        lambda change: heard.append(change) if change["type"] == "view_errors" else None
    )
    app.answer_next({"response_action": "errors", "errors": {"name": "Too short"}})
    view = slack.workspace.open_view(YOU.id, MODAL)
    submit(slack, view["id"])
    slack.wait_until(lambda: heard)
    assert heard[0]["errors"] == {"name": "Too short"}
    assert slack.workspace.open_views(YOU.id)


@pytest.mark.parametrize(("action", "height"), [("update", 1), ("push", 2)])
def test_a_submitted_modal_is_replaced_or_covered_as_the_ack_says(
    slack: LocalSlack, app: RecordingApp, action: str, height: int
):
    second = {**MODAL, "title": {"type": "plain_text", "text": "Two"}}
    app.answer_next({"response_action": action, "view": second})
    submit(slack, slack.workspace.open_view(YOU.id, MODAL)["id"])
    slack.wait_until(lambda: slack.workspace.open_views(YOU.id)[-1]["title"]["text"] == "Two")
    assert len(slack.workspace.open_views(YOU.id)) == height


def test_a_view_in_an_ack_is_checked_as_any_other(slack: LocalSlack, app: RecordingApp):
    heard: list[dict[str, Any]] = []
    slack.workspace.subscribe(lambda change: heard.append(change) if change["type"] == "delivery" else None)
    app.answer_next({"response_action": "update", "view": {**MODAL, "blocks": [{"type": "banner"}]}})
    submit(slack, slack.workspace.open_view(YOU.id, MODAL)["id"])
    slack.wait_until(lambda: heard)
    assert heard[0]["error"] == "invalid_response: invalid_arguments"
