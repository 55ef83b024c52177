"""The `ragtime` command as a process of its own, without anything of this machine's environment."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import httpx

from bot.cli import main
from tests.support.logging_kept import logging_kept

ROOT = Path(__file__).parents[2]
# Refuses every connection but those within this machine, as a closed network does.
GUARD = """
import socket

_connect, _look_up = socket.socket.connect, socket.getaddrinfo


def connect(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"NETWORK USED: {address}")
    return _connect(self, address)


def look_up(host, *rest, **named):
    if host not in (None, "127.0.0.1", "::1", "localhost", "0.0.0.0"):
        raise OSError(f"NETWORK USED: {host}")
    return _look_up(host, *rest, **named)


socket.socket.connect, socket.getaddrinfo = connect, look_up
"""
NO_PROXY_THERE = "http://127.0.0.1:9"


def environment(home: Path, docs: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "PYTHONPATH": str(ROOT),
        "RAGTIME_HOME": str(home),
        "RAGTIME_DOCS": str(docs),
        "COLUMNS": "200",
        **more,
    }


def offline(folder: Path) -> dict[str, str]:
    """What to set so that a process cannot leave this machine, and says so where it tries."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(GUARD)
    proxies = {f"{kind}_proxy": NO_PROXY_THERE for kind in ("http", "https", "all", "HTTP", "HTTPS", "ALL")}
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", **proxies}


@dataclass(frozen=True)
class Done:
    """What a command that ended said."""

    returncode: int
    stdout: str
    stderr: str


def ragtime_here(environment: Mapping[str, str], *arguments: str, typed: str = "") -> Done:
    """The same in this process, which costs no start of another one."""
    before = Path.cwd()
    out, err = io.StringIO(), io.StringIO()
    status: object = None
    os.chdir(environment["HOME"])
    try:
        with (
            logging_kept(),
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(typed)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            main(list(arguments))
    except SystemExit as ended:
        status = ended.code
    finally:
        os.chdir(before)
    assert status is None or isinstance(status, int)
    return Done(status or 0, out.getvalue(), err.getvalue())


def ragtime(
    environment: Mapping[str, str], *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end, in the home's parent folder (where there is no `.env`)."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=dict(environment),
        cwd=environment["HOME"],
        input=typed,
        capture_output=True,
        text=True,
        timeout=100,
    )


@contextmanager
def running_bot(environment: Mapping[str, str]) -> Iterator[str]:
    """`ragtime run` with the playground on a free port, until the context ends; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={**environment, "PORT": str(port)},
        cwd=environment["HOME"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(address, process)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()


def _wait_until_healthy(address: str, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"the bot ended: {process.communicate()[0]}")
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the bot did not become healthy")
