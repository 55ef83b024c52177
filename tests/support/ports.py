"""Ports for servers that tests start in processes of their own."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
