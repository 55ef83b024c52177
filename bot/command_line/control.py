"""How the command line reaches a bot that already runs: a socket file that only its user can open.

Whoever owns a home (see `knowledge.home`) serves there (`bot.command_line.control_server`); `ragtime sync`
and `ragtime ask` beside it are passed on to it, since two processes must not open the embedded store.
Requests are JSON, replies one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from knowledge.errors import AdminError

ADDRESS = "control.json"
CONNECT_SECONDS = 2.0


class NobodyThere(Exception):
    """No running bot answers for this home."""


class Unreachable(AdminError):
    """A running process has the home, but does not answer."""


class TaskFailed(AdminError):
    """The running bot could not do it; the message says why."""


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
