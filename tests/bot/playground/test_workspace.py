"""The workspace: timestamps, observers, what each person sees."""

from __future__ import annotations

import threading

import pytest

from bot.playground.cast import MARA, YOU
from bot.playground.workspace import Change, Workspace


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


def test_timestamps_rise_and_never_repeat_even_where_the_clock_stands_still():
    workspace = Workspace(clock=lambda: 1_700_000_000.5)
    stamps = [workspace.next_ts() for _ in range(100)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == "1700000000.500000"


def test_timestamps_stay_unique_across_threads(workspace: Workspace):
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(workspace.next_ts() for _ in range(200)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 800


def test_observers_hear_of_each_change_in_order_until_they_leave(workspace: Workspace):
    heard: list[Change] = []
    leave = workspace.subscribe(heard.append)
    message = workspace.add_message("C0GENERAL", user=YOU.id, text="one")
    workspace.change_message("C0GENERAL", message["ts"], text="two")
    workspace.remove_message("C0GENERAL", message["ts"])
    leave()
    workspace.add_message("C0GENERAL", user=YOU.id, text="three")
    assert [change["type"] for change in heard] == ["message", "message_changed", "message_deleted"]
    assert heard[1]["previous"]["text"] == "one"
    assert heard[1]["message"]["text"] == "two"


def test_what_is_handed_out_is_a_copy(workspace: Workspace):
    message = workspace.add_message("C0GENERAL", user=YOU.id, text="mine")
    message["text"] = "changed outside"
    stored = workspace.message("C0GENERAL", message["ts"])
    assert stored is not None
    assert stored["text"] == "mine"


def test_a_person_sees_only_their_channels_and_private_messages(workspace: Workspace):
    workspace.add_message("C0GENERAL", user=YOU.id, text="for all")
    workspace.add_message("C0GENERAL", bot_id="B0RAGTIME", text="for you", ephemeral_to=YOU.id)
    workspace.add_message("D0YOU", user=YOU.id, text="to the bot")
    texts = {
        viewer: {m["text"] for messages in workspace.snapshot(viewer)["messages"].values() for m in messages}
        for viewer in (YOU.id, MARA.id)
    }
    assert texts == {YOU.id: {"for all", "for you", "to the bot"}, MARA.id: {"for all"}}
    assert "C0PARTNER" not in workspace.snapshot(MARA.id)["messages"]


def test_changes_are_visible_as_the_snapshot_is(workspace: Workspace):
    seen: dict[str, list[str]] = {YOU.id: [], MARA.id: []}

    def observe(change: Change) -> None:
        for viewer, kinds in seen.items():
            if workspace.visible(change, viewer):
                kinds.append(change["type"])

    workspace.subscribe(observe)
    message = workspace.add_message("D0YOU", user=YOU.id, text="hello")
    workspace.add_reaction("D0YOU", message["ts"], "eyes", workspace.bot.user.id)
    workspace.set_status("D0YOU", message["ts"], "is thinking")
    workspace.publish_home(YOU.id, {"type": "home", "blocks": []})
    workspace.emit({"type": "request", "to": "events", "user": YOU.id, "payload": {}})
    assert seen == {YOU.id: ["message", "reaction", "status", "home"], MARA.id: []}


def test_an_open_stream_in_a_channel_is_seen_by_its_recipient_alone(workspace: Workspace):
    message = workspace.add_message("C0GENERAL", text="…", streaming=True, recipient=YOU.id)
    assert workspace.snapshot(YOU.id)["messages"]["C0GENERAL"]
    assert not workspace.snapshot(MARA.id)["messages"]["C0GENERAL"]
    workspace.change_message("C0GENERAL", message["ts"], streaming=False)
    assert workspace.snapshot(MARA.id)["messages"]["C0GENERAL"]


def test_a_reply_of_the_app_takes_the_status_away(workspace: Workspace):
    question = workspace.add_message("D0YOU", user=YOU.id, text="?")
    workspace.set_status("D0YOU", question["ts"], "is thinking")
    assert workspace.snapshot(YOU.id)["statuses"]
    workspace.add_message("D0YOU", bot_id="B0RAGTIME", text="!", thread_ts=question["ts"])
    assert not workspace.snapshot(YOU.id)["statuses"]


def test_modals_stack_and_close_with_what_lies_on_them(workspace: Workspace):
    first = workspace.open_view(YOU.id, {"type": "modal", "blocks": []})
    second = workspace.open_view(YOU.id, {"type": "modal", "blocks": []}, first["id"])
    assert second["root_view_id"] == first["id"]
    assert [view["id"] for view in workspace.open_views(YOU.id)] == [first["id"], second["id"]]
    closed = workspace.close_view(first["id"])
    assert [view["id"] for view in closed] == [second["id"], first["id"]]


def test_an_updated_view_keeps_its_id_and_gets_a_new_hash(workspace: Workspace):
    view = workspace.open_view(YOU.id, {"type": "modal", "blocks": []})
    updated = workspace.update_view(view["id"], {"type": "modal", "blocks": [{"type": "divider"}]})
    assert updated["id"] == view["id"]
    assert updated["hash"] != view["hash"]
    assert updated["blocks"] == [{"type": "divider"}]
