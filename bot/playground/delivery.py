"""Delivers what happens in the workspace to the app, as Slack does: retries, acks, answers in acks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.playground.envelope import Outgoing, event_callback, events_of, subscription
from bot.playground.errors import SlackError
from bot.playground.grants import ResponseUrl
from bot.playground.limits import check_view, completed
from bot.playground.methods.views import push_view
from bot.playground.response_urls import respond
from bot.playground.transports import Ack, Retry, Transport
from bot.playground.workspace import Change, Workspace

PATIENCE = 3.0
RETRY_DELAYS = (0.0, 60.0, 300.0)
SUBSCRIPTIONS = frozenset(
    {
        "app_mention",
        "app_home_opened",
        "app_context_changed",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
    }
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver something, and what came of it."""

    outgoing: Outgoing
    retry: Retry
    ack: Ack


class Delivery:
    """Watches a workspace and delivers; `transport` may be changed at any time.

    `record` hears of each attempt, in the server's loop.
    """

    def __init__(
        self,
        workspace: Workspace,
        transport: Transport,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        subscriptions: frozenset[str] = SUBSCRIPTIONS,
    ) -> None:
        self.workspace = workspace
        self.transport = transport
        self.retry_delays = retry_delays
        self.subscriptions = subscriptions
        self.record: Callable[[Attempt], None] = lambda _: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[Outgoing] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._unfinished = 0
        workspace.subscribe(self._on_change)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Delivers while the block runs; what happened before is delivered at its start."""
        with self.workspace.lock:
            self._loop = asyncio.get_running_loop()
            waiting, self._waiting = self._waiting, []
        for outgoing in waiting:
            self._start(outgoing)
        try:
            yield
        finally:
            with self.workspace.lock:
                self._loop = None
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def unfinished(self) -> int:
        """How many deliveries are neither acked nor given up yet."""
        with self.workspace.lock:
            return self._unfinished

    def send(self, outgoing: Outgoing) -> None:
        """Delivers something; from any thread."""
        with self.workspace.lock:
            self._unfinished += 1
            if self._loop is None:
                self._waiting.append(outgoing)
            else:
                self._loop.call_soon_threadsafe(self._start, outgoing)

    def _on_change(self, change: Change) -> None:
        if change["type"] == "request" and change["to"] != "events":
            self.send(Outgoing(change["to"], change["payload"], change["user"]))
            return
        for event in events_of(self.workspace, change):
            if subscription(event) in self.subscriptions:
                self.send(Outgoing("events", event_callback(self.workspace, event)))

    def _start(self, outgoing: Outgoing) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(outgoing))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with self.workspace.lock:
            self._unfinished -= 1

    async def _deliver(self, outgoing: Outgoing) -> None:
        ack = await self._attempt(outgoing, Retry())
        if outgoing.kind != "events":
            self._answered(outgoing, ack)
            return
        for number, delay in enumerate(self.retry_delays, start=1):
            if ack.ok or ack.final:
                return
            await asyncio.sleep(delay)
            ack = await self._attempt(outgoing, Retry(number, ack.reason))

    async def _attempt(self, outgoing: Outgoing, retry: Retry) -> Ack:
        ack = await self.transport.send(outgoing, retry)
        self.record(Attempt(outgoing, retry, ack))
        return ack

    def _answered(self, outgoing: Outgoing, ack: Ack) -> None:
        """What the ack of a command or interaction carries takes effect; the person hears of failures."""
        error = {"": "", "http_timeout": "operation_timeout", "timeout": "operation_timeout"}.get(
            ack.reason, "dispatch_failed"
        )
        if not error:
            try:
                self._apply(outgoing, ack.body)
            except (SlackError, KeyError) as refused:
                error = f"invalid_response: {refused}"
        self.workspace.emit(
            {
                "type": "delivery",
                "user": outgoing.user,
                "what": outgoing.what,
                "ok": not error,
                "error": error,
            }
        )

    def _apply(self, outgoing: Outgoing, body: Any) -> None:
        payload = outgoing.payload
        if outgoing.kind == "commands":
            if isinstance(body, dict) and (body.get("text") or body.get("blocks")):
                respond(self.workspace, ResponseUrl(payload["channel_id"], outgoing.user, 0), body)
        elif payload["type"] == "view_submission":
            self._apply_to_view(payload["view"]["id"], outgoing.user, body or {})

    def _apply_to_view(self, view_id: str, user: str, body: dict[str, Any]) -> None:
        """`response_action` of a view's submission; without one, the view closes."""
        action = body.get("response_action")
        if action == "errors":
            change = {"type": "view_errors", "user": user, "view_id": view_id, "errors": body["errors"]}
            self.workspace.emit(change)
        elif action in ("update", "push"):
            check_view(body["view"])
            view = {**body["view"], "blocks": completed(body["view"]["blocks"])}
            if action == "update":
                self.workspace.update_view(view_id, view)
            else:
                push_view(self.workspace, user, view)
        elif self.workspace.view(view_id):
            self.workspace.close_view(view_id, whole_stack=action == "clear")
