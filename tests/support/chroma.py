"""A Chroma server for as long as a context lasts."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge.vectors import VectorsUnavailable, check_server
from tests.support.ports import free_port

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where it is, and its process."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """`chroma run` over a folder; it answers when the context begins.

    Raises:
        VectorsUnavailable: it does not answer in a minute.
    """
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    process = subprocess.Popen(
        [program, "run", "--path", str(folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = ChromaServer(f"http://127.0.0.1:{port}", process)
        _wait_for(server.url)
        yield server
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str) -> None:
    began = time.monotonic()
    while True:
        try:
            check_server(url)
            return
        except VectorsUnavailable:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise
            time.sleep(0.1)
