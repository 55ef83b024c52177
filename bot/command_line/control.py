"""How the command line reaches a bot that already runs: a socket file that only its user can open.

Whoever owns a home (see `knowledge.opening`) serves here; `ragtime sync` and `ragtime ask` beside it are
passed on to it, since two processes must not open the embedded store. Requests are JSON, replies one
JSON object a line.
"""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot.assistant import Assistant
from bot.command_line.tasks import perform
from knowledge.errors import AdminError

ADDRESS = "control.json"
CONNECT_SECONDS = 2.0


class NobodyThere(Exception):
    """No running bot answers for this home."""


class TaskFailed(AdminError):
    """The running bot could not do it; the message says why."""


@contextmanager
def serving(home: Path, assistant: Assistant) -> Iterator[None]:
    """Serves the control socket while the context lasts."""
    # Not in the home itself: a socket's path may have about a hundred characters only.
    with tempfile.TemporaryDirectory(prefix="ragtime-") as folder:
        path = Path(folder) / "control.sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
        app = Starlette(routes=[Route("/{task}", _endpoint(assistant), methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
        # Signals belong to the main thread's server.
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="control", daemon=True
        )
        thread.start()
        address = home / ADDRESS
        address.write_text(json.dumps({"socket": str(path)}))
        try:
            yield
        finally:
            address.unlink(missing_ok=True)
            server.should_exit = True
            thread.join(timeout=2)


def request(home: Path, task: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Has the bot that owns a home carry out a task; yields its messages as they come.

    Raises:
        NobodyThere: no bot answers.
        TaskFailed: the bot says that it could not.
    """
    try:
        path = json.loads((home / ADDRESS).read_text())["socket"]
    except (OSError, ValueError, KeyError):
        raise NobodyThere from None
    transport = httpx.HTTPTransport(uds=path)
    timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(transport=transport, timeout=timeout) as client,
            client.stream("POST", f"http://ragtime/{task}", json=values) as response,
        ):
            for line in response.iter_lines():
                message = json.loads(line)
                if "error" in message:
                    raise TaskFailed(message["error"])
                yield message
    except httpx.ConnectError:
        raise NobodyThere from None
    except httpx.HTTPError as error:
        raise TaskFailed(f"The running bot broke off: {error}") from error


def _endpoint(assistant: Assistant) -> Any:
    async def endpoint(request: Request) -> StreamingResponse:
        task, values = request.path_params["task"], await request.json()
        return StreamingResponse(_lines(assistant, task, values), media_type="application/x-ndjson")

    return endpoint


def _lines(assistant: Assistant, task: str, values: dict[str, Any]) -> Iterator[str]:
    """Runs in a thread of the server's pool, one for each request."""
    try:
        for message in perform(assistant, task, values):
            yield json.dumps(message) + "\n"
    except Exception as error:
        yield json.dumps({"error": str(error) or type(error).__name__}) + "\n"
