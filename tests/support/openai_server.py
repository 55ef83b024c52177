"""A local OpenAI-compatible server that says what a test scripts, faults included, and records requests."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Say:
    """Answers with `text`, streamed in pieces of `size` characters, `delay` seconds apart.

    `finish` None ends the stream without a finish reason, as a proxy that gives up does; `abrupt`
    drops the connection after the text.
    """

    text: str
    size: int = 7
    delay: float = 0.0
    finish: str | None = "stop"
    abrupt: bool = False


@dataclass(frozen=True)
class Fail:
    """An HTTP error in OpenAI's shape."""

    status: int
    code: str | None = None
    message: str = "scripted fault"
    type: str = "invalid_request_error"
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Takes the request and never answers; with `pings`, it keeps sending empty SSE comments."""

    pings: float | None = None


@dataclass(frozen=True)
class Raw:
    """A body as it stands, under status 200: HTML of a proxy, JSON of another shape."""

    body: str
    content_type: str = "text/html"


@dataclass(frozen=True)
class Chunks:
    """Server-sent events with these objects, then `[DONE]`."""

    events: Sequence[Any]


Reply = Say | Fail | Hang | Raw | Chunks
Script = Reply | Callable[[Body], Reply]

MODELS = [
    {"id": "gpt-6-luna", "object": "model", "created": 1788220800, "owned_by": "openai"},
    {
        "id": "gpt-4.1-mini",
        "object": "model",
        "created": 1744317547,
        "owned_by": "openai",
        "shutdown_date": "2027-01-14",
    },
]


class OpenAIServer:
    """Runs in a thread on a free loopback port while used as a context manager.

    `script` sets what the next chat requests get, in order; the last one repeats. `requests` holds
    every request's path, headers and body. Parameters named in `rejects` are answered with a 400.
    `embeddings` sets likewise what goes wrong with the next embedding requests (None: nothing).
    """

    def __init__(self, *script: Script, rejects: Sequence[str] = (), dimensions: int = 8) -> None:
        self.requests: list[dict[str, Any]] = []
        self.rejects = tuple(rejects)
        self.dimensions = dimensions
        self.embeddings: list[Fail | Raw | None] = [None]
        self._script: list[Script] = list(script) or [Say("Hello.")]
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        routes = [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/embeddings", self._embed, methods=["POST"]),
            Route("/v1/models", self._models),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def script(self, *replies: Script) -> None:
        """What the next chat requests are answered with; forgets what was recorded."""
        self._script = list(replies)
        self.requests.clear()

    @property
    def chats(self) -> list[dict[str, Any]]:
        """The bodies of the chat requests so far."""
        return [item["body"] for item in self.requests if item["path"].endswith("/chat/completions")]

    async def _record(self, request: Request) -> Any:
        body = await request.json()
        self.requests.append({"path": request.url.path, "headers": dict(request.headers), "body": body})
        return body

    async def _chat(self, request: Request) -> Response:
        body = await self._record(request)
        for name in self.rejects:
            if name in body:
                return _error(
                    Fail(400, "unsupported_parameter", f"Unsupported parameter: '{name}'", param=name)
                )
        scripted = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        reply = scripted(body) if callable(scripted) else scripted
        if isinstance(reply, Fail):
            return _error(reply)
        if isinstance(reply, Raw):
            return Response(reply.body, media_type=reply.content_type)
        if isinstance(reply, Hang):
            return StreamingResponse(self._silence(reply), media_type="text/event-stream")
        if isinstance(reply, Chunks):
            return StreamingResponse(_events(reply.events), media_type="text/event-stream")
        if not body.get("stream"):
            return JSONResponse(_completion(reply, body.get("model", "")))
        return StreamingResponse(_stream(reply, body.get("model", "")), media_type="text/event-stream")

    async def _silence(self, reply: Hang) -> AsyncIterator[bytes]:
        while not self._stopping.is_set():
            await asyncio.sleep(reply.pings or 0.05)
            if reply.pings:
                yield b": ping\n\n"

    async def _embed(self, request: Request) -> Response:
        body = await self._record(request)
        fault = self.embeddings.pop(0) if len(self.embeddings) > 1 else self.embeddings[0]
        if isinstance(fault, Fail):
            return _error(fault)
        if isinstance(fault, Raw):
            return Response(fault.body, media_type=fault.content_type)
        inputs = body["input"]
        if isinstance(inputs, str) or (inputs and isinstance(inputs[0], int)):
            inputs = [inputs]
        binary = body.get("encoding_format") == "base64"
        data = []
        for index, text in enumerate(inputs):
            vector = embedding(text, body.get("dimensions") or self.dimensions)
            packed = base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
            data.append({"object": "embedding", "index": index, "embedding": packed if binary else vector})
        tokens = sum(len(text.split()) if isinstance(text, str) else len(text) for text in inputs)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return JSONResponse({"object": "list", "data": data, "model": body["model"], "usage": usage})

    async def _models(self, _request: Request) -> Response:
        return JSONResponse({"object": "list", "data": MODELS})


def embedding(text: str | Sequence[int], dimensions: int) -> list[float]:
    """A unit vector that depends on the text alone."""
    digest = hashlib.shake_256(str(text).encode()).digest(dimensions * 2)
    values = [(value - 32768) / 32768 for value in struct.unpack(f"<{dimensions}H", digest)]
    length = sum(value * value for value in values) ** 0.5
    return [value / length for value in values]


def chunk(content: str, model: str = "gpt-6-luna", finish: str | None = None) -> dict[str, Any]:
    """One streamed chunk as OpenAI writes it."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1788220800,
        "model": model,
        "choices": [choice],
    }


def tool_call(model: str = "gpt-6-luna") -> dict[str, Any]:
    """One streamed chunk of a model that calls a tool instead of answering."""
    called = {"index": 0, "id": "call_1", "type": "function"}
    called["function"] = {"name": "search", "arguments": "{}"}
    delta = {"role": "assistant", "content": None, "tool_calls": [called]}
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    return {**chunk("", model), "choices": [choice]}


def _error(fault: Fail) -> Response:
    error = {"message": fault.message, "type": fault.type, "param": fault.param, "code": fault.code}
    return JSONResponse({"error": error}, status_code=fault.status, headers=dict(fault.headers))


def _completion(reply: Say, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1788220800,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


async def _events(events: Sequence[Any]) -> AsyncIterator[bytes]:
    for event in events:
        yield f"data: {json.dumps(event)}\n\n".encode()
    yield b"data: [DONE]\n\n"


async def _stream(reply: Say, model: str) -> AsyncIterator[bytes]:
    for start in range(0, len(reply.text), reply.size):
        if reply.delay:
            await asyncio.sleep(reply.delay)
        yield f"data: {json.dumps(chunk(reply.text[start : start + reply.size], model))}\n\n".encode()
    if reply.abrupt:
        raise ConnectionResetError
    if reply.finish:
        yield f"data: {json.dumps(chunk('', model, reply.finish))}\n\n".encode()
        yield b"data: [DONE]\n\n"
