"""Who writes to a SQLite database takes turns with the others of this process, in the order of coming.

SQLite lets one write at a time, and has the others try again and again: on a slow disk some never get their
turn before they give up, while whoever writes much always finds the moment.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

# What begins a transaction that writes.
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN")
HOLDS = "write turn"


def take_turns(engine: Engine, patience: float) -> None:
    """Has all that write by this engine take turns.

    A turn lasts from the first statement that writes until the connection is given back. Whoever has waited
    for `patience` seconds goes on as without turns: then SQLite decides.
    """
    turns = _Turns()

    def before(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
        if statement.lstrip()[:8].upper().startswith(WRITES) and HOLDS not in connection.info:
            connection.info[HOLDS] = turns.take(patience)

    def given_back(_connection: sqlite3.Connection | None, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(HOLDS, False):
            turns.give_on()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "checkin", given_back)


class _Turns:
    """A lock that is handed on to whoever has waited longest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, patience: float) -> bool:
        """Waits until it is one's turn; False where that took too long."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        # It came at the last moment.
        return True

    def give_on(self) -> None:
        """It is the next one's turn."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
