"""Runs the bot until it is told to stop: Socket Mode, signed HTTP, or the playground."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn
from slack_sdk.errors import SlackApiError
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from bot import readiness, words
from bot.answerer import Answerer
from bot.assembly import Assembly, assemble
from bot.channels import Channels
from bot.client import SLACK_ERRORS, error_code, is_transient, slack_client
from bot.config import Settings
from bot.ending import ANSWERS_BY, REQUESTS_BY, Ending, ended_by_signals
from bot.queue.timing import Timing
from bot.readiness import Readiness
from bot.socket_mode import SocketMode
from bot.telemetry.measures import watch_queue
from bot.web import healthz, readyz, slack_events
from knowledge.database import open_database
from knowledge.errors import AdminError

if TYPE_CHECKING:
    from bot.playground.standin import StandIn

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# How long a thread that answers may hold the interpreter while an ack waits for it: a tenth of Python's own,
# which made the acks of `python -m tests.load` three times as slow.
SWITCH_SECONDS = 0.0005
BOT_TOKEN_PLACE = "from your app’s page “OAuth & Permissions”, once it is installed there"
HOW_TO_END = "Ctrl-C ends it."
APP_TOKEN_PLACE = "from your app’s page “Basic Information”; it needs the scope connections:write"


class CannotStart(AdminError):
    """The bot cannot be started; the message is one line with what to do."""


def run(
    settings: Settings,
    answerer: Answerer,
    engine: Engine,
    announce: Callable[[str], None],
    opened: Future[Any],
    ending: Ending,
    *,
    answers: bool = True,
) -> None:
    """Serves until SIGTERM or Ctrl-C, then ends in order: takes no more, finishes or hands back.

    With `answers` off it takes events in, and other processes answer.
    `announce` is told in a line where Ragtime is, or as whom it is connected, once it is and can answer.
    `opened` is the answerer's being made ready meanwhile; where that fails, the serving ends, too. `ending`
    begins with the end.
    `engine` is the settings' database. The playground does not touch it: what is said there is gone
    with its workspace, so its inbox is in a database of its own, for as long as it runs.

    Raises:
        CannotStart: the port is taken, or Slack refuses a token.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    if answers:
        announce = _once_open(opened, announce)
    host = "0.0.0.0" if settings.mode == "http" else LOOPBACK
    listener = _listen(host, settings.port)
    with listener, _parts(settings, answerer, engine, announce, answers) as (assembly, standin, events):
        watch_queue(assembly.services.engine)
        routes: list[BaseRoute] = [
            healthz(lambda: events is None or events.connected),
            readyz(_readiness(assembly, answerer, events)),
        ]
        if events is None:
            routes.append(slack_events(lambda: assembly.app))
        if standin:
            routes += [*standin.routes(), *_page(standin, settings.ragtime_docs, answerer.examples)]

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                if standin:
                    await stack.enter_async_context(standin.running())
                await run_in_threadpool(assembly.start)
                _keep_what_is_loaded()
                opened.add_done_callback(_keep_what_is_loaded)
                if events:
                    await run_in_threadpool(events.start)
                elif standin:
                    announce(f"Ragtime is at {standin.url}: ask it something. {HOW_TO_END}")
                else:
                    where = f"at /slack/events on port {settings.port}"
                    announce(f"Ragtime takes events {where}{_as_whom(assembly)}. {HOW_TO_END}")
                yield
                if events:
                    await run_in_threadpool(events.stop, ending.left(REQUESTS_BY))
                await run_in_threadpool(assembly.stop, ending.left(ANSWERS_BY))

        app = Starlette(routes=routes, lifespan=lifespan)
        _serve(app, listener, opened, ending)


def work(
    settings: Settings,
    answerer: Answerer,
    engine: Engine,
    announce: Callable[[str], None],
    opened: Future[Any],
    ending: Ending,
) -> None:
    """Answers what other processes take in, until SIGTERM or Ctrl-C; then finishes or hands back.

    `announce`, `opened` and `ending` are as for `run`.

    Raises:
        CannotStart: Slack refuses the token.
    """
    assembly = _on_slack(settings, answerer, engine, answers=True)
    watch_queue(assembly.services.engine)
    opened.add_done_callback(_keep_what_is_loaded)
    opened.add_done_callback(lambda opened: ending.begin() if opened.exception() else None)
    with ended_by_signals(ending):
        assembly.start()
        _once_open(opened, announce)(f"Ragtime answers what is taken in{_as_whom(assembly)}. {HOW_TO_END}")
        ending.told.wait()
        assembly.stop(ending.left(ANSWERS_BY))


def _once_open(opened: Future[Any], announce: Callable[[str], None]) -> Callable[[str], None]:
    """Announces once questions can be answered. Where that fails, another line says why, and nothing else."""

    def wait_with(line: str) -> None:
        opened.add_done_callback(lambda opened: None if opened.exception() else announce(line))

    return wait_with


def _keep_what_is_loaded(_: object = None) -> None:
    """Has the collector of garbage pass over all that is there by now, which stays.

    To walk through it takes a tenth of a second, again and again, in which no thread does anything.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def _parts(
    settings: Settings,
    answerer: Answerer,
    engine: Engine,
    announce: Callable[[str], None],
    answers: bool,
) -> Iterator[tuple[Assembly, StandIn | None, SocketMode | None]]:
    """What the mode needs: the Slack side, the playground's stand-in, the socket."""
    if settings.mode == "playground":
        from bot.playground.standin import build_standin

        standin = build_standin(f"http://{LOOPBACK}:{settings.port}")
        client = slack_client(standin.secrets.bot_token, standin.api_url)
        with tempfile.TemporaryDirectory(prefix="ragtime-") as folder:
            own = open_database(f"sqlite:///{Path(folder) / 'playground.db'}")
            channels = Channels(settings.channels, named=settings.names_channels)
            yield assemble(client, own, answerer, standin.secrets.signing_secret, channels), standin, None
            own.dispose()
        return
    assembly = _on_slack(settings, answerer, engine, answers)
    if not settings.slack_app_token:
        yield assembly, None, None
        return
    events = SocketMode(
        assembly.app,
        settings.slack_app_token.get_secret_value(),
        assembly.services.client,
        lambda: announce(f"Ragtime is connected by Socket Mode{_as_whom(assembly)}. {HOW_TO_END}"),
    )
    _check("SLACK_APP_TOKEN", APP_TOKEN_PLACE, events.check)
    yield assembly, None, events


def _readiness(assembly: Assembly, answerer: Answerer, events: SocketMode | None) -> Readiness:
    """All that an answer needs, as far as this process can tell."""
    parts = {
        "database": readiness.database(assembly.services.engine),
        "chroma": answerer.check_vectors,
        "workers": readiness.workers(assembly.hands),
    }
    return Readiness(parts | ({"slack": readiness.connection(lambda: events.connected)} if events else {}))


def _on_slack(settings: Settings, answerer: Answerer, engine: Engine, answers: bool) -> Assembly:
    """The Slack side with the tokens that are set.

    Raises:
        CannotStart: Slack refuses the bot's token.
    """
    token, secret = (
        value.get_secret_value() if value else ""
        for value in (settings.slack_bot_token, settings.slack_signing_secret)
    )
    assembly = assemble(
        slack_client(token, settings.slack_api_url),
        engine,
        answerer,
        secret,
        Channels(settings.channels, named=settings.names_channels),
        answers=answers,
        timing=Timing(settings.ragtime_takeover_seconds),
    )
    _check("SLACK_BOT_TOKEN", BOT_TOKEN_PLACE, assembly.services.identity)
    return assembly


def _as_whom(assembly: Assembly) -> str:
    """Whom we are in Slack, as far as Slack could be asked."""
    try:
        return f", as {assembly.services.identity()}"
    except SLACK_ERRORS:
        return ""


def _check(variable: str, where: str, ask: Callable[[], object]) -> None:
    """Says at start that Slack refuses a token. Where Slack cannot be reached, it is tried again later."""
    try:
        ask()
    except SlackApiError as error:
        if is_transient(error):
            return
        raise CannotStart(f"Slack refuses {variable} ({error_code(error)}): copy it again {where}") from None
    except OSError as error:
        log.warning("Slack cannot be reached yet: %s", error)


def _page(standin: StandIn, docs: Path, examples: Sequence[str]) -> Sequence[BaseRoute]:
    from bot.playground.page import SlashCommand, page_routes

    commands = [SlashCommand(name, *texts) for name, texts in words.COMMANDS.items()]
    return page_routes(standin.workspace, docs, commands, examples)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        # Python's own words add the address.
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise CannotStart(
            f"Port {port} cannot be used ({reason}): set PORT to a free one, for example {_another(port)}"
        ) from None


def _another(port: int) -> str:
    """The next port, as it is set on the command line."""
    return f"PORT={port + 1 if 1024 <= port < 65535 else 3000} make run"


def _serve(app: Starlette, listener: socket.socket, opened: Future[Any], ending: Ending) -> None:
    config = uvicorn.Config(
        app,
        # What it logs goes where everything else does, in the same form.
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=REQUESTS_BY,
    )
    server = _Server(config, ending)

    def end_if_failed(opened: Future[Any]) -> None:
        if opened.exception() is not None:
            ending.begin()
            server.should_exit = True

    opened.add_done_callback(end_if_failed)
    # Once all is ended in order, uvicorn raises the signal that it caught again.
    with ended_by_signals(ending):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Tells all others as soon as a signal tells it to end."""

    def __init__(self, config: uvicorn.Config, ending: Ending) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal."""
        self._ending.begin_in_time()
        super().handle_exit(sig, frame)
