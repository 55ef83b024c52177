"""The running bot's side of the command line: serves `bot.command_line.control`'s requests."""

from __future__ import annotations

import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bot.assistant import Assistant
from bot.command_line.control import ADDRESS
from bot.command_line.tasks import perform
from bot.ending import SYNC_BY


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
        config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
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
            thread.join(assistant.ending.left(SYNC_BY))


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
