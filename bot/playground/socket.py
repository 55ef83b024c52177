"""Socket Mode: the app's web sockets, hello and disconnect, envelopes and their acks."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from contextlib import suppress
from typing import Any
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

MAX_SOCKETS = 10


class NoAck(Exception):
    """An envelope was not acked; `reason` is Slack's word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sockets:
    """The open sockets of one app. Used in the server's loop alone."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._open: list[WebSocket] = []
        self._leaving: list[WebSocket] = []
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._turns = itertools.count()

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    def new_ticket(self) -> str:
        """The last part of a socket's address; good for one connection."""
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """`/socket/{ticket}`: says hello, then takes acks until the app goes."""
        ticket = websocket.path_params["ticket"]
        if ticket not in self._tickets or len(self._open) >= MAX_SOCKETS:
            await websocket.close(4001)
            return
        self._tickets.discard(ticket)
        await self._close_leaving()
        await websocket.accept()
        self._open.append(websocket)
        try:
            await websocket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "debug_info": {"host": "playground", "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._app_id},
                }
            )
            while True:
                self._take(await websocket.receive_json())
        except (WebSocketDisconnect, ValueError, KeyError, RuntimeError):
            pass
        finally:
            if websocket in self._open:
                self._open.remove(websocket)

    async def _close_leaving(self) -> None:
        while self._leaving:
            with suppress(RuntimeError):
                await self._leaving.pop().close()

    def _take(self, message: Any) -> None:
        ack = self._acks.get(message.get("envelope_id", "")) if isinstance(message, dict) else None
        if ack and not ack.done():
            ack.set_result(message.get("payload"))

    async def send(self, envelope: dict[str, Any], patience: float) -> Any:
        """Sends an envelope over one socket in turn and returns the ack's payload.

        Raises:
            NoAck: no socket is open (connection_failed), or no ack came in time (timeout).
        """
        if not self._open:
            raise NoAck("connection_failed")
        websocket = self._open[next(self._turns) % len(self._open)]
        envelope_id = str(uuid4())
        self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await websocket.send_json({"envelope_id": envelope_id, **envelope})
            return await asyncio.wait_for(self._acks[envelope_id], patience)
        except TimeoutError:
            raise NoAck("timeout") from None
        except (WebSocketDisconnect, RuntimeError):
            raise NoAck("connection_failed") from None
        finally:
            del self._acks[envelope_id]

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tells every socket to reconnect, as Slack does every few hours; each is replaced, then closed."""
        leaving, self._open = self._open, []
        self._leaving += leaving
        for websocket in leaving:
            await websocket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
            )

    async def drop(self) -> None:
        """Cuts every socket without a word."""
        leaving, self._open = self._open, []
        for websocket in leaving:
            await websocket.close(1011)
