"""A local Slack for tests: started on a free port, records every call, fails on demand, counts replies."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Self, TypeVar

import uvicorn
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.playground.cast import YOU
from bot.playground.delivery import SUBSCRIPTIONS, Attempt
from bot.playground.envelope import Outgoing
from bot.playground.methods.streams import close_stream
from bot.playground.people import post_as_user
from bot.playground.rates import RateLimiter
from bot.playground.standin import StandIn
from bot.playground.web_api import Call, Fault
from bot.playground.workspace import Message, Workspace

REPLY_EVENT_TYPE = "ragtime_reply"
PATIENCE = 30.0

T = TypeVar("T")


class LocalSlack:
    """`with LocalSlack() as slack:`; everything may be called from the test's thread.

    `patience` is how long Slack waits for an ack, `retry_delays` how long it waits before each of
    the retries (Slack's own: 0, 60, 300 seconds). `extra_routes` are served beside the Web API.
    """

    def __init__(
        self,
        *,
        workspace: Workspace | None = None,
        patience: float = 3.0,
        retry_delays: tuple[float, ...] = (0.0, 0.05, 0.05),
        subscriptions: frozenset[str] = SUBSCRIPTIONS,
        scopes: frozenset[str] | None = None,
        extra_routes: Sequence[BaseRoute] | Callable[[StandIn], Sequence[BaseRoute]] = (),
    ) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.workspace = workspace or Workspace()
        self.standin = StandIn(
            self.workspace,
            self.url,
            patience=patience,
            retry_delays=retry_delays,
            subscriptions=subscriptions,
            scopes=scopes,
        )
        self.secrets = self.standin.secrets
        self._extra = extra_routes(self.standin) if callable(extra_routes) else extra_routes
        self._news = threading.Condition()
        self._happenings = 0
        self._calls: list[Call] = []
        self._attempts: list[Attempt] = []
        self._faults: dict[str, deque[Fault]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self.standin.web_api.record = self._on_call
        self.standin.web_api.fault = self._next_fault
        self.standin.delivery.record = self._on_attempt
        self.workspace.subscribe(lambda _: self._notify())

    # Running

    def __enter__(self) -> Self:
        started = threading.Event()
        app = Starlette(
            routes=[*self.standin.routes(), *self._extra], lifespan=lambda _: self.standin.running()
        )
        config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
        server = self._server = uvicorn.Server(config)

        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            serving = asyncio.create_task(server.serve(sockets=[self._listener]))
            while not server.started and not serving.done():
                await asyncio.sleep(0.005)
            started.set()
            await serving

        threading.Thread(target=lambda: asyncio.run(serve()), name="local-slack", daemon=True).start()
        if not started.wait(PATIENCE) or not server.started:
            raise RuntimeError("the local Slack did not start")
        return self

    def __exit__(self, *_: object) -> None:
        # The thread ends by itself a moment later; to wait for it would cost each test a fifth of a second.
        if self._server:
            self._server.should_exit = True

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine in the server's loop and waits for it."""
        assert self._loop is not None, "use it in a with statement"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    # Where it is, and as whom

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is to be."""
        return self.standin.api_url

    def client(self, **options: Any) -> Any:
        """slack_sdk's WebClient for this Slack, with the bot token.

        Untyped: to a type checker every part of its responses might be None.
        """
        return WebClient(self.secrets.bot_token, base_url=self.api_url, **options)

    def deliver_to(self, url: str) -> None:
        """Events, commands and actions go by signed HTTP to this URL."""
        self.standin.use_http(url)

    def use_sockets(self) -> None:
        """Events, commands and actions go over Socket Mode."""
        self.standin.use_sockets()

    def wait_for_socket(self, count: int = 1) -> None:
        """Waits until so many sockets are open."""
        self.wait_until(lambda: self.standin.sockets.connected >= count, poll=0.02)

    def refresh_sockets(self) -> None:
        """Asks every socket to reconnect, as Slack does now and then."""
        self._run(self.standin.sockets.ask_to_reconnect())

    def drop_sockets(self) -> None:
        """Cuts every socket."""
        self._run(self.standin.sockets.drop())

    def limit_rates(self) -> None:
        """Switches Slack's rate limits on."""
        self.standin.web_api.limiter = RateLimiter(self.workspace.clock)

    # What a person does

    def say(
        self, text: str, channel: str = "D0YOU", user: str = YOU.id, thread_ts: str | None = None
    ) -> Message:
        """Writes a message; `@Ragtime` in it mentions the bot."""
        text = text.replace("@Ragtime", f"<@{self.workspace.bot.user.id}>")
        return post_as_user(self.workspace, user, channel, text, thread_ts)

    def deliver(self, outgoing: Outgoing) -> None:
        """Delivers something by hand, for instance an event a second time."""
        self.standin.delivery.send(outgoing)

    # What went over the wire

    def calls(self, method: str | None = None) -> list[Call]:
        """The Web API calls so far, in order of their answers."""
        return [call for call in tuple(self._calls) if method in (None, call.method)]

    def attempts(self, what: str | None = None) -> list[Attempt]:
        """The deliveries tried so far; `what` is an event's type, a command, or an interaction's type."""
        return [each for each in tuple(self._attempts) if what in (None, each.outgoing.what)]

    # Faults

    def fail_next(
        self,
        method: str,
        *,
        error: str = "",
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """The next calls fail and change nothing: with Slack's error, or a bare HTTP status."""
        self._faults.setdefault(method, deque()).extend([Fault(error, status, retry_after)] * times)

    def do_but_lose_answer(
        self, method: str, *, status: int = 500, silent: float = 0.0, times: int = 1
    ) -> None:
        """The next calls take effect, but answer with this status, or not at all for `silent` seconds."""
        fault = Fault(status=status, applied=True, silent=silent)
        self._faults.setdefault(method, deque()).extend([fault] * times)

    def post_but_time_out(self, silent: float = 60.0, times: int = 1) -> None:
        """The next chat.postMessage is stored, and its answer never comes."""
        self.do_but_lose_answer("chat.postMessage", silent=silent, times=times)

    def expire_stream(self, channel: str, ts: str) -> None:
        """Slack ends a stream by itself, as it does after some minutes."""
        close_stream(self.workspace, channel, ts)

    # Waiting

    def wait_until(self, condition: Callable[[], Any], timeout: float = PATIENCE, poll: float = 0.5) -> Any:
        """Waits until the condition holds and returns what it returned; looks at each happening.

        `poll`: also looks this often, for conditions that no happening announces.
        """
        deadline = time.monotonic() + timeout
        while True:
            # Looked at without our lock: conditions take the workspace's, whose holder may tell us news.
            seen = self._happenings
            if found := condition():
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {timeout} s; {self._story()}")
            with self._news:
                self._news.wait_for(lambda seen=seen: self._happenings != seen, min(left, poll))

    def messages_in(self, channel: str, thread_ts: str) -> list[Message]:
        """The bot's complete messages in a thread (or, in a DM, beside it), private ones left out."""
        return [
            message
            for message in self.workspace.thread(channel, thread_ts)
            if message.get("bot_id") and not message["streaming"] and not message["ephemeral_to"]
        ]

    def wait_for_messages(self, channel: str, thread_ts: str, count: int = 1) -> list[Message]:
        """Waits until the thread has so many complete messages of the bot."""

        def enough() -> list[Message] | None:
            found = self.messages_in(channel, thread_ts)
            return found if len(found) >= count else None

        return self.wait_until(enough)

    def replies_to(self, channel: str, ts: str) -> list[Message]:
        """The complete replies to one message, wherever in the channel, told by their metadata."""
        return [
            message
            for message in self.workspace.messages(channel)
            if not message["streaming"] and answered(message) == ts
        ]

    def wait_for_reply(self, question: Message) -> Message:
        """Waits for the complete reply to a message."""
        channel, ts = question["channel"], question["ts"]
        self.wait_until(lambda: self.replies_to(channel, ts))
        return self.replies_to(channel, ts)[0]

    def wait_for_private(self, user: str = YOU.id, count: int = 1) -> list[Message]:
        """Waits until this person has so many private messages of the bot."""

        def enough() -> list[Message] | None:
            found = [
                message
                for channel in self.workspace.channels()
                for message in self.workspace.messages(channel.id)
                if message["ephemeral_to"] == user
            ]
            return found if len(found) >= count else None

        return self.wait_until(enough)

    def wait_for_quiet(self) -> None:
        """Waits until everything there was to deliver is acked or given up."""
        self.wait_until(lambda: self.standin.delivery.unfinished == 0, poll=0.05)

    def assert_one_reply_each(self, questions: Sequence[Message]) -> None:
        """Each of these messages has exactly one reply, and nothing else of the bot's stands about.

        Raises:
            AssertionError: a reply is missing, came twice, is still being written or answers nothing.
        """
        asked = {(question["channel"], question["ts"]) for question in questions}
        for channel, ts in sorted(asked):
            count = len(self.replies_to(channel, ts))
            assert count == 1, f"{count} replies to {ts} in {channel}; {self._story()}"
        for channel in {channel for channel, _ in asked}:
            for message in self.workspace.messages(channel):
                if message.get("bot_id") and not message["ephemeral_to"]:
                    assert not message["streaming"], f"still being written: {message}"
                    assert (channel, answered(message)) in asked, f"answers no question: {message}"

    # What the server reports

    def _on_call(self, call: Call) -> None:
        self._calls.append(call)
        self._notify()

    def _on_attempt(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)
        self._notify()

    def _next_fault(self, call: Call) -> Fault | None:
        waiting = self._faults.get(call.method)
        return waiting.popleft() if waiting else None

    def _notify(self) -> None:
        with self._news:
            self._happenings += 1
            self._news.notify_all()

    def _story(self) -> str:
        """The last calls and deliveries, for a failed assertion."""
        calls = [f"{c.method} -> {c.response.get('error') or c.status}" for c in self._calls[-10:]]
        tries = [f"{a.outgoing.what} -> {a.ack.reason or 'acked'}" for a in self._attempts[-10:]]
        return f"last calls: {calls}; last deliveries: {tries}"


def answered(message: Message) -> str | None:
    """The ts of the message that a complete reply answers."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != REPLY_EVENT_TYPE:
        return None
    return metadata["event_payload"].get("ts")
