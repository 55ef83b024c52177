"""The page's routes: state and changes with HTML, what a person does, and who may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.playground.page import SlashCommand, page_routes
from bot.playground.workspace import Change, Workspace

HERE = "http://127.0.0.1:3000"
LIVE = "ws://127.0.0.1:3000/playground/live"
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}


@pytest.fixture
def workspace() -> Workspace:
    return Workspace()


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> TestClient:
    commands = [SlashCommand("/ask", "question", "Ask privately")]
    routes = page_routes(workspace, tmp_path, commands, examples=["What is RAG?"])
    return TestClient(Starlette(routes=routes), base_url=HERE, headers={"origin": HERE})


@pytest.fixture
def requests(workspace: Workspace) -> list[Change]:
    """What was handed to Slack's delivery."""
    seen: list[Change] = []
    workspace.subscribe(lambda change: seen.append(change) if change["type"] == "request" else None)
    return seen


def post(client: TestClient, path: str, **body: Any) -> Any:
    answer = client.post(f"/playground/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_page_and_its_files_are_served(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert '<script type="module" src="/static/js/app.js">' in page.text
    assert (
        client.get("/static/js/app.js")
        .headers["content-type"]
        .startswith(("text/javascript", "application/javascript"))
    )
    assert client.get("/static/../page.py").status_code == 404


def test_the_page_may_load_only_our_own_files(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_state_has_html_beside_every_text(client: TestClient, workspace: Workspace) -> None:
    bot = {"user": workspace.bot.user.id, "bot_id": workspace.bot.bot_id}
    section = {"type": "section", "block_id": "b", "text": {"type": "mrkdwn", "text": "*Hi* <@U0MARA>"}}
    markdown = {"type": "markdown", "block_id": "m", "text": "**Bold**"}
    workspace.add_message("C0GENERAL", **bot, text="_fallback_", blocks=[section, markdown])
    workspace.add_message("C0GENERAL", **bot, markdown="# Streamed", streaming=True)
    state = client.get("/playground/state").json()
    first, second = state["messages"]["C0GENERAL"]
    assert first["html"] == "<em>fallback</em>"
    assert first["blocks"][0]["text"]["html"].startswith("<strong>Hi</strong> <span")
    assert "@Mara Lindqvist" in first["blocks"][0]["text"]["html"]
    assert first["blocks"][1]["html"] == "<p><strong>Bold</strong></p>\n"
    assert second["markdown_html"] == "<h1>Streamed</h1>\n"
    assert state["commands"][0]["command"] == "/ask"
    assert state["examples"] == ["What is RAG?"]


def test_the_state_shows_only_what_you_may_see(client: TestClient, workspace: Workspace) -> None:
    workspace.add_message("C0GENERAL", user="U0RAGTIME", text="for Mara", ephemeral_to="U0MARA")
    workspace.add_message("D0MARA", user="U0MARA", text="private")
    state = client.get("/playground/state").json()
    assert state["messages"]["C0GENERAL"] == []
    assert "D0MARA" not in state["messages"]


def test_changes_follow_the_state_without_a_gap(client: TestClient, workspace: Workspace) -> None:
    workspace.add_message("C0GENERAL", user="U0MARA", text="before")
    with client.websocket_connect(LIVE) as socket:
        first = socket.receive_json()
        assert first["type"] == "state"
        assert [m["text"] for m in first["state"]["messages"]["C0GENERAL"]] == ["before"]
        workspace.add_message("D0MARA", user="U0MARA", text="not for you")
        workspace.add_message("C0GENERAL", user="U0MARA", text="*after*")
        change = socket.receive_json()
        assert change["type"] == "message"
        assert change["message"]["html"] == "<strong>after</strong>"


def test_a_closed_connection_is_forgotten(client: TestClient, workspace: Workspace) -> None:
    with client.websocket_connect(LIVE) as socket:
        socket.receive_json()
        assert len(workspace._observers) == 1
    assert workspace._observers == []


def test_typed_names_become_mentions(client: TestClient, workspace: Workspace) -> None:
    post(client, "messages", channel="C0GENERAL", text="@Ragtime ask @Mara Lindqvist in #on-call <b>")
    message = workspace.messages("C0GENERAL")[0]
    assert message["text"] == "<@U0RAGTIME> ask <@U0MARA> in <#C0ONCALL|on-call> &lt;b&gt;"
    assert message["user"] == "U0YOU"
    typed = client.get("/playground/state").json()["messages"]["C0GENERAL"][0]["typed"]
    assert typed == "@Ragtime ask @Mara Lindqvist in #on-call <b>"


def test_messages_are_replied_to_edited_and_deleted(client: TestClient, workspace: Workspace) -> None:
    post(client, "messages", channel="D0YOU", text="first")
    ts = workspace.messages("D0YOU")[0]["ts"]
    post(client, "messages", channel="D0YOU", text="reply", thread_ts=ts)
    assert workspace.messages("D0YOU")[1]["thread_ts"] == ts
    post(client, "messages/edit", channel="D0YOU", ts=ts, text="better")
    assert workspace.messages("D0YOU")[0]["text"] == "better"
    post(client, "messages/delete", channel="D0YOU", ts=ts)
    assert [m["text"] for m in workspace.messages("D0YOU")] == ["reply"]


def test_a_command_goes_to_the_app(client: TestClient, requests: list[Change]) -> None:
    post(client, "commands", channel="C0GENERAL", command="/ask", text="what is RAG?")
    assert requests[0]["to"] == "commands"
    assert requests[0]["payload"]["text"] == "what is RAG?"


def test_an_unknown_command_is_refused_with_the_known_ones(
    client: TestClient, requests: list[Change]
) -> None:
    body = {"channel": "C0GENERAL", "command": "/nope", "text": ""}
    answer = client.post("/playground/commands", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "/nope is no command here. Try /ask."
    assert requests == []


def test_a_button_in_a_message_is_pressed(
    client: TestClient, workspace: Workspace, requests: list[Change]
) -> None:
    actions = {"type": "actions", "block_id": "b", "elements": [BUTTON]}
    message = workspace.add_message("C0GENERAL", user="U0RAGTIME", bot_id="B0RAGTIME", blocks=[actions])
    post(client, "actions", channel="C0GENERAL", ts=message["ts"], block_id="b", action_id="go")
    assert requests[0]["payload"]["type"] == "block_actions"
    assert requests[0]["payload"]["actions"][0]["value"] == "1"


def test_a_modal_says_what_is_missing_then_is_submitted(
    client: TestClient, workspace: Workspace, requests: list[Change]
) -> None:
    field = {"type": "plain_text_input", "action_id": "a"}
    block = {
        "type": "input",
        "block_id": "why",
        "label": {"type": "plain_text", "text": "Why"},
        "element": field,
    }
    view = workspace.open_view("U0YOU", {"type": "modal", "blocks": [block]})
    assert list(post(client, "views/submit", view_id=view["id"])["errors"]) == ["why"]
    assert post(client, "views/submit", view_id=view["id"], entered={"why": {"a": "because"}})["errors"] == {}
    values = requests[0]["payload"]["view"]["state"]["values"]
    assert values["why"]["a"]["value"] == "because"
    post(client, "views/close", view_id=view["id"])
    assert workspace.open_views("U0YOU") == []


def test_opening_the_home_tab_tells_the_app(client: TestClient, requests: list[Change]) -> None:
    post(client, "home", tab="home")
    assert requests[0]["payload"]["tab"] == "home"


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("messages", {"channel": "C0GENERAL"}, "text: field required."),
        ("messages", {"channel": 5, "text": "x"}, "channel: input should be a valid string."),
        (
            "messages",
            {"channel": "C0GENERAL", "text": "x", "user": "U0MARA"},
            "user: extra inputs are not permitted.",
        ),
        ("messages", {"channel": "C0GENERAL", "text": "  "}, "Write something first."),
        ("messages", {"channel": "D0MARA", "text": "x"}, "You are not in this channel."),
        ("messages/edit", {"channel": "C0GENERAL", "ts": "1.1", "text": "x"}, "This message is gone."),
        ("actions", {"view_id": "V1", "block_id": "b", "action_id": "a"}, "This window is closed."),
        ("home", {"tab": "about"}, "tab: input should be 'home' or 'messages'."),
    ],
)
def test_bad_input_gets_one_clear_sentence(client: TestClient, path: str, body: Any, error: str) -> None:
    answer = client.post(f"/playground/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"ok": False, "error": error}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"channel": ' + b"[" * 2000])
def test_what_is_no_json_object_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post("/playground/messages", content=content)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    answer = client.post("/playground/messages", content=b'"' + b"x" * 300_000)
    assert answer.json()["error"] == "This is too much to send at once."


@pytest.mark.parametrize("path", ["/", "/static/js/app.js", "/playground/state", "/documents/a.md"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:3000", "10.0.0.5:3000", "[", ""])
def test_a_foreign_host_is_refused(client: TestClient, path: str, host: str) -> None:
    assert client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "LOCALHOST:3000"])
def test_this_machine_goes_by_several_names(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:4000", "https://127.0.0.1:3000"]
)
def test_another_page_can_do_nothing_here(client: TestClient, workspace: Workspace, origin: str) -> None:
    body = {"channel": "C0GENERAL", "text": "forged"}
    answer = client.post("/playground/messages", json=body, headers={"origin": origin})
    assert answer.status_code == 403
    assert workspace.messages("C0GENERAL") == []


def test_a_request_that_hides_its_origin_can_do_nothing(workspace: Workspace, tmp_path: Path) -> None:
    client = TestClient(Starlette(routes=page_routes(workspace, tmp_path)), base_url=HERE)
    assert client.post("/playground/messages", json={"channel": "C0GENERAL", "text": "x"}).status_code == 403


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"host": "evil.example:3000"}])
def test_another_page_cannot_listen(client: TestClient, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass
