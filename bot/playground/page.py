"""The playground's web page: its files, the workspace's state and changes, and what a person does there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground import bodies, people
from bot.playground.decorate import decorated
from bot.playground.documents import document_route
from bot.playground.guard import LoopbackOnly
from bot.playground.markup import Names
from bot.playground.typed import Mentionable
from bot.playground.workspace import Change, Workspace

STATIC = Path(__file__).parent / "static"
MAX_BODY = 200_000


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """A command that the app offers: `/ask`, what follows it, and what it does."""

    command: str
    usage_hint: str
    description: str


AnyBody = TypeVar("AnyBody", bound=bodies.Body)


def page_routes(
    workspace: Workspace,
    docs: Path,
    commands: Sequence[SlashCommand] = (),
    examples: Sequence[str] = (),
) -> list[BaseRoute]:
    """The page's routes, for this machine only.

    `docs` is the folder whose documents `/documents/` shows; `examples` are questions for newcomers.
    """
    page = _Page(workspace, commands, examples)
    guarded = [Middleware(LoopbackOnly)]

    def post(path: str, shape: type[AnyBody], do: Callable[[AnyBody], object]) -> Route:
        return Route(f"/playground/{path}", _endpoint(shape, do), methods=["POST"], middleware=guarded)

    return [
        Route("/", _index, middleware=guarded),
        Mount("/static", StaticFiles(directory=STATIC), middleware=guarded),
        Route("/playground/state", page.state, middleware=guarded),
        WebSocketRoute("/playground/live", page.live, middleware=guarded),
        post("messages", bodies.Write, page.write),
        post("messages/edit", bodies.Edit, page.edit),
        post("messages/delete", bodies.Delete, page.delete),
        post("commands", bodies.Command, page.run_command),
        post("actions", bodies.Action, page.act),
        post("views/submit", bodies.Submit, page.submit),
        post("views/close", bodies.Close, page.close),
        post("home", bodies.Home, page.open_app),
        document_route(docs),
    ]


class _Page:
    """What the person at the page sees and does: always as the workspace's "you"."""

    def __init__(
        self, workspace: Workspace, commands: Sequence[SlashCommand], examples: Sequence[str]
    ) -> None:
        self.workspace = workspace
        self.you = workspace.cast.you.id
        self.fixed = {"commands": [asdict(command) for command in commands], "examples": list(examples)}

    async def state(self, _request: Request) -> Response:
        """All that can be seen now."""
        return JSONResponse(await run_in_threadpool(self._snapshot))

    async def live(self, socket: WebSocket) -> None:
        """All that can be seen now, then each change, so that no change falls between the two."""
        await socket.accept()
        loop = asyncio.get_running_loop()
        changes: asyncio.Queue[Change] = asyncio.Queue()

        def observe(change: Change) -> None:
            if self.workspace.visible(change, self.you):
                loop.call_soon_threadsafe(changes.put_nowait, change)

        async def send() -> None:
            while True:
                await socket.send_json(self._decorated(await changes.get()))

        with self.workspace.lock:
            unsubscribe = self.workspace.subscribe(observe)
            first = self._snapshot()
        sending = None
        try:
            await socket.send_json({"type": "state", "state": first})
            sending = asyncio.create_task(send())
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            unsubscribe()
            if sending:
                sending.cancel()
                with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    await sending

    def write(self, body: bodies.Write) -> None:
        text = self._mentionable().to_slack(body.text)
        people.post_as_user(self.workspace, self.you, body.channel, text, body.thread_ts)

    def edit(self, body: bodies.Edit) -> None:
        text = self._mentionable().to_slack(body.text)
        people.edit_as_user(self.workspace, self.you, body.channel, body.ts, text)

    def delete(self, body: bodies.Delete) -> None:
        people.delete_as_user(self.workspace, self.you, body.channel, body.ts)

    def run_command(self, body: bodies.Command) -> None:
        known = [command["command"] for command in self.fixed["commands"]]
        if body.command not in known:
            raise people.NotPossible(
                f"{body.command} is no command here. Try {' or '.join(known) or 'none'}."
            )
        people.run_command(self.workspace, self.you, body.channel, body.command, body.text)

    def act(self, body: bodies.Action) -> None:
        element = (body.block_id, body.action_id, body.chosen, body.entered)
        if body.view_id:
            people.press_in_view(self.workspace, self.you, body.view_id, *element)
        else:
            people.press_in_message(self.workspace, self.you, body.channel, body.ts, *element)

    def submit(self, body: bodies.Submit) -> Mapping[str, object]:
        return {"errors": people.submit_view(self.workspace, self.you, body.view_id, body.entered)}

    def close(self, body: bodies.Close) -> None:
        people.close_view(self.workspace, self.you, body.view_id)

    def open_app(self, body: bodies.Home) -> None:
        people.open_app(self.workspace, self.you, body.tab)

    def _snapshot(self) -> dict[str, Any]:
        return self._decorated(self.workspace.snapshot(self.you)) | self.fixed

    def _decorated(self, value: Any) -> Any:
        return decorated(value, self._names(), self._mentionable())

    def _names(self) -> Names:
        return Names(
            {user.id: user.real_name for user in self.workspace.cast.users},
            {channel.id: channel.name for channel in self.workspace.channels() if channel.name},
        )

    def _mentionable(self) -> Mentionable:
        users = self.workspace.cast.users
        return Mentionable(
            {f"@{user.real_name}": f"<@{user.id}>" for user in users}
            | {f"@{user.name}": f"<@{user.id}>" for user in users}
            | {f"#{c.name}": f"<#{c.id}|{c.name}>" for c in self.workspace.channels() if c.name}
            | {f"@{g.handle}": f"<!subteam^{g.id}|@{g.handle}>" for g in self.workspace.cast.groups}
            | {f"@{everyone}": f"<!{everyone}>" for everyone in ("channel", "here", "everyone")}
        )


async def _index(_request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html")


def _endpoint(
    shape: type[AnyBody], do: Callable[[AnyBody], object]
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads a body of this shape and does something; what is wrong is said with a 400."""

    async def endpoint(request: Request) -> Response:
        try:
            body = shape.model_validate_json(await _read(request))
            outcome = await run_in_threadpool(do, body)
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, wrong["loc"])) or "The request"
            return _refused(f"{place}: {wrong['msg'][:1].lower()}{wrong['msg'][1:]}.")
        except people.NotPossible as error:
            return _refused(str(error))
        return JSONResponse({"ok": True, **(outcome if isinstance(outcome, Mapping) else {})})

    return endpoint


async def _read(request: Request) -> bytes:
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > MAX_BODY:
            raise people.NotPossible("This is too much to send at once.")
    return content


def _refused(sentence: str) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, 400)
